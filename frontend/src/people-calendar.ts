// The calendar of people: things are dragged to another hour or day, made longer by their lower edge, begun by a stroke in an empty place.
// Keys do the same with Alt and the arrows, Alt, Shift and the arrows for the end; fingers and whoever likes have the form of each event.
import { all, closest, find, make } from "./dom";
import { htmx } from "./requests";

const QUARTER = 15;
const MOVED = 5; // so many pixels make a click a stroke
const HOUR_BEFORE = 4; // quarters shown above the beginning of work
let moved = ""; // which entry was moved by keys: it has the focus again when it is drawn anew
let scrolled: number | undefined; // where the hours stood, over every swap

type Span = { begins: string; ends: string };

/** Clock times of the calendar have no zone: they are reckoned as if each day had 24 hours. */
function plus(text: string, minutes: number): string {
  return new Date(Date.parse(`${text}Z`) + minutes * 60_000).toISOString().slice(0, 16);
}

function at(day: string, quarter: number): string {
  return plus(`${day}T00:00`, quarter * QUARTER);
}

function quarterOf(text: string): number {
  return (Number(text.slice(11, 13)) * 60 + Number(text.slice(14, 16))) / QUARTER;
}

function send(entry: HTMLElement, span: Span): void {
  const { moveUrl = "", version = "", what = "event", begins = "", ends = "" } = entry.dataset;
  if (!moveUrl || (span.begins === begins && span.ends === ends)) return;
  const times = what === "event" ? { starts_at: span.begins, ends_at: span.ends } : { by: "due_at", due_at: span.begins };
  void htmx.ajax("post", moveUrl, { source: entry, target: "#dialog-body", swap: "innerHTML", values: { ...times, version } });
}

function begin(area: HTMLElement, span: Span): void {
  const url = area.dataset.newUrl;
  if (!url) return;
  const query = new URLSearchParams({ dialog: "1", stay: "1", starts_at: span.begins, ends_at: span.ends });
  // The dialog is asked for in the name of its place: what the area itself selects of an answer is not meant here.
  const source = find(".hours-day", area) ?? document.body;
  void htmx.ajax("get", `${url}?${query}`, { source, target: "#dialog-body", swap: "innerHTML" });
}

function dayAt(x: number, y: number): HTMLElement | null {
  return document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-day], [data-whole-day]") ?? null;
}

function quarterAt(column: HTMLElement, y: number): number {
  const box = column.getBoundingClientRect();
  return Math.max(0, Math.min(95, Math.floor(((y - box.top) / box.height) * 96)));
}

/** A place in a day that shows where something would come to stand. */
class Ghost {
  readonly element = make("li", { class: "hours-ghost", "aria-hidden": "true" });

  show(column: HTMLElement, from: number, to: number): void {
    this.element.dataset.from = String(Math.max(0, from));
    this.element.dataset.to = String(Math.min(96, Math.max(to, from + 1)));
    this.element.textContent = `${at("2000-01-01", Math.max(0, from)).slice(11)}–${to >= 96 ? "24:00" : at("2000-01-01", to).slice(11)}`;
    if (this.element.parentElement !== column) column.append(this.element);
  }

  drop(): void {
    this.element.remove();
  }
}

/** Follow the pointer until it is let go; Escape and a cancelled touch give up. */
function follow(move: (event: PointerEvent) => void, done: (event: PointerEvent | null) => void): void {
  const stop = new AbortController();
  const end = (event: PointerEvent | null): void => {
    stop.abort();
    done(event);
  };
  const { signal } = stop;
  document.addEventListener("pointermove", move, { signal });
  document.addEventListener("pointerup", (event) => end(event), { signal });
  document.addEventListener("pointercancel", () => end(null), { signal });
  document.addEventListener("keydown", (event) => event.key === "Escape" && end(null), { signal });
}

/** The click that follows a stroke opens nothing. */
function swallowClick(): void {
  const stop = (event: Event): void => {
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener("click", stop, { capture: true, once: true });
  window.setTimeout(() => document.removeEventListener("click", stop, { capture: true }), 50);
}

function goal(area: HTMLElement, day: HTMLElement | null): void {
  for (const each of all("[data-goal]", area)) if (each !== day) delete each.dataset.goal;
  if (day && !day.classList.contains("hours-day")) day.dataset.goal = "";
}

/** Carry an entry to another hour or another day. */
function carry(area: HTMLElement, entry: HTMLElement, pressed: PointerEvent): void {
  const { begins = "", ends = "" } = entry.dataset;
  const minutes = (Date.parse(`${ends}Z`) - Date.parse(`${begins}Z`)) / 60_000;
  const home = entry.closest<HTMLElement>(".hours-day");
  const grip = home ? quarterAt(home, pressed.clientY) - quarterOf(begins) : 0;
  const ghost = new Ghost();
  let span: Span | null = null;
  let begun = false;
  const place = (event: PointerEvent): void => {
    begun ||= Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY) > MOVED;
    if (!begun) return;
    entry.dataset.carried = "";
    const day = dayAt(event.clientX, event.clientY);
    goal(area, day);
    const iso = day?.dataset.day ?? day?.dataset.wholeDay ?? "";
    span = null;
    ghost.drop();
    if (!day || !iso) return;
    const timed = day.classList.contains("hours-day") && entry.dataset.whole === undefined;
    const start = timed ? at(iso, quarterAt(day, event.clientY) - (home ? grip : 0)) : `${iso}${begins.slice(10)}`;
    span = { begins: start, ends: plus(start, minutes) };
    if (timed) ghost.show(day, quarterOf(start), quarterOf(start) + Math.max(1, minutes / QUARTER));
  };
  follow(place, (event) => {
    delete entry.dataset.carried;
    goal(area, null);
    ghost.drop();
    if (!begun) return;
    swallowClick();
    if (event && span) send(entry, span);
  });
}

/** Pull the end of an entry. */
function stretch(entry: HTMLElement, pressed: PointerEvent): void {
  const column = entry.closest<HTMLElement>(".hours-day");
  const { begins = "" } = entry.dataset;
  if (!column) return;
  pressed.preventDefault();
  const ghost = new Ghost();
  const day = column.dataset.day ?? "";
  const from = begins.startsWith(day) ? Math.floor(quarterOf(begins)) : 0;
  let to = 0;
  follow(
    (event) => {
      to = Math.max(from + 1, quarterAt(column, event.clientY) + 1);
      ghost.show(column, from, to);
    },
    (event) => {
      ghost.drop();
      swallowClick();
      if (event && to) send(entry, { begins, ends: at(day, to) });
    },
  );
}

/** A stroke, or a click, in an empty place of a day begins something there. */
function draw(area: HTMLElement, column: HTMLElement, pressed: PointerEvent): void {
  const ghost = new Ghost();
  const day = column.dataset.day ?? "";
  const first = quarterAt(column, pressed.clientY);
  let [from, to] = [first - (first % 2), first - (first % 2) + 4];
  follow(
    (event) => {
      const now = quarterAt(column, event.clientY);
      if (Math.abs(event.clientY - pressed.clientY) <= MOVED) return;
      [from, to] = [Math.min(first, now), Math.max(first, now) + 1];
      ghost.show(column, from, to);
    },
    (event) => {
      ghost.drop();
      if (event) begin(area, { begins: at(day, from), ends: at(day, Math.min(96, to)) });
    },
  );
}

function onKey(event: KeyboardEvent): void {
  const entry = closest(event, ".entry[data-move-url]");
  if (!entry || !event.altKey || !event.key.startsWith("Arrow")) return;
  const { begins = "", ends = "", whole } = entry.dataset;
  const down = event.key === "ArrowDown" || event.key === "ArrowRight" ? 1 : -1;
  const days = event.key === "ArrowLeft" || event.key === "ArrowRight";
  if (!days && whole !== undefined) return;
  event.preventDefault();
  const by = down * (days ? 24 * 60 : QUARTER);
  const span = event.shiftKey ? { begins, ends: plus(ends, by) } : { begins: plus(begins, by), ends: plus(ends, by) };
  if (span.ends < span.begins) return;
  moved = entry.dataset.moveUrl ?? "";
  send(entry, span);
}

/** Whoever moves something by keys goes on with it, unless they have gone elsewhere meanwhile. */
function goOn(area: HTMLElement): void {
  const again = all(".entry[data-move-url]", area).find((entry) => entry.dataset.moveUrl === moved);
  if (moved && again && document.activeElement === document.body) find("a", again)?.focus({ preventScroll: true });
  moved = "";
}

/** The line of the present goes on while the page stands open. */
function runClock(area: HTMLElement): void {
  const line = find("[data-now]", area);
  if (!line) return;
  const [since, quarter] = [Date.now(), Number(line.dataset.from)];
  const timer = window.setInterval(() => {
    if (!line.isConnected) return window.clearInterval(timer);
    const now = quarter + Math.floor((Date.now() - since) / (QUARTER * 60_000));
    if (now < 96) [line.dataset.from, line.dataset.to] = [String(now), String(now + 1)];
  }, 60_000);
}

function openAtWork(area: HTMLElement): void {
  const box = find("[data-hours-scroll]", area);
  if (!box) return;
  const work = find(".hours-work", area);
  const begins = Number(work?.dataset.from ?? 36) - HOUR_BEFORE;
  box.scrollTop = scrolled ?? (box.scrollHeight / 96) * Math.max(0, begins);
  box.addEventListener("scroll", () => (scrolled = box.scrollTop), { passive: true });
}

/** The window was made narrow, or wide, while no page stood open: the server has drawn for the other one. */
function drawAnew(area: HTMLElement): void {
  const narrow = window.matchMedia("(max-width: 760px)").matches;
  const told = document.cookie.includes(`narrow=${narrow ? 1 : 0}`); // else one would ask again for ever
  if (told && area.dataset.as === (narrow ? "wide" : "narrow") && !/Mobi/.test(navigator.userAgent)) location.reload();
}

export function setUpPeopleCalendar(area: HTMLElement): void {
  drawAnew(area);
  openAtWork(area);
  runClock(area);
  goOn(area);
  area.addEventListener("keydown", onKey);
  area.addEventListener("dragstart", (event) => event.preventDefault());
  area.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch") return;
    const entry = closest(event, ".entry");
    if (closest(event, "[data-edge]") && entry) return stretch(entry, event);
    if (entry) return entry.dataset.moveUrl ? carry(area, entry, event) : undefined;
    const column = closest(event, ".hours-day");
    if (column && !closest(event, "a, button")) draw(area, column, event);
  });
  area.addEventListener("click", (event) => {
    // A finger has no stroke: a tap into an empty hour begins something there.
    const column = closest(event, ".hours-day");
    const tapped = event instanceof PointerEvent && event.pointerType === "touch";
    if (!tapped || !column || closest(event, ".entry, a, button")) return;
    const first = quarterAt(column, event.clientY);
    begin(area, { begins: at(column.dataset.day ?? "", first - (first % 2)), ends: at(column.dataset.day ?? "", Math.min(96, first - (first % 2) + 4)) });
  });
  area.addEventListener("dblclick", (event) => {
    const day = closest(event, ".month-day");
    if (day && !closest(event, "a, button, .entry")) find(".day-new", day)?.click();
  });
}
