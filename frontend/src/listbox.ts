// The moving highlight over role=option elements, shared by the reference field and the palette.
import { all } from "./dom";

export function optionsOf(list: HTMLElement): HTMLElement[] {
  return all('[role="option"]', list);
}

export function selected(list: HTMLElement): HTMLElement | undefined {
  return optionsOf(list).find((option) => option.getAttribute("aria-selected") === "true");
}

/** Give options ids, mark one and tell the input about it. */
export function highlight(list: HTMLElement, input: HTMLElement, index: number): void {
  const options = optionsOf(list);
  options.forEach((option, n) => {
    option.id ||= `${list.id}-o${n}-${Math.random().toString(36).slice(2, 7)}`;
    option.setAttribute("aria-selected", String(n === index));
  });
  const current = options[index];
  if (current) {
    input.setAttribute("aria-activedescendant", current.id);
    current.scrollIntoView({ block: "nearest" });
  } else input.removeAttribute("aria-activedescendant");
}

/** Move the highlight by one, around the ends. */
export function step(list: HTMLElement, input: HTMLElement, by: number): void {
  const options = optionsOf(list);
  if (!options.length) return;
  const current = selected(list);
  const at = current ? options.indexOf(current) : by > 0 ? -1 : 0;
  highlight(list, input, (at + by + options.length) % options.length);
}

/** Replace children by options the server answered with (our own templates, escaped there). */
export function fillOptions(list: HTMLElement, html: string): void {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  list.replaceChildren(...parsed.body.childNodes);
}
