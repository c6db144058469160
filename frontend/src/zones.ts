// Cards on a narrow screen: one zone at a time (timeline, facts, related); the bar of stages and the long list of settings open at the present one.
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
  whenPresent(".settings-nav", (nav) => {
    const here = find("[aria-current]", nav);
    if (here) nav.scrollTop = here.offsetTop - (nav.clientHeight - here.offsetHeight) / 2;
  });
}
