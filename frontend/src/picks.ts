// A field of several values: chips, and a box in which further ones are looked for or made while typing.
import { close, search } from "./combobox";
import { all, find, icon, make, whenPresent } from "./dom";
import { highlight, optionsOf, selected, step } from "./listbox";
import { text } from "./texts";

type Box = { root: HTMLElement; input: HTMLInputElement; list: HTMLElement };
export type Picked = { value: string; label: string; hue?: string | undefined };

const MARKS = /[;,\n]/;
const TYPED = ";"; // a word as it was typed, and not the code of a tag: `TYPED` in kernel/fields/tags.py

function values(root: HTMLElement): HTMLInputElement[] {
  return all<HTMLInputElement>(".pick > input", root);
}

/** What stands in the field now. */
export function picked(root: HTMLElement): Picked[] {
  return values(root).map((held) => ({ value: held.value, label: held.dataset.label ?? held.value, hue: held.parentElement?.dataset.hue }));
}

function changed(root: HTMLElement): void {
  root.dispatchEvent(new Event("change", { bubbles: true }));
}

export function pick({ value, label, hue }: Picked, name: string): HTMLElement {
  const held = make("input", { type: "hidden", name, value, "data-label": label });
  const off = make("button", { type: "button", class: "pick-off", "data-pick-off": true, "aria-label": text("takeOff", { name: label }) }, icon("x", "sm"));
  return make("span", { class: "pick", "data-hue": hue ?? "gray" }, held, make("span", {}, label), off);
}

function say(root: HTMLElement, words: string): void {
  const place = find("[data-picks-say]", root);
  if (place) place.textContent = words;
}

function add({ root, input, list }: Box, chosen: Picked): void {
  close({ input, list });
  input.value = "";
  const folded = chosen.label.toLocaleLowerCase();
  if (picked(root).some((p) => p.value === chosen.value || p.label.toLocaleLowerCase() === folded)) return;
  find("[data-picks-list]", root)?.append(pick(chosen, root.dataset.name ?? ""));
  say(root, text("putOn", { name: chosen.label }));
  changed(root);
}

function takeOff(root: HTMLElement, chip: Element | null | undefined): void {
  const held = chip && find<HTMLInputElement>("input", chip);
  if (!chip || !held) return;
  say(root, text("tookOff", { name: held.dataset.label ?? held.value }));
  chip.remove();
  changed(root);
}

/** Whether what stands in the box is over with its last sign. A field of people waits at a comma for an address: «Петров, Иван <…>». */
function isOver(root: HTMLElement, typed: string): boolean {
  if (root.dataset.people === undefined) return MARKS.test(typed);
  return people(typed).length > 1 || /[;\n]\s*$/.test(typed);
}

/** Typed people, parted where nothing is quoted: at semicolons and lines, and at a comma after an address. */
function people(typed: string): string[] {
  const found = [""];
  let quoted = false;
  for (const sign of typed) {
    const piece = found[found.length - 1] ?? "";
    if (sign === '"') quoted = !quoted;
    if (!quoted && (sign === ";" || sign === "\n" || (sign === "," && piece.includes("@")))) found.push("");
    else found[found.length - 1] = piece + sign;
  }
  return found;
}

/** What was typed and not chosen: a new value where the field takes such, several where they were pasted. */
function takeTyped(box: Box): void {
  const typed = box.input.value;
  const pieces = (box.root.dataset.people === undefined ? typed.split(MARKS) : people(typed)).map((piece) => piece.trim()).filter(Boolean);
  box.input.value = "";
  if (box.root.dataset.creates === undefined) return;
  for (const piece of pieces) add(box, { value: TYPED + piece, label: piece });
}

function take(box: Box, option: HTMLElement | undefined): void {
  if (!option?.dataset.value) return;
  add(box, { value: option.dataset.value, label: option.dataset.title ?? option.dataset.value, hue: option.dataset.optionHue });
}

function keys(box: Box, ask: () => void, event: KeyboardEvent): void {
  const { root, input, list } = box;
  const opened = !list.hidden;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    close(box);
    return takeTyped(box); // and the form hears the key too: it saves
  }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") opened ? step(list, input, event.key === "ArrowDown" ? 1 : -1) : ask();
  else if (event.key === "Enter" && opened && selected(list)) take(box, selected(list));
  else if ((event.key === "Enter" || (MARKS.test(event.key) && isOver(root, input.value + event.key))) && input.value.trim()) {
    if (root.dataset.creates !== undefined) takeTyped(box); // else what was typed waits for its suggestions
  }
  else if (event.key === "Escape" && opened) close(box);
  else if (event.key === "Backspace" && input.value === "" && values(root).length) takeOff(root, values(root).at(-1)?.parentElement);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function setup(root: HTMLElement): void {
  const input = find<HTMLInputElement>("[role=combobox]", root);
  const list = find("[role=listbox]", root);
  if (!input || !list) return;
  const box = { root, input, list };
  const initial = picked(root);
  const ask = search(box);
  input.addEventListener("input", () => {
    if (isOver(root, input.value)) takeTyped(box);
    else {
      highlight(list, input, -1);
      ask();
    }
  });
  input.addEventListener("click", ask);
  input.addEventListener("keydown", (event) => keys(box, ask, event));
  input.addEventListener("paste", (event) => {
    const pasted = event.clipboardData?.getData("text") ?? "";
    if (!MARKS.test(pasted.trim())) return;
    event.preventDefault();
    input.value += pasted;
    takeTyped(box);
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the focus in the input
  list.addEventListener("click", (event) => {
    const option = event.target instanceof Element ? event.target.closest<HTMLElement>("[role=option]") : null;
    if (option && optionsOf(list).includes(option)) take(box, option);
  });
  input.addEventListener("blur", () => {
    close(box);
    takeTyped(box);
  });
  root.closest("form")?.addEventListener("reset", () => fillPicks(root, initial));
  root.addEventListener("click", (event) => {
    const off = event.target instanceof Element ? event.target.closest("[data-pick-off]") : null;
    if (off) takeOff(root, off.closest(".pick"));
    else if (event.target === root) return input.focus();
    else return;
    input.focus();
  });
}

/** The control made here and not by the server: for conditions of filters. */
export function picksControl(url: string, label: string, held: Picked[]): HTMLElement {
  const listId = `picks-${Math.random().toString(36).slice(2, 8)}`;
  return make(
    "div",
    { class: "picks combobox", "data-picks": true, "data-ref-url": url },
    make("span", { class: "picks-list", "data-picks-list": true }, ...held.map((each) => pick(each, ""))),
    make("input", { class: "picks-input", type: "text", role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": listId, "aria-label": label }),
    make("div", { class: "listbox", id: listId, role: "listbox", "aria-label": label, hidden: true }),
    make("span", { class: "sr", "aria-live": "polite", "data-picks-say": true }),
  );
}

/** Put back what a draft remembers: each chip by its value and its words. */
export function fillPicks(root: HTMLElement, chosen: Picked[]): void {
  find("[data-picks-list]", root)?.replaceChildren(...chosen.map((each) => pick(each, root.dataset.name ?? "")));
}

export function startPicks(): void {
  whenPresent("[data-picks]", setup);
}
