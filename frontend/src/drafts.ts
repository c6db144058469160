// Nothing typed is lost: a form with data-draft="key" is kept in the browser until the server has taken it.
import { attached, fillAttached } from "./attach";
import { all, closest, find, make, storage, whenPresent } from "./dom";
import { ensureLines } from "./lines";
import { fillPicks, picked, type Picked } from "./picks";
import { relativeTime } from "./time";
import { text } from "./texts";

const PREFIX = "klientura:draft:";
const SENT = "klientura:draft-sent";
const GOES_ON = "klientura:draft-goes-on"; // of a short form whose whole one was asked for
const MONTH = 30 * 24 * 3600 * 1000;

/** `earlier`: one that was offered while this one was typed, and is still undecided. */
type Draft = { at: number; values: [string, string][]; earlier?: Draft | undefined };

/** Drafts belong to the person: another one at the same machine must not see them. */
function draftKey(form: HTMLFormElement): string {
  return `${PREFIX}${document.documentElement.dataset.user ?? ""}:${form.dataset.draft}`;
}

/** What a person typed; hidden technical fields, secrets and files stay out. */
function typed(form: HTMLFormElement): [string, string][] {
  const list: [string, string][] = [];
  for (const element of form.elements) {
    if (!(element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement)) continue;
    if (element.disabled || !element.name || ["password", "file", "submit"].includes(element.type)) continue;
    if (["csrfmiddlewaretoken", "version"].includes(element.name)) continue;
    if (element instanceof HTMLInputElement && ["checkbox", "radio"].includes(element.type)) {
      if (element.checked) list.push([element.name, element.value]);
    } else list.push([element.name, element.value]);
  }
  for (const shown of all<HTMLInputElement>("[data-combobox] [role=combobox]", form)) list.push([`@${shown.id}`, shown.value]);
  for (const root of all("[data-attach]", form)) list.push([`@${root.dataset.name ?? ""}-files`, JSON.stringify(attached(root))]);
  for (const root of all("[data-picks]", form)) list.push([`@${root.dataset.name ?? ""}-picks`, JSON.stringify(picked(root))]);
  return list;
}

/** What makes a draft worth keeping: which tab of the composer is open is none of it. */
function words(form: HTMLFormElement): [string, string][] {
  return typed(form).filter(([name]) => name !== "kind" || !form.matches("[data-composer]"));
}

function apply(form: HTMLFormElement, draft: Draft): void {
  const values = new Map<string, string[]>();
  for (const [name, value] of draft.values) values.set(name, [...(values.get(name) ?? []), value]);
  ensureLines(form, values.keys());
  for (const root of all("[data-picks]", form)) {
    const chips = values.get(`@${root.dataset.name ?? ""}-picks`)?.[0];
    if (chips) fillPicks(root, JSON.parse(chips) as Picked[]);
  }
  for (const root of all("[data-attach]", form)) {
    const files = values.get(`@${root.dataset.name ?? ""}-files`)?.[0];
    if (files) fillAttached(root, JSON.parse(files) as { value: string; label: string }[]);
  }
  for (const element of form.elements) {
    if (!(element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement)) continue;
    const kept = values.get(element.name) ?? (element.id ? values.get(`@${element.id}`) : undefined);
    if (element instanceof HTMLInputElement && ["checkbox", "radio"].includes(element.type)) {
      if (element.name && draft.values.length) element.checked = kept?.includes(element.value) ?? false;
    } else if (element.closest("[data-picks], [data-attach]")) continue;
    else if (kept?.[0] !== undefined && element.type !== "file" && element.type !== "password") element.value = kept[0];
    if (element.getAttribute("role") === "combobox") element.dataset.title = element.value;
  }
  form.dispatchEvent(new CustomEvent("draftApplied", { bubbles: true }));
}

function read(form: HTMLFormElement): Draft | undefined {
  return parsed(draftKey(form));
}

/** A draft as it was kept; what is no draft of ours (a spoiled storage) is none. */
function parsed(key: string): Draft | undefined {
  try {
    const kept = JSON.parse(storage.get(key) ?? "null") as Partial<Draft> | null;
    return kept && typeof kept.at === "number" && Array.isArray(kept.values) && kept.values.every(Array.isArray) ? (kept as Draft) : undefined;
  } catch {
    return undefined;
  }
}

/** The server has given back what was sent, and has kept nothing of it: the draft is still all there is. */
function isRefused(form: HTMLFormElement): boolean {
  return form.hasAttribute("data-refused");
}

/** A line above the form about its draft, with what can be done with that; whatever is chosen takes the line away. */
function notice(form: HTMLFormElement, said: string, choices: [string, () => void][]): void {
  const bar = make("div", { class: "draft-notice", role: "status" }, said);
  for (const [label, act] of choices) {
    const button = make("button", { type: "button", class: "button", "data-kind": "link" }, label);
    button.addEventListener("click", () => (bar.remove(), act()));
    bar.append(button);
  }
  (find(".dialog-body", form) ?? form).prepend(bar);
}

/** The same form again after a reload or a crash: it stands as it was left. */
function restore(form: HTMLFormElement, draft: Draft): void {
  apply(form, draft);
  form.dataset.dirty = "";
  notice(form, text("draftRestored", { when: relativeTime(new Date(draft.at)) }), [[text("draftDiscard"), () => empty(form)]]);
}

/** The whole form of what was begun in the short one: it goes on there as if nothing had happened. */
function takeOver(form: HTMLFormElement, draft: Draft): void {
  sessionStorage.removeItem(GOES_ON);
  apply(form, draft);
  form.dataset.dirty = "";
}

function goOn(event: Event): void {
  const form = closest(event, "[data-whole-form]")?.closest<HTMLFormElement>("form[data-draft][data-dirty]");
  if (!form) return;
  keepers.get(form)?.();
  sessionStorage.setItem(GOES_ON, draftKey(form));
}

function empty(form: HTMLFormElement): void {
  clearDraft(form);
  form.reset();
  form.dispatchEvent(new CustomEvent("draftApplied", { bubbles: true }));
}

// Drafts of new records that their forms offer, until somebody has decided.
const offered = new WeakMap<HTMLFormElement, Draft>();

/** Another new record may be another one altogether: what was begun is offered, and kept until it is taken or thrown away. */
function offer(form: HTMLFormElement, draft: Draft): void {
  offered.set(form, { at: draft.at, values: draft.values });
  const decide = (act: () => void) => (): void => {
    offered.delete(form);
    act();
  };
  notice(form, text("draftOffered", { when: relativeTime(new Date(draft.at)) }), [
    [text("draftContinue"), decide(() => restore(form, draft))],
    [text("draftDiscard"), decide(() => (form.dataset.dirty === undefined ? clearDraft(form) : keepers.get(form)?.()))],
  ]);
}

/** Forget a draft, and leave the one that was offered beside it. */
function settle(key: string): void {
  const earlier = parsed(key)?.earlier;
  if (earlier) storage.set(key, JSON.stringify(earlier));
  else storage.remove(key);
}

function clearDraft(form: HTMLFormElement): void {
  const waiting = offered.get(form);
  if (waiting) storage.set(draftKey(form), JSON.stringify(waiting));
  else storage.remove(draftKey(form));
  delete form.dataset.dirty;
  const state = find("[data-draft-state]", form);
  if (state) state.textContent = "";
}

// What keeps the draft of each form, for the moment the page is left.
const keepers = new WeakMap<HTMLFormElement, () => void>();

function keepAll(): void {
  for (const form of all<HTMLFormElement>("form[data-draft][data-dirty]:not([data-sent])")) keepers.get(form)?.();
}

function setup(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  const initial = JSON.stringify(typed(form));
  const untouched = isRefused(form) ? "" : JSON.stringify(words(form));
  let timer: number | undefined;
  const keep = (): void => {
    if (JSON.stringify(words(form)) === untouched) return clearDraft(form);
    const values = typed(form);
    storage.set(draftKey(form), JSON.stringify({ at: Date.now(), values, earlier: offered.get(form) } satisfies Draft));
    const state = find("[data-draft-state]", form);
    if (state) state.textContent = text("draftSaved");
  };
  const changed = (): void => {
    form.dataset.dirty = "";
    window.clearTimeout(timer);
    timer = window.setTimeout(keep, 300);
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  keepers.set(form, keep);
  form.addEventListener("submit", () => {
    window.clearTimeout(timer);
    keep();
    form.dataset.sent = "";
    if (!form.hasAttribute("hx-post")) sessionStorage.setItem(SENT, draftKey(form));
  });
  // Before the answer is swapped in: afterwards the form may be gone.
  form.addEventListener("htmx:beforeOnLoad", (event) => {
    const detail = (event as CustomEvent<{ xhr: XMLHttpRequest; elt: Element }>).detail;
    delete form.dataset.sent;
    if (detail.elt !== form || detail.xhr.status < 200 || detail.xhr.status >= 300) return;
    clearDraft(form);
    if (form.matches("[data-composer]")) form.reset();
  });
  find("[data-cancel]", form)?.addEventListener("click", () => clearDraft(form)); // leaving by Cancel is a decision
  const draft = read(form);
  if (draft && !isRefused(form) && JSON.stringify(draft.values) !== initial) {
    if (sessionStorage.getItem(GOES_ON) === draftKey(form) && !form.closest("dialog")) takeOver(form, draft);
    else if (form.dataset.draft?.includes("-new") && !comesBack) offer(form, draft);
    else restore(form, draft);
  }
}

/** A plain submit that led to another page was taken; the same form again, or a way back, was not. */
function settleSent(): void {
  const key = sessionStorage.getItem(SENT);
  if (!key) return;
  sessionStorage.removeItem(SENT);
  const entry = performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined;
  const form = all<HTMLFormElement>("form[data-draft]").find((f) => draftKey(f) === key);
  const refused = form !== undefined && isRefused(form);
  const failed = find(".fault") !== null;
  if (entry?.type === "navigate" && !refused && !failed) settle(key);
}

function forgetOld(): void {
  for (const key of storage.keys()) {
    if (!key.startsWith(PREFIX)) continue;
    const draft = parsed(key);
    if (!draft || Date.now() - draft.at > MONTH) storage.remove(key);
  }
}

// Whether the forms that are met now stood on a page that was loaded again, or gone back to.
let comesBack = false;

export function startDrafts(): void {
  settleSent();
  forgetOld();
  const entry = performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined;
  comesBack = entry !== undefined && entry.type !== "navigate";
  whenPresent("form[data-draft]", setup);
  comesBack = false;
  document.addEventListener("click", goOn);
  window.addEventListener("pagehide", keepAll);
}
