// Forms: the cursor in the first field, Ctrl+Enter saves, Esc leaves where nothing is lost, the guard of unsaved changes, focus on the errors, the kinds of the composer.
import { all, closest, find, icon, isVisible, whenPresent } from "./dom";
import { bind } from "./hotkeys";
import { topLayer } from "./layers";
import { text } from "./texts";

function saveForm(event: KeyboardEvent): boolean {
  const inside = event.target instanceof Element ? event.target.closest<HTMLFormElement>("form") : null;
  const form = inside ?? find<HTMLFormElement>("form", topLayer() ?? find("main") ?? document);
  const named = form && find<HTMLButtonElement>('button[type=submit][data-hotkey="mod+enter"]', form);
  const submit = named ?? (form && find<HTMLButtonElement>("button[type=submit]", form)); // the first, where none says that it is the one
  submit?.click();
  return Boolean(submit);
}

function startGuard(): void {
  // data-guard: a form without a draft asks before the page is left; a draft needs no question.
  const guarded = "form[data-guard][data-dirty]:not([data-draft])";
  const dirty = (): boolean => all(guarded).length > 0;
  document.addEventListener("input", (event) => {
    const form = closest<HTMLFormElement>(event, "form[data-guard]");
    if (form) form.dataset.dirty = "";
  });
  document.addEventListener("submit", (event) => {
    if (event.target instanceof HTMLFormElement) delete event.target.dataset.dirty;
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty()) event.preventDefault();
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const target = (event as CustomEvent<{ target: HTMLElement }>).detail.target;
    const lost = target ? all(guarded, target).length > 0 : false;
    if (lost && !window.confirm(text("unsaved"))) event.preventDefault();
  });
}

function startComposer(): void {
  const refresh = (form: HTMLElement): void => {
    const kind = find<HTMLInputElement>("input[name=kind]:checked", form)?.value;
    for (const set of all<HTMLFieldSetElement>("[data-kind-fields]", form)) {
      const off = set.dataset.kindFields !== kind;
      set.hidden = off;
      set.disabled = off;
    }
  };
  whenPresent("[data-composer]", (form) => {
    refresh(form);
    form.addEventListener("input", () => {
      const preview = all("[data-preview]", form).find(isVisible);
      if (preview) preview.dispatchEvent(new CustomEvent("preview"));
    });
    for (const name of ["change", "reset", "draftApplied"]) form.addEventListener(name, () => window.setTimeout(() => refresh(form), 0));
  });
}

/** A plain form is sent once, however often Enter is pressed; coming back by Back frees it. */
function startSingleSubmit(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.hasAttribute("hx-post")) return;
    if (form.dataset.submitting !== undefined) event.preventDefault();
    form.dataset.submitting = "";
  });
  window.addEventListener("pageshow", () => {
    for (const form of all("form[data-submitting]")) delete form.dataset.submitting;
  });
}

/** Put their value into the form in place of mine: a conflict is settled field by field. */
function takeTheirs(button: HTMLElement): void {
  const form = button.closest("form") ?? find<HTMLFormElement>("form.form");
  const name = button.dataset.take ?? "";
  const theirs = JSON.parse(button.dataset.taken ?? "{}") as { value?: unknown; title?: string };
  if (!form) return;
  const list = Array.isArray(theirs.value) ? theirs.value.map(String) : [String(theirs.value ?? "")];
  for (const control of all<HTMLInputElement>(`[name="${CSS.escape(name)}"]`, form)) {
    const shown = control.type === "hidden" ? find<HTMLInputElement>("[role=combobox]", control.closest<HTMLElement>("[data-combobox]") ?? control) : null;
    if (shown) shown.value = shown.dataset.title = theirs.title ?? "";
    if (["checkbox", "radio"].includes(control.type)) control.checked = control.closest(".options") ? list.includes(control.value) : ["true", "True", "1"].includes(list[0] ?? "");
    else control.value = list[0] ?? "";
    const place = shown ?? control;
    place.removeAttribute("aria-invalid");
    find(".field-error", place.closest<HTMLElement>(".field") ?? place)?.remove();
    control.dispatchEvent(new Event("change", { bubbles: true }));
  }
  button.replaceWith(icon("check"));
}

const HAND = "(hover: hover) and (pointer: fine)"; // a finger would get a keyboard over half of the page
const CONTROL = ":is(input:not([type=hidden]), select, textarea):not(:disabled)";

/** A page that is one form is there to be typed in: its first field has the cursor, or that of the part the address names. */
function startTyping(): void {
  if (!window.matchMedia(HAND).matches || ![null, document.body, find("main")].includes(document.activeElement as HTMLElement | null)) return;
  const form = find("main form.form[data-draft]");
  const part = location.hash.length > 1 ? `#${CSS.escape(location.hash.slice(1))} ` : "";
  const named = part && form ? find(part + CONTROL, form) : null;
  (named ?? (form && all(CONTROL, form).find(isVisible)))?.focus({ preventScroll: named === null });
}

/** Whether a form holds anything else than it came with. */
function isChanged(form: HTMLFormElement): boolean {
  return [...form.elements].some((control) => {
    if (control instanceof HTMLSelectElement) {
      const given = [...control.options].findIndex((option) => option.defaultSelected);
      return control.selectedIndex !== Math.max(given, 0);
    }
    if (control instanceof HTMLTextAreaElement) return control.value !== control.defaultValue;
    if (!(control instanceof HTMLInputElement)) return false;
    if (["checkbox", "radio"].includes(control.type)) return control.checked !== control.defaultChecked;
    return control.type === "file" ? Boolean(control.files?.length) : control.value !== control.defaultValue;
  });
}

/** What the page would lose: a form without a draft that was changed, or came back refused with what was typed. */
function wouldLose(): boolean {
  const forms = all<HTMLFormElement>("main form.form:not([data-draft])");
  return forms.length > 0 && (forms.some(isChanged) || find("main :is([data-error-summary], .field-error, .message[data-kind=error])") !== null);
}

/** Esc leaves a page that is a form the way Cancel does, only that nothing typed is lost. Whatever is open above it closes first. */
function leaveByKey(): boolean {
  const link = topLayer() || wouldLose() ? null : find<HTMLAnchorElement>("main form.form [data-cancel]");
  if (link) location.assign(link.href);
  return link !== null;
}

/** Controls that stand for one thing (data-together) change together; one that does not offer the choice stays. */
function startTogether(): void {
  document.addEventListener("change", (event) => {
    const changed = event.target;
    if (!(changed instanceof HTMLSelectElement) || !changed.dataset.together) return;
    for (const other of all<HTMLSelectElement>(`select[data-together="${CSS.escape(changed.dataset.together)}"]`)) {
      if ([...other.options].some((option) => option.value === changed.value)) other.value = changed.value;
    }
  });
}

export function startForms(): void {
  document.addEventListener("click", (event) => {
    const button = closest(event, "[data-take]");
    if (button) takeTheirs(button);
  });
  bind("mod+enter", saveForm, true);
  bind("mod+s", saveForm, true);
  bind("n", () => {
    const field = find("main [data-hotkey-focus=n]");
    field?.focus();
    return field !== null;
  });
  bind("esc", leaveByKey, true);
  startTyping();
  startTogether();
  startSingleSubmit();
  startGuard();
  startComposer();
  whenPresent("[data-error-summary]", (summary) => summary.focus());
}
