// «My day»: the menu and the keys of a row, the focus list in an order of one's own, the quadrants of importance and urgency.
import { all, closest, find, icon, make } from "./dom";
import { bind } from "./hotkeys";
import { topLayer } from "./layers";
import { closeMenu, openMenu } from "./menu";
import { htmx } from "./requests";
import Sortable from "./sortable";

type Line = { label: string; sign: string; act: () => void };

function post(row: HTMLElement, what: string, values: Record<string, string>): void {
  void htmx.ajax("post", `${row.dataset.actUrl}/${what}`, { source: row, target: "body", swap: "none", values });
}

function toggle(row: HTMLElement, what: "focus" | "important"): void {
  const is = (what === "focus" ? row.dataset.focused : row.dataset.important) !== undefined;
  post(row, what, { on: is ? "0" : "1" });
}

function words(row: HTMLElement): DOMStringMap {
  return find("#day-menu", row.closest<HTMLElement>("[data-day]") ?? document)?.dataset ?? {};
}

function menuLine({ label, sign, act }: Line): HTMLElement {
  const line = make("button", { type: "button", class: "menu-item", role: "menuitem", tabindex: "-1" }, icon(sign), make("span", {}, label));
  line.addEventListener("click", () => {
    closeMenu();
    act();
  });
  return line;
}

function waysOf(row: HTMLElement): Line[] {
  const template = find<HTMLTemplateElement>("#day-menu", row.closest<HTMLElement>("[data-day]") ?? document);
  const ways = [...(template?.content.querySelectorAll("option") ?? [])];
  const lines = ways.map((way) => ({ label: way.textContent ?? "", sign: "alarm-clock", act: () => post(row, "put-off", { until: way.value }) }));
  const choose = { label: words(row).choose ?? "", sign: "calendar-days", act: () => void htmx.ajax("get", `${row.dataset.url}/actions/snooze`, { target: "#dialog-body", swap: "innerHTML" }) };
  return [...lines, choose];
}

function linesOf(row: HTMLElement): Line[] {
  const said = words(row);
  const { focused, important, mayMark, mayPick } = row.dataset;
  const lines: Line[] = [];
  if (mayPick !== undefined) lines.push({ label: (focused !== undefined ? said.unfocus : said.focus) ?? "", sign: "target", act: () => toggle(row, "focus") });
  if (mayMark !== undefined) lines.push({ label: (important !== undefined ? said.unmark : said.mark) ?? "", sign: "flag", act: () => toggle(row, "important") });
  const list = row.closest<HTMLElement>("[data-day-focus]");
  if (list && row.previousElementSibling) lines.push({ label: said.up ?? "", sign: "arrow-up", act: () => step(list, row, -1) });
  if (list && row.nextElementSibling) lines.push({ label: said.down ?? "", sign: "arrow-down", act: () => step(list, row, 1) });
  return lines;
}

function openRowMenu(row: HTMLElement): void {
  const button = find("[data-day-more]", row);
  if (!button) return;
  const said = words(row);
  const panel = make("div", { class: "menu-panel", popover: "manual" });
  const inner = make("div", { role: "menu", "aria-label": said.label ?? "" });
  if (row.dataset.maySnooze !== undefined) {
    inner.append(make("div", { class: "menu-title", role: "presentation" }, said.title ?? ""), ...waysOf(row).map(menuLine));
    inner.append(make("div", { class: "menu-sep", role: "separator" }));
  }
  inner.append(...linesOf(row).map(menuLine));
  panel.append(inner);
  document.body.append(panel);
  openMenu(button, panel, () => panel.remove());
}

function keepOrder(list: HTMLElement): void {
  const item = all("[data-day-row]", list).map((row) => row.dataset.dayRow ?? "");
  void htmx.ajax("post", "/day/focus", { source: list, target: "body", swap: "none", values: { item } });
}

function step(list: HTMLElement, row: HTMLElement, by: number): void {
  const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (by < 0) other.before(row);
  else other.after(row);
  keepOrder(list);
}

const MANNER = { draggable: "[data-day-row]", filter: "button", preventOnFilter: false, delay: 180, delayOnTouchOnly: true, ghostClass: "board-ghost", dragClass: "board-drag" };

function setUpFocus(list: HTMLElement): void {
  Sortable.create(list, { ...MANNER, handle: "[data-grip]", onEnd: ({ oldIndex, newIndex }) => void (oldIndex !== newIndex && keepOrder(list)) });
}

/** A matter that changes its row of quadrants changes its importance; another column is another day, which only a person knows. */
function placed(row: HTMLElement, from: HTMLElement, to: HTMLElement): void {
  const before = from.closest<HTMLElement>("[data-quadrant]")?.dataset ?? {};
  const now = to.closest<HTMLElement>("[data-quadrant]")?.dataset ?? {};
  if (before.isImportant !== now.isImportant) post(row, "important", { on: now.isImportant ?? "0" });
  if (before.isUrgent === now.isUrgent) return;
  if (before.isImportant === now.isImportant) document.body.dispatchEvent(new CustomEvent("dayChanged"));
  void htmx.ajax("get", `${row.dataset.url}/reschedule?by=due_at&end=`, { target: "#dialog-body", swap: "innerHTML" });
}

function setUpMatrix(area: HTMLElement): void {
  for (const list of all("[data-quadrant-list]", area)) {
    Sortable.create(list, { ...MANNER, group: "quadrants", sort: false, onEnd: ({ item, from, to }) => void (from !== to && placed(item, from, to)) });
  }
}

let bound = false;

/** The row that has the keyboard: on this page, below no dialog. */
function onRow(act: (row: HTMLElement) => void): () => boolean {
  return () => {
    const row = topLayer() ? null : find("[data-day-row][data-current]");
    if (row) act(row);
    return row !== null;
  };
}

function bindKeys(): void {
  if (bound) return;
  bound = true;
  bind("d", onRow((row) => find("[data-done]", row)?.click()));
  bind("s", onRow(openRowMenu));
  bind("f", onRow((row) => row.dataset.mayPick !== undefined && toggle(row, "focus")));
  bind("i", onRow((row) => row.dataset.mayMark !== undefined && toggle(row, "important")));
  document.addEventListener("click", (event) => {
    const row = closest(event, "[data-day-more]")?.closest<HTMLElement>("[data-day-row]");
    if (!row) return;
    event.stopImmediatePropagation();
    openRowMenu(row);
  });
}

export function setUpDay(area: HTMLElement): void {
  bindKeys();
  for (const list of all("[data-day-focus]", area)) setUpFocus(list);
  if (find(".matrix", area)) setUpMatrix(area);
}
