// Notifications: a line that was read says so at once; the bell asks again while somebody looks.
import { closest, storage, whenPresent } from "./dom";

const PAUSE = 60_000;
export const TURNED_ON = "klientura:push"; // by whom notifications were turned on in this browser
export const TOLD = "klientura:push-told"; // whose sign-in of this window has its device

/** A device ends with its sign-in; at the next one of the same user the browser offers itself again. */
function offerAgain(): void {
  const user = document.documentElement.dataset.user ?? "";
  if (!user) return sessionStorage.removeItem(TOLD);
  if (storage.get(TURNED_ON) === user && sessionStorage.getItem(TOLD) !== user) void import("./push").then(({ goOn }) => goOn(user));
}

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
  try {
    offerAgain();
  } catch {
    // storage may be forbidden: then notifications are turned on by hand
  }
  if (!document.getElementById("bell")) return;
  window.setInterval(() => {
    if (!document.hidden) newsArrived();
  }, PAUSE);
}
