// Fields that come, go and are required as the form is filled in: the server says which, here they are shown so.
import { all, find, make, whenPresent } from "./dom";

const PAUSE = 250;

interface States {
  hidden: string[];
  required: string[];
}

function fieldOf(form: HTMLFormElement, name: string): HTMLElement | null {
  return find(`[name="${CSS.escape(name)}"]`, form)?.closest<HTMLElement>(".field") ?? null;
}

function mark(field: HTMLElement, needed: boolean): void {
  const label = find(".label, legend, label", field);
  const star = find("[data-needed]", field);
  if (needed && label && !find(".required", label)) label.append(make("span", { class: "required", "data-needed": true, "aria-hidden": "true" }, "*"));
  if (!needed) star?.remove();
  for (const control of all("input, select, textarea", field)) {
    if (needed) control.setAttribute("aria-required", "true");
    else control.removeAttribute("aria-required");
  }
}

function apply(form: HTMLFormElement, states: States): void {
  const names = new Set(all<HTMLInputElement>("[name]", form).map((control) => control.name));
  for (const name of names) {
    const field = fieldOf(form, name);
    if (!field) continue;
    field.hidden = states.hidden.includes(name);
    mark(field, states.required.includes(name));
  }
  for (const section of all(".form-section", form)) section.hidden = all(".field", section).every((field) => field.hidden);
}

export function startStates(): void {
  whenPresent("form[data-states]", (element) => {
    if (!(element instanceof HTMLFormElement)) return;
    const form = element;
    let waiting = 0;
    let asked = 0;
    const ask = async (): Promise<void> => {
      const mine = ++asked;
      const answer = await fetch(form.dataset.states ?? "", { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } }).catch(() => null);
      if (answer?.ok && mine === asked) apply(form, (await answer.json()) as States);
    };
    const soon = (): void => {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(() => void ask(), PAUSE);
    };
    for (const name of ["input", "change", "draftApplied"]) form.addEventListener(name, soon);
    for (const section of all(".form-section", form)) section.hidden = all(".field", section).length > 0 && all(".field", section).every((field) => field.hidden);
  });
}
