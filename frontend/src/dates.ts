// Fields of a date are drawn by the browser in the order of its own language, whatever that of the page: where the two differ,
// the day stands below in words. A form that says its days itself (data-remarks) needs none.
import { find, make, whenPresent } from "./dom";

const lang = document.documentElement.lang;

/** Whether the browser writes dates as this page does: Russian ones day first, English ones with the month as a word. */
function isAlike(): boolean {
  return lang === "ru" ? /^ru/.test(navigator.language) : /^en-(?!US)/.test(navigator.language);
}

function words(input: HTMLInputElement): string {
  if (!input.value) return "";
  const day = new Date(`${input.value}${input.type === "date" ? "T00:00" : ""}`);
  const shown: Intl.DateTimeFormatOptions = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
  if (input.type !== "date") Object.assign(shown, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return Number.isNaN(day.getTime()) ? "" : day.toLocaleString(lang === "ru" ? "ru-RU" : "en-GB", shown);
}

export function startDates(): void {
  if (isAlike()) return;
  whenPresent(".field > input:is([type=date], [type=datetime-local])", (element) => {
    if (!(element instanceof HTMLInputElement) || (element.form && find("[data-remarks]", element.form))) return;
    const place = make("p", { class: "hint" });
    const show = (): void => {
      place.textContent = words(element);
      place.hidden = !place.textContent;
    };
    show();
    element.after(place);
    for (const name of ["input", "change"]) element.addEventListener(name, show);
    element.form?.addEventListener("draftApplied", show);
  });
}
