// The reference field (ARIA 1.2 combobox): type, choose, or create in place.
import { find, make, whenPresent } from "./dom";
import { fillOptions, highlight, optionsOf, selected, step } from "./listbox";
import { htmx } from "./requests";
import { plural, text } from "./texts";

type Parts = { root: HTMLElement; input: HTMLInputElement; hidden: HTMLInputElement; list: HTMLElement; clear: HTMLElement | null };

function parts(root: HTMLElement): Parts | undefined {
  const input = find<HTMLInputElement>("[role=combobox]", root);
  const hidden = find<HTMLInputElement>("input[type=hidden]", root);
  const list = find("[role=listbox]", root);
  return input && hidden && list ? { root, input, hidden, list, clear: find("[data-combobox-clear]", root) } : undefined;
}

export function close({ input, list }: Pick<Parts, "input" | "list">): void {
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
  input.dispatchEvent(new Event("listbox:closed"));
}

function setValue(box: Parts, value: string, title: string): void {
  box.input.value = title;
  box.input.dataset.title = title;
  if (box.clear) box.clear.hidden = !value;
  find(".avatar", box.root)?.remove();
  if (box.hidden.value === value) return;
  box.hidden.value = value;
  box.hidden.dispatchEvent(new Event("change", { bubbles: true }));
}

function choose(box: Parts, option: HTMLElement): void {
  close(box);
  if (option.dataset.create !== undefined && option.dataset.url) {
    // The dialog answers with HX-Trigger {"recordCreated": {"id", "title"}}; the field that asked takes it.
    waiting.push(box);
    void htmx.ajax("get", option.dataset.url, { source: box.root, target: "#dialog-body", swap: "innerHTML" });
    return;
  }
  setValue(box, option.dataset.value ?? "", option.dataset.title ?? option.textContent?.trim() ?? "");
}

// The fields whose forms are open, the last one on top.
const waiting: Parts[] = [];

/** Where the choices come from; a field that goes with another one of its form tells what stands there now. */
function address(root: HTMLElement): URL {
  const url = new URL(root.dataset.refUrl ?? "", location.href);
  const { refWithin, refKey } = root.dataset;
  const other = refWithin ? root.closest("form")?.elements.namedItem(refWithin) : null;
  if (!refKey || !(other instanceof HTMLInputElement)) return url;
  if (other.value) url.searchParams.set(refKey, other.value);
  else url.searchParams.delete(refKey);
  return url;
}

export function search(box: Pick<Parts, "root" | "input" | "list">): () => void {
  let timer: number | undefined;
  let running: AbortController | undefined;
  const say = make("span", { class: "sr", "aria-live": "polite" });
  box.root.append(say);
  const ask = async (): Promise<void> => {
    running?.abort();
    running = new AbortController();
    const url = address(box.root);
    // An untouched field shows the usual choices, not what it already holds.
    url.searchParams.set("q", box.input.value === (box.input.dataset.title ?? "") ? "" : box.input.value);
    try {
      const answer = await fetch(url, { signal: running.signal, headers: { "HX-Request": "true" }, credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      fillOptions(box.list, await answer.text());
      say.textContent = plural("results", optionsOf(box.list).length);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      box.list.replaceChildren(make("div", { class: "listbox-note" }, text("searchFailed")));
    }
    if (document.activeElement !== box.input) return;
    box.list.hidden = false;
    box.input.setAttribute("aria-expanded", "true");
    highlight(box.list, box.input, optionsOf(box.list).length ? 0 : -1);
  };
  // An answer that is still under way must not open again what was closed since.
  box.input.addEventListener("listbox:closed", () => {
    window.clearTimeout(timer);
    running?.abort();
  });
  return () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), box.list.hidden ? 0 : 120);
  };
}

function setup(root: HTMLElement): void {
  const box = parts(root);
  if (!box) return;
  const { input, list } = box;
  input.dataset.title = input.value;
  const ask = search(box);
  input.addEventListener("input", ask);
  input.addEventListener("click", () => {
    input.select();
    ask();
  });
  input.addEventListener("keydown", (event) => {
    const opened = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") opened ? step(list, input, event.key === "ArrowDown" ? 1 : -1) : ask();
    else if (event.key === "Enter" && opened) {
      const option = selected(list);
      if (option) choose(box, option);
    } else if (event.key === "Escape" && opened) {
      close(box);
      input.value = input.dataset.title ?? "";
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the focus in the input
  list.addEventListener("click", (event) => {
    const option = event.target instanceof Element ? event.target.closest<HTMLElement>("[role=option]") : null;
    if (option) choose(box, option);
  });
  input.addEventListener("blur", () => {
    close(box);
    if (input.value.trim() === "") setValue(box, "", "");
    else input.value = input.dataset.title ?? "";
  });
  box.clear?.addEventListener("click", () => {
    setValue(box, "", "");
    input.focus();
  });
}

export function startComboboxes(): void {
  whenPresent("[data-combobox]", setup);
  document.addEventListener("recordCreated", (event) => {
    const made = (event as CustomEvent<{ id: string | number; title: string }>).detail;
    const box = waiting.at(-1);
    if (box && made) setValue(box, String(made.id), made.title);
  });
  // Made or given up: the field has its focus back and waits no more.
  for (const name of ["dialogClosed", "dialogReturned"]) document.addEventListener(name, () => waiting.pop()?.input.focus());
}
