// Lines of a part inside a form (phones, addresses, relations): add and remove. Names are KEY-NUMBER-field.
import { all, closest, find } from "./dom";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

function lines(part: HTMLElement): HTMLElement[] {
  return all("[data-line]", part);
}

function numberOf(line: HTMLElement, key: string): number {
  const name = find<HTMLInputElement>(`[name^="${CSS.escape(key)}-"]`, line)?.name ?? "";
  return Number(name.slice(key.length + 1).split("-")[0]);
}

/** Give every name, id and reference in a copied line the new number. */
function renumber(line: HTMLElement, key: string, from: number, to: number): void {
  const attributes = ["name", "id", "for", "aria-controls", "aria-describedby"];
  for (const element of [line, ...all("*", line)]) {
    for (const attribute of attributes) {
      const value = element.getAttribute(attribute);
      if (value?.includes(`${key}-${from}-`)) element.setAttribute(attribute, value.replace(`${key}-${from}-`, `${key}-${to}-`));
    }
  }
}

function empty(line: HTMLElement): void {
  for (const control of all<Control>("input, select, textarea", line)) {
    if (control instanceof HTMLInputElement && ["checkbox", "radio"].includes(control.type)) control.checked = false;
    else if (control instanceof HTMLSelectElement) control.selectedIndex = 0;
    else control.value = "";
    control.removeAttribute("aria-invalid");
  }
  for (const told of all("[data-told]", line)) told.textContent = "";
  for (const gone of all(".field-error, .avatar", line)) gone.remove();
  for (const list of all("[role=listbox]", line)) list.hidden = true;
}

function add(part: HTMLElement): HTMLElement | undefined {
  const last = lines(part).at(-1);
  const key = part.dataset.lines ?? "";
  if (!last) return undefined;
  const copy = last.cloneNode(true) as HTMLElement;
  const highest = Math.max(...lines(part).map((line) => numberOf(line, key)));
  renumber(copy, key, numberOf(last, key), highest + 1);
  for (const id of all<HTMLInputElement>(`input[type=hidden][name$="-id"]`, copy)) if (!id.closest("[data-combobox]")) id.remove();
  empty(copy);
  last.after(copy);
  copy.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
  return copy;
}

function remove(line: HTMLElement, part: HTMLElement): void {
  const form = line.closest("form");
  const held = find<HTMLInputElement>(`input[type=hidden][name$="-id"]`, line);
  if (lines(part).length > 1) line.remove();
  else {
    empty(line); // the last one stays as an empty place
    held?.remove();
  }
  form?.dispatchEvent(new Event("change", { bubbles: true }));
  find("[data-line-add]", part)?.focus();
}

/** Put a line in front of the one above it; the order of lines is the order of the form. */
function raise(line: HTMLElement, part: HTMLElement): void {
  const above = lines(part)[lines(part).indexOf(line) - 1];
  if (!above) return;
  above.before(line);
  find("[data-line-up]", line)?.focus();
  line.closest("form")?.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Make the lines that a draft remembers and the page does not have yet. */
export function ensureLines(form: HTMLFormElement, names: Iterable<string>): void {
  const wanted = [...names];
  for (const part of all("[data-lines]", form)) {
    const key = part.dataset.lines ?? "";
    const numbers = wanted.filter((n) => n.startsWith(`${key}-`)).map((n) => Number(n.slice(key.length + 1).split("-")[0]));
    const highest = Math.max(-1, ...numbers.filter((n) => !Number.isNaN(n)));
    let room = 200; // as many as a record may have
    while (room-- > 0 && lines(part).length && Math.max(...lines(part).map((l) => numberOf(l, key))) < highest) add(part);
  }
}

export function startLines(): void {
  document.addEventListener("click", (event) => {
    const part = closest(event, "[data-lines]");
    if (!part) return;
    const line = closest(event, "[data-line]");
    if (closest(event, "[data-line-add]")) find("input:not([type=hidden]), select", add(part) ?? part)?.focus();
    else if (line && closest(event, "[data-line-remove]")) remove(line, part);
    else if (line && closest(event, "[data-line-up]")) raise(line, part);
  });
}
