// Editing a fact in its place: click or Enter opens, Enter or leaving saves, Esc brings the old line back.
import { all, closest, find, whenPresent } from "./dom";
import { htmx } from "./requests";

const before = new Map<string, string>();
let savedByKey = ""; // the fact whose focus is given back after saving

function values(form: HTMLFormElement): string {
  return new URLSearchParams([...new FormData(form)].map(([k, v]) => [k, String(v)] as [string, string])).toString();
}

function restore(form: HTMLFormElement): void {
  const html = before.get(form.id);
  if (html === undefined) return;
  form.dataset.closing = "";
  const holder = document.createElement("template");
  holder.innerHTML = html; // our own markup, taken from this page a moment ago
  const old = holder.content.firstElementChild;
  if (!(old instanceof HTMLElement)) return;
  form.replaceWith(old);
  htmx.process(old);
  find("[data-fact-edit]", old)?.focus();
}

function open(fact: HTMLElement): void {
  before.set(fact.id, fact.outerHTML);
  htmx.trigger(fact, "fact:edit", {});
}

function finish(form: HTMLFormElement, initial: string): void {
  if (form.dataset.closing !== undefined) return;
  if (values(form) === initial && !find(".field-error", form)) restore(form);
  else form.requestSubmit();
}

function setup(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  const initial = values(form);
  const input = find<HTMLInputElement>("[autofocus], input:not([type=hidden]), select, textarea", form);
  input?.focus();
  if (input?.matches("input[type=text], input[type=email], input[type=tel], input[type=url]")) input.select();
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") restore(form);
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey || !(event.target instanceof HTMLTextAreaElement))) {
      savedByKey = form.id;
      finish(form, initial);
    }
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  form.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && form.contains(event.relatedTarget)) return;
    // Wait a moment: a list of choices may be giving the focus back.
    window.setTimeout(() => {
      if (form.isConnected && !form.contains(document.activeElement) && !form.classList.contains("htmx-request")) finish(form, initial);
    }, 80);
  });
  form.addEventListener("submit", () => (form.dataset.closing = ""));
  form.addEventListener("htmx:sendError", () => delete form.dataset.closing); // kept open: nothing typed is lost
}

/** Facts that come anew around one that is being edited: it stays as it is, the others are replaced one by one. */
function renewAround(event: Event): void {
  const detail = (event as CustomEvent<{ target: HTMLElement; fragment: ParentNode; shouldSwap: boolean }>).detail;
  const edited = all("[data-fact-editor], .fact.is-conflict", detail.target);
  if (!edited.length) return;
  detail.shouldSwap = false;
  for (const fresh of all(".fact[id], #card-lines", detail.fragment)) {
    const shown = find(`#${CSS.escape(fresh.id)}`, detail.target);
    if (!shown) continue;
    if (edited.includes(shown)) {
      before.set(fresh.id, fresh.outerHTML); // what Esc brings back
      continue;
    }
    shown.replaceWith(fresh);
    htmx.process(fresh);
    fresh.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
  }
}

export function startInlineEdit(): void {
  document.addEventListener("htmx:oobBeforeSwap", renewAround);
  document.addEventListener("click", (event) => {
    const fact = closest(event, "[data-fact]");
    if (!fact) return;
    const inValue = closest(event, ".fact-value") && !closest(event, "a, button");
    if (closest(event, "[data-fact-edit]") || (inValue && !String(getSelection() ?? ""))) open(fact);
  });
  whenPresent("[data-fact-editor]", setup);
  whenPresent(".fact.is-saved", (fact) => {
    if (fact.id === savedByKey) find("[data-fact-edit]", fact)?.focus({ preventScroll: true });
    savedByKey = "";
  });
}
