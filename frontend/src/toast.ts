// Toasts: short news in the corner, with Undo. Ten seconds, and the clock stands while one reads.
import { all, find, icon, make, whenPresent } from "./dom";
import { raise } from "./layers";
import { htmx } from "./requests";
import { text } from "./texts";

type Toast = { text: string; kind?: string; undoUrl?: string; retry?: () => void };

const ICONS: Record<string, string> = { success: "circle-check", info: "info", warning: "triangle-alert", error: "circle-alert" };
const LIMIT = 4;

export function showToast(toast: Toast): void {
  const host = find("#toasts");
  if (!host) return;
  const kind = toast.kind ?? "success";
  const element = make("div", { class: "toast", "data-kind": kind, role: kind === "error" ? "alert" : undefined });
  element.append(icon(ICONS[kind] ?? "info"), make("span", { class: "toast-text" }, toast.text));
  if (toast.undoUrl) element.append(undoButton(toast.undoUrl, element));
  if (toast.retry) element.append(actionButton(text("retry"), toast.retry, element));
  const close = make("button", { type: "button", class: "toast-button", "aria-label": text("close") }, icon("x", "sm"));
  close.addEventListener("click", () => element.remove());
  const timer = make("span", { class: "toast-timer" });
  // The bar of the animation is the clock itself, so hover and focus stop both.
  timer.addEventListener("animationend", () => element.remove());
  element.append(close, timer);
  const shown = all(".toast", host);
  if (shown.length >= LIMIT) shown[0]?.remove();
  host.setAttribute("popover", "manual");
  raise(host); // above an open dialog, which lives in the top layer
  host.append(element);
}

function actionButton(label: string, act: () => void, element: HTMLElement): HTMLButtonElement {
  const button = make("button", { type: "button", class: "toast-button" }, label);
  button.addEventListener("click", () => {
    element.remove();
    act();
  });
  return button;
}

function undoButton(url: string, element: HTMLElement): HTMLButtonElement {
  return actionButton(text("undo"), () => void htmx.ajax("post", url, { target: "body", swap: "none" }), element);
}

/** What the address says once (?gone=12) must not be said again on reload. */
function forget(param: string): void {
  const address = new URL(location.href);
  address.searchParams.delete(param);
  history.replaceState(history.state, "", address);
}

export function startToasts(): void {
  document.addEventListener("toast", (event) => {
    const detail = (event as CustomEvent<Toast>).detail;
    if (detail?.text) showToast(detail);
  });
  whenPresent("template[data-toast]", (template) => {
    if (!(template instanceof HTMLTemplateElement)) return;
    const { kind, undoUrl, once } = template.dataset;
    if (once) forget(once);
    showToast({ text: template.content.textContent ?? "", ...(kind && { kind }), ...(undoUrl && { undoUrl }) });
  });
}
