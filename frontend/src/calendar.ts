// A calendar: a record is dragged to another day, and made longer by its end; keys and fingers have the dialog of its dates.
import { all, closest, find } from "./dom";
import { htmx } from "./requests";

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

function send(area: HTMLElement, event: HTMLElement, values: Record<string, string>): void {
  const { moveUrl = "", version = "" } = event.dataset;
  const dates = { by: area.dataset.by ?? "", end: area.dataset.end ?? "" };
  void htmx.ajax("post", moveUrl, { source: event, target: "#dialog-body", swap: "innerHTML", values: { ...dates, version, ...values } });
}

function dayAt(x: number, y: number): HTMLElement | null {
  return document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-day]") ?? null;
}

function mark(area: HTMLElement, days: HTMLElement[]): void {
  for (const day of all("[data-goal]", area)) if (!days.includes(day)) delete day.dataset.goal;
  for (const day of days) day.dataset.goal = "";
}

/** Pull the end of a record to another day. */
function stretch(area: HTMLElement, event: HTMLElement, pressed: PointerEvent): void {
  pressed.preventDefault();
  const days = all("[data-day]", area);
  const begin = days.findIndex((day) => find(`.event[data-id="${CSS.escape(event.dataset.id ?? "")}"]`, day) !== null);
  let to: HTMLElement | null = null;
  const stop = new AbortController();
  const over = (done: boolean): void => {
    stop.abort();
    mark(area, []);
    if (done && to && to !== event.closest("[data-day]")) send(area, event, { until: to.dataset.day ?? "" });
  };
  document.addEventListener("pointermove", (at) => {
    to = dayAt(at.clientX, at.clientY);
    mark(area, to ? days.slice(begin, Math.max(begin, days.indexOf(to)) + 1) : []);
  }, { signal: stop.signal });
  document.addEventListener("pointerup", () => over(true), { signal: stop.signal });
  document.addEventListener("pointercancel", () => over(false), { signal: stop.signal });
  document.addEventListener("keydown", (key) => key.key === "Escape" && over(false), { signal: stop.signal });
}

export function setUpCalendar(area: HTMLElement): void {
  let carried: HTMLElement | undefined;
  area.addEventListener("dragstart", (event) => {
    carried = closest(event, "[data-move-url]") ?? undefined;
    if (!carried || !event.dataTransfer) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", find(".event-title", carried)?.textContent ?? "");
    carried.dataset.carried = "";
  });
  area.addEventListener("dragover", (event) => {
    const day = closest(event, "[data-day]");
    if (!carried || !day) return;
    event.preventDefault();
    mark(area, [day]);
  });
  area.addEventListener("drop", (event) => {
    const day = closest(event, "[data-day]");
    const from = carried?.closest<HTMLElement>("[data-day]");
    if (!carried || !day || !from) return;
    event.preventDefault();
    const days = daysBetween(from.dataset.day ?? "", day.dataset.day ?? "");
    if (days) send(area, carried, { days: String(days) });
  });
  area.addEventListener("dragend", () => {
    if (carried) delete carried.dataset.carried;
    carried = undefined;
    mark(area, []);
  });
  area.addEventListener("pointerdown", (event) => {
    const handle = closest(event, "[data-stretch]");
    const piece = handle?.closest<HTMLElement>("[data-move-url]");
    if (piece && event.button === 0) stretch(area, piece, event);
  });
  // A click into an empty place of a day makes a record there, as its button does.
  area.addEventListener("dblclick", (event) => {
    if (closest(event, "a, button, .event")) return;
    const day = closest(event, "[data-day]");
    if (day) find("[data-day-new]", day)?.click();
  });
}
