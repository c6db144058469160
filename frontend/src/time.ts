// Times: "5 minutes ago" for <time data-ago>, the reader's own clock for <time data-local>.
import { all, whenPresent } from "./dom";

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [["minute", 60], ["hour", 3600], ["day", 86_400], ["week", 604_800]];

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A day as the server writes it (kit/formats.py), with the clock time when asked: 20.11.2026 or 20 Nov 2026. */
export function shownDate(moment: Date, clock = false): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const [day, month, year] = [moment.getDate(), moment.getMonth(), String(moment.getFullYear()).padStart(4, "0")];
  const date = document.documentElement.lang === "ru" ? `${two(day)}.${two(month + 1)}.${year}` : `${day} ${MONTHS[month]} ${year}`;
  return clock ? `${date} ${two(moment.getHours())}:${two(moment.getMinutes())}` : date;
}

export function relativeTime(moment: Date, now = Date.now()): string {
  const seconds = Math.round((moment.getTime() - now) / 1000);
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  if (Math.abs(seconds) < 60) return format.format(0, "second");
  if (Math.abs(seconds) > 4 * 604_800) return shownDate(moment);
  const [unit, size] = STEPS.findLast(([, length]) => Math.abs(seconds) >= length) ?? ["minute", 60];
  return format.format(Math.trunc(seconds / size), unit);
}

function draw(element: HTMLElement): void {
  const stamp = element.getAttribute("datetime");
  const moment = stamp ? new Date(stamp) : undefined;
  if (!moment || Number.isNaN(moment.getTime())) return;
  element.title = shownDate(moment, true);
  element.textContent = element.hasAttribute("data-ago") ? relativeTime(moment) : shownDate(moment, true);
}

export function startTimes(): void {
  whenPresent("time[data-ago], time[data-local]", draw);
  window.setInterval(() => {
    if (!document.hidden) all("time[data-ago]").forEach(draw);
  }, 60_000);
}
