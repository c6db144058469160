// Forms: Ctrl+Enter saves, the guard of unsaved changes, focus on the errors, the kinds of the composer.
import { all, closest, find, whenPresent } from "./dom";
import { bind } from "./hotkeys";
import { topLayer } from "./layers";
import { text } from "./texts";

function saveForm(event: KeyboardEvent): boolean {
  const inside = event.target instanceof Element ? event.target.closest<HTMLFormElement>("form") : null;
  const form = inside ?? find<HTMLFormElement>("form", topLayer() ?? find("main") ?? document);
  const submit = form && find<HTMLButtonElement>("button[type=submit]", form);
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

export function startForms(): void {
  bind("mod+enter", saveForm, true);
  bind("mod+s", saveForm, true);
  bind("n", () => {
    const field = find("main [data-hotkey-focus=n]");
    field?.focus();
    return field !== null;
  });
  startSingleSubmit();
  startGuard();
  startComposer();
  whenPresent("[data-error-summary]", (summary) => summary.focus());
}
