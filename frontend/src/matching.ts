// Allocation of payments: arrows choose a payment, Enter accepts its first suggestion, a digit picks another one.
import { all, find } from "./dom";

function itemOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("[data-match]") : null;
}

export function setUpMatching(area: HTMLElement): void {
  const items = (): HTMLElement[] => all("[data-match]", area);
  const choose = (item: HTMLElement | undefined): void => {
    if (!item) return;
    for (const each of items()) each.tabIndex = each === item ? 0 : -1;
    item.focus();
    item.scrollIntoView({ block: "nearest" });
  };
  let place = 0;
  area.addEventListener("focusin", (event) => {
    const item = itemOf(event.target);
    if (item) place = items().indexOf(item);
  });
  area.addEventListener("keydown", (event) => {
    const item = itemOf(event.target);
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
    const wanted = event.key === "Enter" && event.target === item ? "1" : digit;
    if (step) choose(items()[items().indexOf(item) + step]);
    else if (wanted) find(`[data-pick="${wanted}"]`, item)?.click();
    else return;
    event.preventDefault();
  });
  // A payment that is allocated in whole goes away: the next one takes its place, and the focus.
  area.addEventListener("htmx:afterSwap", () => window.setTimeout(() => choose(items()[Math.min(place, items().length - 1)]), 0));
  const first = items()[0];
  if (first) first.tabIndex = 0;
  if (document.activeElement === document.body) choose(first);
}
