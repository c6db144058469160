// The dialog host: whatever is swapped into #dialog-body opens it; the event closeDialog (HX-Trigger) closes it.
// A form that asks for another one (a reference field creates in place) waits under it and comes back as it was left.
import { closest, find } from "./dom";

const under: DocumentFragment[] = [];
let another = false; // a further form is coming on top of the open one

function host(): HTMLDialogElement | null {
  return find<HTMLDialogElement>("#dialog");
}

function closeDialog(): void {
  host()?.close();
}

function open(): void {
  const dialog = host();
  if (!dialog || (dialog.open && !another)) return;
  another = false;
  if (!dialog.open) dialog.showModal();
  const first = find("[autofocus], .dialog-body :is(input:not([type=hidden]), select, textarea), .dialog-foot .button", dialog);
  first?.focus();
}

/** Put what the dialog shows aside, node by node, so that nothing typed in it is lost. */
function setAside(body: HTMLElement): void {
  const kept = document.createDocumentFragment();
  kept.append(...body.childNodes);
  under.push(kept);
  another = true;
}

function onClose(): void {
  const body = find("#dialog-body");
  const kept = under.pop();
  body?.replaceChildren(...(kept ? [kept] : []));
  if (!kept) {
    document.dispatchEvent(new CustomEvent("dialogClosed"));
    return;
  }
  host()?.showModal();
  document.dispatchEvent(new CustomEvent("dialogReturned"));
}

export function startDialogs(): void {
  const dialog = host();
  document.addEventListener("htmx:afterSwap", (event) => {
    const { target, xhr } = (event as CustomEvent<{ target: HTMLElement; xhr: XMLHttpRequest }>).detail;
    // An answer that swaps nothing (its events have said all) is announced too; it opens nothing.
    if (target?.id !== "dialog-body" || xhr.getResponseHeader("HX-Reswap") === "none") return;
    if (target.childElementCount) open();
    else closeDialog();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    // A refused form comes back to where it was filled in, whatever the place of a good answer.
    const detail = (event as CustomEvent<{ xhr: XMLHttpRequest; target: HTMLElement; swapOverride: string; requestConfig: { elt: HTMLElement } }>).detail;
    const body = find("#dialog-body");
    const asking = detail.requestConfig.elt;
    if (detail.xhr.status === 200 && body && detail.target === body && asking.matches("[data-combobox]") && body.contains(asking)) setAside(body);
    if (![409, 422].includes(detail.xhr.status) || !body?.contains(asking)) return;
    if (detail.xhr.getResponseHeader("HX-Reswap") === "none") return; // it was said in a toast, and the dialog stands as it was
    detail.target = body;
    detail.swapOverride = "innerHTML";
  });
  document.addEventListener("closeDialog", closeDialog);
  document.addEventListener("click", (event) => {
    if (closest(event, "[data-dialog-close]")) closest<HTMLDialogElement>(event, "dialog")?.close();
    // A click on the backdrop closes only when nothing has been typed.
    if (event.target === dialog && dialog && !find("form[data-dirty]", dialog)) dialog.close();
  });
  dialog?.addEventListener("close", onClose);
}
