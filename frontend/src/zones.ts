// Cards on a narrow screen: one zone at a time (timeline, facts, related); and the bar of stages opens at the present one.
import { all, closest, find, whenPresent } from "./dom";

export function startZones(): void {
  document.addEventListener("click", (event) => {
    const button = closest(event, "[data-show-zone]");
    const card = find("[data-zone]");
    if (!button || !card) return;
    card.dataset.zone = button.dataset.showZone ?? "";
    for (const each of all("[data-show-zone]")) each.setAttribute("aria-pressed", String(each === button));
  });
  whenPresent(".stage-bar", (bar) => {
    const here = find("[aria-current]", bar);
    if (here) bar.scrollLeft = here.offsetLeft - (bar.clientWidth - here.offsetWidth) / 2;
  });
}
