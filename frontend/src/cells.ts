// A list as a spreadsheet: arrows move from cell to cell, Enter or F2 edits, Shift marks more, what is marked is copied and pasted into.
import { openEditor } from "./cell-editor";
import { all, closest, find } from "./dom";
import { htmx } from "./requests";
import { text } from "./texts";
import { showToast } from "./toast";

export type Cell = HTMLTableCellElement;
type Place = { row: number; column: number };

const ARROWS: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** One list: `anchor` is where marking began, `active` has the focus. */
class Sheet {
  anchor: Place | undefined;
  active: Place | undefined;

  constructor(readonly wrap: HTMLElement) {}

  rows(): HTMLTableRowElement[] {
    return all<HTMLTableRowElement & HTMLElement>("tbody > [data-row]", this.wrap);
  }

  heads(): HTMLElement[] {
    return all("th[data-key]", this.wrap);
  }

  /** Cells are counted from the first column with a key: the one that ticks rows is none. */
  cells(row: HTMLTableRowElement): Cell[] {
    return [...row.cells].filter((cell) => !cell.classList.contains("is-check"));
  }

  at({ row, column }: Place): Cell | undefined {
    const found = this.rows()[row];
    return found && this.cells(found)[column];
  }

  placeOf(cell: Cell): Place {
    const row = cell.parentElement as HTMLTableRowElement;
    return { row: this.rows().indexOf(row), column: this.cells(row).indexOf(cell) };
  }

  key(cell: Cell): string {
    return this.heads()[this.placeOf(cell).column]?.dataset.key ?? "";
  }

  /** The marked rectangle, from its first to its last row and column. */
  range(): { top: number; bottom: number; left: number; right: number } | undefined {
    if (!this.active) return undefined;
    const from = this.anchor ?? this.active;
    return {
      top: Math.min(from.row, this.active.row), bottom: Math.max(from.row, this.active.row),
      left: Math.min(from.column, this.active.column), right: Math.max(from.column, this.active.column),
    };
  }

  draw(): void {
    for (const cell of all("[data-marked]", this.wrap)) delete cell.dataset.marked;
    const range = this.range();
    if (!range || (range.top === range.bottom && range.left === range.right)) return;
    for (const row of this.rows().slice(range.top, range.bottom + 1)) {
      for (const cell of this.cells(row).slice(range.left, range.right + 1)) cell.dataset.marked = "";
    }
  }

  go(place: Place, extend = false): Cell | undefined {
    const cell = this.at(place);
    if (!cell) return undefined;
    if (!extend) this.anchor = undefined;
    else this.anchor ??= this.active ?? place;
    const before = this.active && this.at(this.active);
    this.active = place;
    if (before && before !== cell) before.removeAttribute("tabindex");
    cell.tabIndex = 0;
    cell.focus({ preventScroll: true });
    this.reveal(cell);
    this.draw();
    return cell;
  }

  /** Scroll no further than it takes to see a cell, beside the pinned columns and between the bars of the page. */
  reveal(cell: Cell): void {
    const { top, bottom, left, right } = cell.getBoundingClientRect();
    const bar = 72;
    if (top < bar) window.scrollBy(0, top - bar);
    else if (bottom > innerHeight - bar) window.scrollBy(0, bottom - innerHeight + bar);
    const box = find("[data-scroll]", this.wrap);
    if (!box || getComputedStyle(cell).position === "sticky") return;
    const room = box.getBoundingClientRect();
    const pinned = this.cells(cell.parentElement as HTMLTableRowElement).filter((each) => getComputedStyle(each).position === "sticky");
    const edge = Math.max(room.left, ...pinned.map((each) => each.getBoundingClientRect().right));
    if (left < edge) box.scrollLeft -= edge - left;
    else if (right > room.right) box.scrollLeft += right - room.right;
  }

  leave(): void {
    const cell = this.active && this.at(this.active);
    this.active = this.anchor = undefined;
    this.draw();
    cell?.removeAttribute("tabindex");
    if (cell) find(".row-link", cell.parentElement ?? cell)?.focus({ preventScroll: true });
  }
}

/** A step from a cell; the way back out of the first and the last column is left to the browser. */
function step(sheet: Sheet, cell: Cell, down: number, aside: number, extend = false): boolean {
  const { row, column } = sheet.placeOf(cell);
  const to = { row: row + down, column: column + aside };
  if (to.column < 0 || to.row < 0) return false;
  return sheet.go(to, extend) !== undefined;
}

async function edit(sheet: Sheet, cell: Cell): Promise<void> {
  const row = cell.parentElement as HTMLTableRowElement;
  const place = sheet.placeOf(cell);
  const address = `${sheet.wrap.dataset.cells}/${row.dataset.id}/cell/${sheet.key(cell)}${location.search}`;
  await openEditor(sheet.wrap, cell, address, (way) => {
    // Where the cell was, another row may stand by now: places say more than elements.
    if (way === "stay") sheet.go(place);
    else if (way === "down") sheet.go({ row: place.row + 1, column: place.column }) ?? sheet.go(place);
    else if (way === "right") sheet.go({ row: place.row, column: place.column + 1 }) ?? sheet.go(place);
    else if (way === "left") sheet.go({ row: place.row, column: Math.max(0, place.column - 1) });
  });
}

function onCellKey(sheet: Sheet, cell: Cell, event: KeyboardEvent): boolean {
  const arrow = ARROWS[event.key];
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (arrow) {
    step(sheet, cell, arrow[0], arrow[1], event.shiftKey);
    return true;
  }
  if (event.key === "Tab") return step(sheet, cell, 0, event.shiftKey ? -1 : 1);
  if (event.key === "Enter" || event.key === "F2") {
    void edit(sheet, cell);
    return true;
  }
  if (event.key === "Escape") {
    sheet.leave();
    return true;
  }
  if (event.key !== "Home" && event.key !== "End") return false;
  const { row } = sheet.placeOf(cell);
  const last = sheet.cells(cell.parentElement as HTMLTableRowElement).length - 1;
  return sheet.go({ row, column: event.key === "Home" ? 0 : last }, event.shiftKey) !== undefined;
}

/** From the link of a row the arrows lead into its cells. */
function onLinkKey(sheet: Sheet, link: HTMLElement, event: KeyboardEvent): boolean {
  const cell = link.closest<Cell>("td");
  if (!cell || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false;
  if (event.key === "F2") {
    void edit(sheet, cell);
    return true;
  }
  const arrow = ARROWS[event.key];
  return arrow !== undefined && event.key !== "ArrowLeft" && step(sheet, cell, arrow[0], arrow[1]);
}

/** What a cell says, as a spreadsheet takes it: numbers without spaces and signs of money. */
function said(cell: Cell): string {
  const user = find(".cell-user > span:last-child", cell);
  const sign = find("svg[aria-label]", cell);
  if (find(".cell-empty", cell)) return "";
  const words = ((user ?? find(".row-link", cell) ?? cell).textContent ?? "").replace(/[\u00a0\u202f]/g, " ").trim();
  if (!words && sign) return sign.getAttribute("aria-label") ?? "";
  const number = cell.classList.contains("is-end") ? /^(-?[\d ]+(?:[.,]\d+)?)\s*\D{0,4}$/.exec(words) : null;
  return number?.[1] ? number[1].replace(/ /g, "") : words;
}

function copied(sheet: Sheet): string {
  const range = sheet.range();
  if (!range) return "";
  const quoted = (words: string): string => (/[\t\n"]/.test(words) ? `"${words.replace(/"/g, '""')}"` : words);
  return sheet.rows().slice(range.top, range.bottom + 1)
    .map((row) => sheet.cells(row).slice(range.left, range.right + 1).map((cell) => quoted(said(cell))).join("\t"))
    .join("\n");
}

/** Ask what a table would change; a single value goes into all that is marked, more begin at the first marked cell. */
function paste(sheet: Sheet, words: string): void {
  const range = sheet.range();
  if (!range || !words) return;
  const single = !/[\t\n]/.test(words.trim());
  const rows = sheet.rows().slice(range.top, single ? range.bottom + 1 : undefined);
  const heads = sheet.heads().slice(range.left, single ? range.right + 1 : undefined);
  const values = { ids: rows.map((row) => row.dataset.id).join(","), fields: heads.map((head) => head.dataset.key).join(","), text: words };
  void htmx.ajax("post", `${sheet.wrap.dataset.cells}/paste`, { target: "#dialog-body", swap: "innerHTML", values });
}

function cellOf(event: Event): Cell | null {
  const cell = closest<Cell>(event, "td");
  return cell?.closest("[data-row]") && !cell.classList.contains("is-check") ? cell : null;
}

export function setUpCells(wrap: HTMLElement): void {
  const sheet = new Sheet(wrap);
  const editing = (event: Event): boolean => closest(event, ".cell-float") !== null;
  wrap.addEventListener("keydown", (event) => {
    if (editing(event) || event.isComposing) return;
    const cell = event.target === cellOf(event) ? cellOf(event) : null;
    const link = closest(event, ".row-link");
    if (!(cell ? onCellKey(sheet, cell, event) : link ? onLinkKey(sheet, link, event) : false)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  wrap.addEventListener("click", (event) => {
    const cell = cellOf(event);
    if (!cell || editing(event) || closest(event, "a, button, input, label") || matchMedia("(max-width: 760px)").matches) return;
    if (String(getSelection() ?? "") && !event.shiftKey) return; // somebody marks text to copy it
    getSelection()?.removeAllRanges();
    sheet.go(sheet.placeOf(cell), event.shiftKey);
  });
  wrap.addEventListener("dblclick", (event) => {
    const cell = cellOf(event);
    if (!cell || editing(event) || closest(event, "a, button, input, label")) return;
    getSelection()?.removeAllRanges();
    sheet.go(sheet.placeOf(cell));
    void edit(sheet, cell);
  });
  wrap.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && !wrap.contains(event.relatedTarget)) {
      sheet.anchor = undefined;
      sheet.draw();
    }
  });
  const clipboard = (event: ClipboardEvent): boolean => wrap.isConnected && sheet.active !== undefined && document.activeElement === sheet.at(sheet.active) && event.clipboardData !== null;
  document.addEventListener("copy", (event) => {
    if (!clipboard(event) || String(getSelection() ?? "")) return;
    const words = copied(sheet);
    event.clipboardData?.setData("text/plain", words);
    event.preventDefault();
    showToast({ text: text("cellsCopied"), kind: "info" });
  });
  document.addEventListener("paste", (event) => {
    if (!clipboard(event)) return;
    event.preventDefault();
    paste(sheet, event.clipboardData?.getData("text/plain") ?? "");
  });
}
