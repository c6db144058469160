// Times: "5 minutes ago" for <time data-ago>, the reader's own clock for <time data-local>.
import { all, whenPresent } from "./dom";

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [["minute", 60], ["hour", 3600], ["day", 86_400], ["week", 604_800]];

export function relativeTime(moment: Date, now = Date.now()): string {
  const seconds = Math.round((moment.getTime() - now) / 1000);
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  if (Math.abs(seconds) < 60) return format.format(0, "second");
  if (Math.abs(seconds) > 4 * 604_800) return new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium" }).format(moment);
  const [unit, size] = STEPS.findLast(([, length]) => Math.abs(seconds) >= length) ?? ["minute", 60];
  return format.format(Math.trunc(seconds / size), unit);
}

function draw(element: HTMLElement): void {
  const stamp = element.getAttribute("datetime");
  const moment = stamp ? new Date(stamp) : undefined;
  if (!moment || Number.isNaN(moment.getTime())) return;
  const lang = document.documentElement.lang;
  const full = new Intl.DateTimeFormat(lang, { dateStyle: "long", timeStyle: "short" }).format(moment);
  element.title = full;
  element.textContent = element.hasAttribute("data-ago") ? relativeTime(moment) : new Intl.DateTimeFormat(lang, { dateStyle: "short", timeStyle: "short" }).format(moment);
}

export function startTimes(): void {
  whenPresent("time[data-ago], time[data-local]", draw);
  window.setInterval(() => {
    if (!document.hidden) all("time[data-ago]").forEach(draw);
  }, 60_000);
}
