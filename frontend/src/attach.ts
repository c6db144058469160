// A field of files: dropped, pasted or chosen; each is brought at once and held when the form is saved.
import { all, closest, find, iconButton, icon, make, whenPresent } from "./dom";
import { takesDropped } from "./drop";
import { csrfToken } from "./requests";
import { text } from "./texts";
import { showToast } from "./toast";

type Brought = { id: number; name: string; shown_size: string };

function say(root: HTMLElement, words: string): void {
  const place = find("[data-attach-say]", root);
  if (place) place.textContent = words;
}

function changed(root: HTMLElement): void {
  root.dispatchEvent(new Event("change", { bubbles: true }));
}

function line(name: string): { item: HTMLElement; label: HTMLElement; bar: HTMLProgressElement } {
  const bar = make("progress", { max: "1", "aria-label": name });
  const label = make("span", {}, name);
  const off = iconButton("x", text("files.remove", { name }), { "data-attach-off": true });
  return { item: make("li", { class: "file-item", "data-attach-item": true }, icon("file"), label, bar, off), label, bar };
}

/** Bring one file; its line shows how far it is, and takes the number that the form will send. */
function bring(root: HTMLElement, file: File): void {
  const list = find("[data-attach-list]", root);
  if (!list) return;
  if (file.size > Number(root.dataset.most ?? "0")) return showToast({ text: text("files.tooLarge", { name: file.name }), kind: "warning" });
  if (root.dataset.multiple === undefined) list.replaceChildren();
  const { item, label, bar } = line(file.name);
  list.append(item);
  const body = new FormData();
  body.append("file", file, file.name);
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.value = event.loaded / event.total;
  });
  const refuse = (words: string): void => {
    bar.remove();
    item.classList.add("is-refused");
    label.textContent = words;
    say(root, words);
  };
  request.addEventListener("error", () => refuse(text("files.failed", { name: file.name })));
  request.addEventListener("load", () => {
    if (request.status !== 201) {
      let words = text("files.failed", { name: file.name });
      try {
        words = (JSON.parse(request.responseText) as { message?: string }).message ?? words;
      } catch {
        // an answer of somebody in between: our own words will do
      }
      return refuse(`${file.name}: ${words}`);
    }
    const made = JSON.parse(request.responseText) as Brought;
    bar.remove();
    label.replaceChildren(`${made.name} `, make("span", { class: "faint small" }, made.shown_size));
    item.prepend(make("input", { type: "hidden", name: root.dataset.name ?? "", value: String(made.id), "data-label": made.name }));
    say(root, text("files.brought", { name: made.name }));
    changed(root);
  });
  item.addEventListener("attachOff", () => request.abort());
  request.open("POST", root.dataset.url ?? "");
  request.setRequestHeader("X-CSRFToken", csrfToken());
  request.send(body);
}

function bringAll(root: HTMLElement, files: File[]): void {
  if (files.length > 1 && root.dataset.multiple === undefined) showToast({ text: text("files.tooMany"), kind: "warning" });
  for (const file of root.dataset.multiple === undefined ? files.slice(0, 1) : files) bring(root, file);
}

type Attached = { value: string; label: string };

/** The files that a form will have its record hold. */
export function attached(root: HTMLElement): Attached[] {
  return all<HTMLInputElement>("[data-attach-item] > input", root).map(({ value, dataset }) => ({ value, label: dataset.label ?? value }));
}

/** Put back what a draft remembers; whether the files are still there is told when the form is saved. */
export function fillAttached(root: HTMLElement, files: Attached[]): void {
  const items = files.map(({ value, label }) => {
    const { item, bar } = line(label);
    bar.remove();
    item.prepend(make("input", { type: "hidden", name: root.dataset.name ?? "", value, "data-label": label }));
    return item;
  });
  find("[data-attach-list]", root)?.replaceChildren(...items);
}

function setup(root: HTMLElement): void {
  const input = find<HTMLInputElement>("input[type=file]", root);
  const zone = find("[data-attach-zone]", root);
  if (!input || !zone) return;
  const initial = attached(root);
  root.closest("form")?.addEventListener("reset", () => fillAttached(root, initial));
  input.addEventListener("change", (event) => {
    event.stopPropagation(); // what counts is the number that comes back
    bringAll(root, [...(input.files ?? [])]);
    input.value = "";
  });
  takesDropped(zone, (files) => bringAll(root, files));
  root.addEventListener("paste", (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    if (!pasted.length) return;
    event.preventDefault();
    bringAll(root, pasted);
  });
  root.addEventListener("click", (event) => {
    const item = closest(event, "[data-attach-off]")?.closest("[data-attach-item]");
    if (!item) return;
    item.dispatchEvent(new Event("attachOff"));
    item.remove();
    changed(root);
    input.focus();
  });
  // A form that is sent before its files are there would lose them.
  root.closest("form")?.addEventListener(
    "submit",
    (event) => {
      if (!find("progress", root)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      showToast({ text: text("files.wait"), kind: "warning" });
    },
    { capture: true },
  );
}

export function startAttach(): void {
  whenPresent("[data-attach]", setup);
}
