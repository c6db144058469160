// The heads of a list: columns are widened, moved, pinned and hidden by mouse, or by the menu of each head.
import { all, find, icon, iconButton, make } from "./dom";
import { closeMenu, openMenu } from "./menu";
import { htmx, post } from "./requests";
import { text } from "./texts";

const NARROWEST = 48;
const WIDEST = 1200;
const STEP = 24;
const MOST_PINNED = 5;
const PAUSE = 600; // a width set step by step is kept when the last step is done
const NEAR = 6; // pixels of a pointer that only clicks

let pausing: number | undefined;

type List = { wrap: HTMLElement; table: HTMLTableElement; sheet: CSSStyleSheet; pins: number };

function heads(list: List): HTMLTableCellElement[] {
  return [...list.table.tHead?.rows[0]?.cells ?? []].filter((cell) => cell.dataset.key !== undefined);
}

function key(head: HTMLElement): string {
  return head.dataset.key ?? "";
}

/** The column element of a head; the first time, every column takes the width it has just now. */
function columnOf(list: List, head: HTMLTableCellElement): HTMLTableColElement {
  if (!list.table.classList.contains("is-fixed")) {
    const cells = [...(list.table.tHead?.rows[0]?.cells ?? [])];
    const widths = cells.map((cell) => Math.round(cell.getBoundingClientRect().width));
    const group = make("colgroup");
    for (const width of widths) group.append(make("col", { width: String(width) }));
    group.append(make("col")); // takes what is left of the window
    list.table.prepend(group);
    list.table.classList.add("is-fixed");
  }
  return all<HTMLTableColElement & HTMLElement>("col", list.table)[head.cellIndex] as HTMLTableColElement;
}

function setWidth(list: List, head: HTMLTableCellElement, width: number): void {
  columnOf(list, head).setAttribute("width", String(Math.round(Math.max(NARROWEST, Math.min(width, WIDEST)))));
  placePins(list);
}

function widths(list: List): string {
  return heads(list).map((head) => `${key(head)}:${Math.max(NARROWEST, Math.min(WIDEST, Number(columnOf(list, head).getAttribute("width"))))}`).join(",");
}

/** Keep what was chosen: a saved view by its address, else for the next time the list opens. `renew` draws the list anew. */
async function keep(list: List, values: Record<string, string>, renew: string | boolean): Promise<void> {
  window.clearTimeout(pausing);
  const address = new URL(location.href);
  const inView = /^\d/.test(address.searchParams.get("saved") ?? "");
  let said = false;
  for (const [name, value] of Object.entries(values)) {
    if (!inView && !address.searchParams.has(name)) continue;
    address.searchParams.set(name, value);
    said = true;
  }
  if (!inView) await post(list.wrap.dataset.looks ?? "", values, true).catch(() => undefined);
  if (!said && renew === false) return;
  const path = address.pathname + address.search;
  if (said) history.replaceState(history.state, "", path);
  await htmx.ajax("get", path, { target: "#main", select: "#main", swap: "outerHTML" });
  if (typeof renew === "string") find(`th[data-key="${CSS.escape(renew)}"] :is(a, button)`)?.focus({ preventScroll: true });
}

/** Where the pinned columns stop: said in a sheet of our own, for rows that come later too. */
function placePins(list: List): void {
  const rules: string[] = [];
  const room = list.wrap.clientWidth * 0.6; // something has to be left to scroll
  let left = 0;
  const first = heads(list)[0];
  if (first) left = first.cellIndex > 0 ? (first.previousElementSibling as HTMLElement).offsetWidth : 0;
  const table = `#${CSS.escape(list.wrap.id)} .table`;
  let last = "";
  heads(list).slice(0, list.pins).forEach((head, n) => {
    const width = head.offsetWidth;
    const cell = `tr > :nth-child(${head.cellIndex + 1})`;
    if (n > 0 && left + width <= room) {
      rules.push(`${table} ${cell} { position: sticky; inset-inline-start: ${left}px; z-index: 2; } ${table} thead > ${cell} { z-index: 4; }`);
      last = cell;
    }
    left += width;
  });
  if (last) rules.push(`#${CSS.escape(list.wrap.id)} [data-scrolled] ${last} { box-shadow: 1px 0 0 var(--line); clip-path: inset(0 -10px 0 0); }`);
  list.sheet.replaceSync(`@media (min-width: 761px) { ${rules.join(" ")} }`);
}

/** The width at which nothing of a column is cut, as far as that is sensible. */
function fitting(list: List, head: HTMLTableCellElement): number {
  const range = document.createRange();
  const cells = all<HTMLElement>(`tr > :nth-child(${head.cellIndex + 1})`, list.table);
  const wide = cells.map((cell) => {
    const content = find(".sort", cell) ?? cell;
    range.selectNodeContents(content);
    return range.getBoundingClientRect().width;
  });
  return Math.min(480, Math.ceil(Math.max(...wide)) + 26);
}

function step(list: List, head: HTMLTableCellElement, by: number): void {
  setWidth(list, head, head.getBoundingClientRect().width + by);
  window.clearTimeout(pausing);
  pausing = window.setTimeout(() => void keep(list, { widths: widths(list) }, false), PAUSE);
}

function moved(list: List, from: number, to: number): string {
  const keys = heads(list).map(key);
  keys.splice(to, 0, ...keys.splice(from, 1));
  return keys.join(",");
}

function openHeadMenu(list: List, head: HTMLTableCellElement, button: HTMLElement): void {
  const order = heads(list);
  const at = order.indexOf(head);
  const name = key(head);
  const inner = make("div", { role: "menu", "aria-label": head.dataset.name });
  const panel = make("div", { class: "menu-panel", popover: "manual" }, inner);
  const add = (sign: string, label: string, act: () => void, stays = false): void => {
    const item = make("button", { type: "button", class: "menu-item", role: "menuitem", tabindex: "-1" }, icon(sign), make("span", {}, text(`column.${label}`)));
    item.addEventListener("click", (event) => {
      if (stays) event.stopPropagation(); // the menu is left open for the next step
      else closeMenu();
      act();
    });
    inner.append(item);
  };
  const line = (): void => inner.append(make("div", { class: "menu-sep", role: "separator" }));
  add("plus", "wider", () => step(list, head, STEP), true);
  add("minus", "narrower", () => step(list, head, -STEP), true);
  add("move-horizontal", "fit", () => fit(list, head));
  line();
  if (at > 0) add("arrow-left", "left", () => void keep(list, { columns: moved(list, at, at - 1) }, name));
  if (at < order.length - 1) add("arrow-right", "right", () => void keep(list, { columns: moved(list, at, at + 1) }, name));
  if (at + 1 !== list.pins && at < MOST_PINNED) add("pin", at ? "pin" : "unpin", () => void keep(list, { pin: String(at + 1) }, name));
  else if (at > 0 && at + 1 === list.pins) add("pin", "unpin", () => void keep(list, { pin: "1" }, name));
  if (order.length > 1 && at > 0) add("eye-off", "hide", () => void keep(list, { columns: order.filter((other) => other !== head).map(key).join(",") }, key(order[at - 1] as HTMLElement)));
  line();
  add("rotate-ccw", "reset", () => void keep(list, { columns: "", widths: "", pin: "1" }, true));
  document.body.append(panel);
  openMenu(button, panel, () => panel.remove());
}

function fit(list: List, head: HTMLTableCellElement): void {
  columnOf(list, head);
  setWidth(list, head, fitting(list, head));
  void keep(list, { widths: widths(list) }, false);
}

/** Follow the pointer until it is let go; Esc gives up. */
function follow(event: PointerEvent, onMove: (x: number, y: number) => void, onEnd: (done: boolean) => void): void {
  const stop = new AbortController();
  const end = (done: boolean): void => {
    stop.abort();
    onEnd(done);
  };
  const { signal } = stop;
  document.addEventListener("pointermove", (next) => next.pointerId === event.pointerId && onMove(next.clientX, next.clientY), { signal });
  document.addEventListener("pointerup", () => end(true), { signal });
  document.addEventListener("pointercancel", () => end(false), { signal });
  document.addEventListener("keydown", (pressed) => {
    if (pressed.key !== "Escape") return;
    pressed.stopPropagation();
    end(false);
  }, { signal, capture: true });
}

function widen(list: List, head: HTMLTableCellElement, event: PointerEvent): void {
  event.preventDefault();
  const before = head.getBoundingClientRect().width;
  columnOf(list, head);
  list.wrap.dataset.widening = "";
  follow(event, (x) => setWidth(list, head, before + x - event.clientX), (done) => {
    delete list.wrap.dataset.widening;
    if (!done) setWidth(list, head, before);
    else if (Math.abs(head.getBoundingClientRect().width - before) >= 1) void keep(list, { widths: widths(list) }, false);
  });
}

/** A head that is dragged shows between which columns it will stand. */
function carry(list: List, head: HTMLTableCellElement, event: PointerEvent): void {
  const order = heads(list);
  const from = order.indexOf(head);
  const box = list.wrap.getBoundingClientRect();
  let mark: HTMLElement | undefined;
  let sign: HTMLElement | undefined;
  let to = from;
  const begin = (): void => {
    mark = make("div", { class: "head-mark" });
    sign = make("div", { class: "head-carried" }, head.dataset.name ?? "");
    list.wrap.append(mark, sign);
    list.wrap.dataset.carrying = "";
  };
  follow(event, (x, y) => {
    if (!mark && Math.abs(x - event.clientX) < NEAR) return;
    if (!mark) begin();
    const rects = order.map((other) => other.getBoundingClientRect());
    const gap = rects.filter((rect) => x > rect.left + rect.width / 2).length;
    to = gap > from ? gap - 1 : gap;
    const edge = (gap < rects.length ? rects[gap]?.left : rects.at(-1)?.right) ?? 0;
    if (mark) mark.style.left = `${Math.max(0, Math.min(edge - box.left, box.width - 2))}px`;
    if (sign) {
      sign.style.left = `${x - box.left + 10}px`;
      sign.style.top = `${y - box.top + 14}px`;
    }
  }, (done) => {
    if (!mark) return;
    mark.remove();
    sign?.remove();
    delete list.wrap.dataset.carrying;
    // The click that ends a drag is no click on the order of the column.
    const swallow = (click: Event): void => {
      click.preventDefault();
      click.stopPropagation();
    };
    head.addEventListener("click", swallow, { capture: true, once: true });
    window.setTimeout(() => head.removeEventListener("click", swallow, { capture: true }), 0);
    if (done && to !== from) void keep(list, { columns: moved(list, from, to) }, true);
  });
}

function setUpHead(list: List, head: HTMLTableCellElement): void {
  const label = head.textContent?.trim() ?? "";
  head.dataset.name = label;
  const button = iconButton("chevron-down", text("column.menu", { name: label }), { class: "head-menu", "aria-haspopup": "menu", "aria-expanded": "false" });
  const grip = make("span", { class: "head-grip", "aria-hidden": "true" });
  head.append(button, grip);
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    openHeadMenu(list, head, button);
  });
  button.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" || button.getAttribute("aria-expanded") === "true") return;
    event.preventDefault();
    button.click();
  });
  grip.addEventListener("pointerdown", (event) => event.button === 0 && widen(list, head, event));
  grip.addEventListener("dblclick", () => fit(list, head));
  head.addEventListener("pointerdown", (event) => {
    const at = event.target;
    if (event.button !== 0 || event.pointerType === "touch" || !(at instanceof Element) || at.closest(".head-menu, .head-grip")) return;
    carry(list, head, event);
  });
  head.addEventListener("dragstart", (event) => event.preventDefault());
}

export function setUpHeads(wrap: HTMLElement): void {
  const table = find<HTMLTableElement>("table", wrap);
  if (!table) return;
  const list: List = { wrap, table, sheet: new CSSStyleSheet(), pins: Math.max(1, Number(wrap.dataset.pin ?? 1)) };
  heads(list).forEach((head) => setUpHead(list, head));
  if (list.pins > 1) {
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, list.sheet];
    placePins(list);
    const watch = new ResizeObserver(() => {
      if (wrap.isConnected) return placePins(list);
      watch.disconnect();
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== list.sheet);
    });
    watch.observe(wrap);
    for (const head of heads(list)) watch.observe(head);
  }
}
