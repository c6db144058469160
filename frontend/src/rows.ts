// Moving through a list or a board by keys: J/K, Enter, Space (peek), X (select). The current row carries data-current.
import { all, closest, find, isVisible } from "./dom";
import { bind } from "./hotkeys";
import { topLayer } from "./layers";

let current: HTMLElement | undefined;

export function rows(): HTMLElement[] {
  return all("main [data-row]").filter(isVisible);
}

function currentRow(): HTMLElement | undefined {
  return current?.isConnected ? current : undefined;
}

export function setCurrent(row: HTMLElement | undefined): void {
  current?.removeAttribute("data-current");
  current = row;
  row?.setAttribute("data-current", "");
}

/** Step to the next or previous row; the link of the row gets the focus, so that screen readers follow. */
export function moveRow(by: number): HTMLElement | undefined {
  const list = rows();
  if (!list.length) return undefined;
  const at = current ? list.indexOf(current) : -1;
  const next = list[Math.max(0, Math.min(list.length - 1, at < 0 ? 0 : at + by))];
  setCurrent(next);
  next?.scrollIntoView({ block: "nearest" });
  if (next) find(".row-link", next)?.focus({ preventScroll: true });
  return next;
}

type Place = { key: string; part: string; at: number };

const PARTS = ["[data-done]", "[data-day-more]", "[data-select-row]", ".row-link"];
let place: Place | undefined;

function keyOf(row: HTMLElement): string {
  return row.dataset.dayRow ?? row.dataset.url ?? "";
}

/** Where the keyboard is in what is about to be replaced: on which row, and on what of it. */
function placeIn(target: HTMLElement | null): Place | undefined {
  const focused = document.activeElement;
  const row = focused?.closest<HTMLElement>("main [data-row]");
  if (!focused || !row || !target?.contains(row)) return undefined;
  return { key: keyOf(row), part: PARTS.find((part) => focused.matches(part)) ?? ".row-link", at: rows().indexOf(row) };
}

/** Give the keyboard back to the same row, or to the one that stands in its place now. */
function giveBack({ key, part, at }: Place): void {
  if (document.activeElement && document.activeElement !== document.body) return;
  const list = rows();
  const same = list.find((row) => keyOf(row) === key);
  const row = same ?? list[Math.min(at, list.length - 1)];
  if (!row) return find("main")?.focus({ preventScroll: true });
  const wanted = (same && find(part, row)) ?? find(".row-link", row);
  wanted?.focus();
}

function onRow(act: (row: HTMLElement) => void): (event: KeyboardEvent) => boolean {
  return (event) => {
    const row = currentRow();
    // Keys on a focused button or checkbox belong to it, and Enter to a link within a row: it dials, writes, opens.
    const taken = event.target instanceof HTMLElement && event.target.matches("button, summary, [role=menuitem], input, select");
    const link = event.code.endsWith("Enter") && event.target instanceof HTMLElement && event.target.matches("a[href]:not(.row-link)");
    if (!row || taken || link || topLayer()) return false;
    act(row);
    return true;
  };
}

export function startRows(): void {
  const step = (by: number) => (): boolean => {
    if (topLayer() || !rows().length) return false;
    const row = moveRow(by);
    if (row) document.dispatchEvent(new CustomEvent("rowChanged", { detail: row }));
    return true;
  };
  bind("j", step(1));
  bind("k", step(-1));
  bind("enter", onRow((row) => row.dataset.url && location.assign(row.dataset.url)));
  bind("x", onRow((row) => find<HTMLInputElement>("[data-select-row]", row)?.click()));
  bind("space", onRow((row) => row.dataset.peekUrl && document.dispatchEvent(new CustomEvent("peek", { detail: row.dataset.peekUrl }))));
  document.addEventListener("focusin", (event) => {
    const row = closest(event, "main [data-row]");
    if (row && row !== current) setCurrent(row);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { shouldSwap, target } = (event as CustomEvent<{ shouldSwap: boolean; target: HTMLElement | null }>).detail;
    if (shouldSwap) place = placeIn(target) ?? place;
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (place) giveBack(place);
    place = undefined;
  });
  document.addEventListener("scroll", (event) => {
    const box = event.target;
    if (box instanceof HTMLElement && box.matches("[data-scroll]")) box.toggleAttribute("data-scrolled", box.scrollLeft > 0);
  }, { capture: true, passive: true });
}
