// The dialog host: whatever is swapped into #dialog-body opens it; the event closeDialog (HX-Trigger) closes it.
import { closest, find } from "./dom";

function host(): HTMLDialogElement | null {
  return find<HTMLDialogElement>("#dialog");
}

export function closeDialog(): void {
  host()?.close();
}

function open(): void {
  const dialog = host();
  if (!dialog || dialog.open) return;
  dialog.showModal();
  const first = find("[autofocus], .dialog-body :is(input:not([type=hidden]), select, textarea), .dialog-foot .button", dialog);
  first?.focus();
}

export function startDialogs(): void {
  const dialog = host();
  document.addEventListener("htmx:afterSwap", (event) => {
    const target = (event as CustomEvent<{ target: HTMLElement }>).detail.target;
    if (target?.id !== "dialog-body") return;
    if (target.childElementCount) open();
    else closeDialog();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    // A refused form comes back to where it was filled in, whatever the place of a good answer.
    const detail = (event as CustomEvent<{ xhr: XMLHttpRequest; target: HTMLElement; swapOverride: string; requestConfig: { elt: HTMLElement } }>).detail;
    const body = find("#dialog-body");
    if (![409, 422].includes(detail.xhr.status) || !body?.contains(detail.requestConfig.elt)) return;
    detail.target = body;
    detail.swapOverride = "innerHTML";
  });
  document.addEventListener("closeDialog", closeDialog);
  document.addEventListener("click", (event) => {
    if (closest(event, "[data-dialog-close]")) closest<HTMLDialogElement>(event, "dialog")?.close();
    // A click on the backdrop closes only when nothing has been typed.
    if (event.target === dialog && dialog && !find("form[data-dirty]", dialog)) dialog.close();
  });
  dialog?.addEventListener("close", () => {
    document.dispatchEvent(new CustomEvent("dialogClosed"));
    const body = find("#dialog-body");
    if (body) body.replaceChildren();
  });
}
