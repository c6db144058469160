// The tray of background work: asked every two seconds while something runs and somebody looks.
// A page that shows work of its own (data-work) makes the pages after it look, until the work is over.
import { closest, find } from "./dom";
import { htmx } from "./requests";

const PAUSE = 2000;
const WORKING = "klientura:working";
let timer: number | undefined;

async function ask(tray: HTMLElement): Promise<void> {
  window.clearTimeout(timer);
  if (!document.hidden) await htmx.ajax("get", tray.dataset.progressUrl ?? "", { target: tray, swap: "innerHTML" });
  const active = find("[data-progress-active]", tray) !== null;
  if (!active && !document.hidden) sessionStorage.removeItem(WORKING);
  if (active) timer = window.setTimeout(() => void ask(tray), PAUSE);
}

export function startProgress(): void {
  const tray = find("#progress-tray[data-progress-url]");
  if (!tray) return;
  document.addEventListener("click", (event) => {
    if (!closest(event, "[data-tray-close]")) return;
    window.clearTimeout(timer);
    sessionStorage.removeItem(WORKING);
    tray.replaceChildren();
  });
  if (find("[data-work]")) sessionStorage.setItem(WORKING, "1");
  else if (sessionStorage.getItem(WORKING)) void ask(tray);
}
