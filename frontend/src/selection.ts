// Selected rows and the bar of bulk actions. Shift+click takes the whole stretch; "all N matching" goes beyond the page.
import { all, closest, find, isVisible } from "./dom";
import { bind } from "./hotkeys";
import { forgetGroups, tickedGroups } from "./groups";
import { plural, text } from "./texts";

let last: HTMLInputElement | undefined;

function boxes(list: HTMLElement): HTMLInputElement[] {
  return all<HTMLInputElement>("[data-select-row]", list);
}

function barOf(list: HTMLElement): HTMLElement | null {
  return find(`[data-bulk="${CSS.escape(list.id)}"]`);
}

function setAll(bar: HTMLElement, on: boolean): void {
  const input = find<HTMLInputElement>("[data-bulk-all-input]", bar);
  if (input) input.value = on ? "1" : "";
}

function refresh(list: HTMLElement): void {
  const every = boxes(list);
  const chosen = every.filter((box) => box.checked);
  const head = find<HTMLInputElement>("[data-select-all]", list);
  if (head) {
    head.checked = chosen.length > 0 && chosen.length === every.length;
    head.indeterminate = chosen.length > 0 && chosen.length < every.length;
  }
  const bar = barOf(list);
  if (!bar) return;
  const groups = tickedGroups(list);
  bar.hidden = chosen.length === 0 && groups.length === 0;
  if (groups.length) return sayGroups(bar, groups);
  const total = Number(bar.dataset.total ?? 0);
  const beyond = find<HTMLInputElement>("[data-bulk-all-input]", bar)?.value === "1";
  const count = find("[data-bulk-count]", bar);
  const unknown = bar.dataset.total === "";
  const number = new Intl.NumberFormat(document.documentElement.lang).format(total);
  if (count) count.textContent = beyond ? (unknown ? text("selectedMatching") : text("selectedAll", { n: number })) : plural("selected", chosen.length);
  const offer = find("[data-bulk-all]", bar);
  // Of a list that was not counted, the last row tells by its address whether there are more.
  const whole = unknown ? !all("[data-row]", list).at(-1)?.hasAttribute("hx-get") : total <= every.length;
  if (offer) offer.hidden = beyond || chosen.length < every.length || whole;
}

/** How many records the ticked groups hold. */
function sayGroups(bar: HTMLElement, groups: HTMLInputElement[]): void {
  const count = find("[data-bulk-count]", bar);
  const offer = find("[data-bulk-all]", bar);
  if (count) count.textContent = plural("selected", groups.reduce((sum, group) => sum + Number(group.dataset.number), 0));
  if (offer) offer.hidden = true;
}

function onClick(event: MouseEvent): void {
  const list = closest(event, "[data-selectable]");
  const box = closest<HTMLInputElement>(event, "[data-select-row]");
  if (list && box) {
    const every = boxes(list);
    if (event.shiftKey && last && every.includes(last)) {
      const [a, b] = [every.indexOf(last), every.indexOf(box)].sort((x, y) => x - y) as [number, number];
      for (const between of every.slice(a, b + 1)) between.checked = box.checked;
    }
    last = box;
    forgetGroups(list); // single records and whole groups are not mixed
  } else if (list && closest(event, "[data-select-all]")) {
    const on = find<HTMLInputElement>("[data-select-all]", list)?.checked ?? false;
    for (const each of boxes(list)) each.checked = on;
  } else {
    const bar = closest(event, "[data-bulk]");
    if (bar) onBar(event, bar);
    return;
  }
  const bar = barOf(list);
  if (bar) setAll(bar, false);
  refresh(list);
}

function onBar(event: MouseEvent, bar: HTMLElement): void {
  const list = find(`#${CSS.escape(bar.dataset.bulk ?? "")}`);
  if (!list) return;
  if (closest(event, "[data-bulk-all]")) setAll(bar, true);
  else if (closest(event, "[data-bulk-clear]")) clearSelection(list);
  else return;
  refresh(list);
}

function clearSelection(list: HTMLElement): void {
  forgetGroups(list);
  for (const box of boxes(list)) box.checked = false;
  const bar = barOf(list);
  if (bar) setAll(bar, false);
  refresh(list);
}

export function startSelection(): void {
  document.addEventListener("groupsTicked", () => all("[data-selectable]").forEach(refresh));
  document.addEventListener("click", onClick);
  for (const list of all("[data-selectable]")) refresh(list);
  document.addEventListener("htmx:afterSettle", () => {
    all("[data-selectable]").forEach(refresh);
    for (const bar of all("[data-bulk]")) if (!find(`#${CSS.escape(bar.dataset.bulk ?? "")}`)) bar.hidden = true;
  });
  document.addEventListener("clearSelection", () => all("[data-selectable]").forEach(clearSelection));
  bind("esc", () => {
    const open = all("[data-bulk]").find((bar) => !bar.hidden && isVisible(bar));
    const list = open && find(`#${CSS.escape(open.dataset.bulk ?? "")}`);
    if (!list) return false;
    clearSelection(list);
    return true;
  });
}
