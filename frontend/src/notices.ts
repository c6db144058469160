// Notifications: a line that was read says so at once; the bell asks again while somebody looks.
import { closest, whenPresent } from "./dom";

const PAUSE = 60_000;

/** Have everything that shows what is new ask anew. */
export function newsArrived(): void {
  document.body.dispatchEvent(new CustomEvent("notified", { bubbles: true }));
}

export function startNotices(): void {
  whenPresent("[data-push]", (root) => void import("./push").then(({ setup }) => setup(root)));
  document.addEventListener("htmx:afterRequest", (event) => {
    const button = closest(event, "[data-notice-read]");
    if (!button || !(event as CustomEvent<{ successful: boolean }>).detail.successful) return;
    const line = button.closest(".notice");
    line?.classList.remove("is-unread");
    const next = line?.nextElementSibling?.querySelector<HTMLElement>("[data-notice-read]") ?? line?.querySelector<HTMLElement>("a");
    button.remove();
    next?.focus();
  });
  if (!document.getElementById("bell")) return;
  window.setInterval(() => {
    if (!document.hidden) newsArrived();
  }, PAUSE);
}
