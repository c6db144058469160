// The tray of background work: asked every two seconds while something runs and somebody looks.
import { closest, find } from "./dom";
import { htmx } from "./requests";

const PAUSE = 2000;
let timer: number | undefined;

async function ask(tray: HTMLElement): Promise<void> {
  window.clearTimeout(timer);
  if (!document.hidden) await htmx.ajax("get", tray.dataset.progressUrl ?? "", { target: tray, swap: "innerHTML" });
  const active = find("[data-progress-active]", tray) !== null;
  if (active) timer = window.setTimeout(() => void ask(tray), PAUSE);
}

export function startProgress(): void {
  const tray = find("#progress-tray[data-progress-url]");
  if (!tray) return;
  document.addEventListener("progressStarted", () => void ask(tray));
  document.addEventListener("click", (event) => {
    if (!closest(event, "[data-tray-close]")) return;
    window.clearTimeout(timer);
    tray.replaceChildren();
  });
  if (find("[data-progress-active]", tray)) timer = window.setTimeout(() => void ask(tray), PAUSE);
}
