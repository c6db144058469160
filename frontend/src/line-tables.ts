// Lines in columns: what follows from them (prices, sums) comes from the server while somebody is typing.
import { all, closest, find, make, icon, whenPresent } from "./dom";
import { htmx } from "./requests";

const PAUSE = 300;

interface Told {
  place: number;
  helped: boolean;
  outputs: Record<string, string>;
  placeholders: Record<string, string>;
  errors: Record<string, string>;
  notes: Record<string, string>;
}

interface Answer {
  lines: Told[];
  totals: Record<string, string>;
  note: string;
}

function placeOf(line: HTMLElement, key: string): string {
  return find<HTMLInputElement>(`[name^="${CSS.escape(key)}-"]`, line)?.name.slice(key.length + 1).split("-")[0] ?? "";
}

function show(line: HTMLElement, told: Told | undefined, key: string, place: string): void {
  const helper = find("[data-line-helper]", line);
  if (helper) helper.hidden = !told?.helped;
  for (const output of all("[data-told]", line)) output.textContent = told?.outputs[output.dataset.told ?? ""] ?? "";
  for (const control of all<HTMLInputElement>("input:not([type=hidden]), select", line)) {
    const name = control.name || find<HTMLInputElement>("input[type=hidden]", control.closest<HTMLElement>("[data-combobox]") ?? line)?.name || "";
    const field = name.slice(`${key}-${place}-`.length);
    if (told && field in told.placeholders) control.placeholder = told.placeholders[field] ?? "";
    const message = told?.errors[field];
    const advice = told?.notes[field];
    const cell = control.closest<HTMLElement>(".line-cell");
    const shown = cell && find("[data-told-error]", cell);
    shown?.remove();
    if (message && cell && control !== document.activeElement) cell.append(make("p", { class: "error field-error", "data-told-error": true }, icon("circle-alert"), make("span", {}, message)));
    if (cell) cell.toggleAttribute("data-warned", Boolean(advice));
  }
}

function isFilled(line: HTMLElement): boolean {
  return all<HTMLInputElement>("input", line).some((input) => input.value.trim() && !/-id$/.test(input.name));
}

function setup(table: HTMLElement): void {
  const form = table.closest("form");
  const key = table.dataset.lines ?? "";
  if (!form) return;
  let waiting = 0;
  let asked = 0;
  const ask = async (): Promise<void> => {
    const mine = ++asked;
    const answer = await fetch(table.dataset.complete ?? "", { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || mine !== asked) return;
    const found = (await answer.json()) as Answer;
    for (const line of all("[data-line]", table)) {
      const place = placeOf(line, key);
      show(line, found.lines.find((told) => String(told.place) === place), key, place);
    }
    const note = find("[data-lines-note]", table);
    if (note) {
      note.textContent = found.note;
      note.toggleAttribute("data-warned", found.lines.some((told) => Object.keys(told.notes).length > 0));
    }
    for (const total of all("[data-total]", table)) total.textContent = found.totals[total.dataset.total ?? ""] ?? "";
  };
  const soon = (): void => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => void ask(), PAUSE);
  };
  for (const name of ["input", "change", "draftApplied"]) form.addEventListener(name, soon);
  // A line that is filled in has an empty one below it, ready to be typed into.
  table.addEventListener("change", () => {
    const last = all("[data-line]", table).at(-1);
    const filled = last && isFilled(last);
    const active = document.activeElement;
    if (!filled) return;
    find("[data-line-add]", table)?.click();
    if (active instanceof HTMLElement) active.focus();
  });
  table.addEventListener("click", (event) => {
    const helper = closest(event, "[data-line-helper]");
    const line = helper && closest(event, "[data-line]");
    if (!line) return;
    void htmx.ajax("post", `${table.dataset.helper ?? ""}&place=${placeOf(line, key)}`, { source: helper, target: "#dialog-body", swap: "innerHTML" });
  });
  // Lines that the form begins with, of another record or of a copy, are reckoned as if they had just been typed.
  if (all("[data-line]", table).some((line) => isFilled(line) && all("[data-told]", line).every((output) => !output.textContent?.trim()))) soon();
  // Lines that a dialog has filled in: they are typed as any others, and what follows from them is asked for.
  if (table.dataset.fresh === undefined) return;
  form.dispatchEvent(new Event("change", { bubbles: true }));
  find("[data-line-helper]:not([hidden])", table)?.focus();
}

export function startLineTables(): void {
  whenPresent("[data-lines][data-complete]", setup);
}
