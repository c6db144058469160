// A letter that is being written: saved by itself, told when another window was faster, sent once and whole.
import { all, find } from "./dom";
import { csrfToken } from "./requests";

const PAUSE = 1_200;
type Saved = { id: number; version: number; saved: string; files: string; too_large: boolean; tracking: string; signature: string };

class Draft {
  private timer: number | undefined;
  private saving: Promise<void> | undefined;
  private dirty = false;
  private moved = false;
  private leaving = false;

  constructor(private readonly form: HTMLFormElement) {}

  private field(name: string): HTMLInputElement | null {
    return find<HTMLInputElement>(`input[name="${name}"]`, this.form);
  }

  private say(words: string): void {
    const place = find("[data-save-state]", this.form);
    if (place) place.textContent = words;
  }

  /** Nothing is worth keeping yet: half a name in a field is no letter. */
  private isEmpty(): boolean {
    if (this.field("draft")?.value || all(".pick, [data-attach-item]", this.form).length || this.field("subject")?.value) return false;
    return !find("[data-editor-page]", this.form)?.textContent?.trim();
  }

  /** Something was typed. */
  touch(): void {
    this.dirty = true;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), PAUSE);
  }

  /** Keep what stands in the form, one request after the other. */
  async save(): Promise<void> {
    window.clearTimeout(this.timer);
    while (this.saving) await this.saving;
    if (!this.dirty || this.moved || this.leaving || this.isEmpty()) return;
    this.saving = this.post().finally(() => (this.saving = undefined));
    await this.saving;
  }

  private async post(): Promise<void> {
    this.dirty = false;
    try {
      const answer = await fetch(this.form.dataset.save ?? "", {
        method: "POST", body: new FormData(this.form), headers: { "X-CSRFToken": csrfToken() }, credentials: "same-origin",
      });
      if (answer.ok) this.take((await answer.json()) as Saved);
      else if (answer.status === 409) this.show(true);
      else this.say(((await answer.json()) as { message?: string }).message ?? "");
    } catch {
      this.dirty = true; // no connection: what is typed stays here, and is kept with the next letter typed
    }
  }

  private take(saved: Saved): void {
    const isFirst = !this.field("draft")?.value;
    const values: Record<string, string> = { draft: String(saved.id), version: String(saved.version) };
    for (const [name, value] of Object.entries(values)) {
      const field = this.field(name);
      if (field) field.value = value;
    }
    this.say(saved.saved);
    const total = find("[data-files-total]", this.form);
    if (total) {
      total.textContent = saved.files;
      total.classList.toggle("error", saved.too_large);
    }
    const tracking = find("[data-tracking]", this.form);
    if (tracking) {
      tracking.textContent = saved.tracking;
      tracking.hidden = !saved.tracking;
    }
    const signature = find("[data-signature]", this.form);
    if (signature) {
      signature.innerHTML = saved.signature; // clean: the server lets only words and links through
      signature.hidden = !saved.signature;
    }
    if (!isFirst) return;
    history.replaceState(history.state, "", `/mail/drafts/${saved.id}`);
    const drop = find<HTMLFormElement>("form[data-drop]");
    if (drop) {
      drop.action = `/mail/drafts/${saved.id}/drop`;
      drop.hidden = false;
    }
  }

  private show(moved: boolean): void {
    this.moved = moved;
    const bar = find("[data-draft-moved]");
    if (bar) bar.hidden = !moved;
  }

  /** Another window has saved the same draft: this one becomes a draft of its own. */
  apart(): void {
    for (const name of ["draft", "version", "form_key"]) {
      const field = this.field(name);
      if (field) field.value = "";
    }
    this.show(false);
    this.touch();
  }

  /** Send what stands here now, when nothing is being saved any more. */
  async send(): Promise<void> {
    this.leaving = true;
    window.clearTimeout(this.timer);
    while (this.saving) await this.saving;
    this.form.submit();
  }

  /** The page is left: what was typed last goes along. */
  leave(): void {
    if (!this.dirty || this.leaving || this.moved || this.saving || this.isEmpty()) return;
    void fetch(this.form.dataset.save ?? "", {
      method: "POST", body: new URLSearchParams([...new FormData(this.form)].map(([k, v]) => [k, String(v)])),
      headers: { "X-CSRFToken": csrfToken() }, credentials: "same-origin", keepalive: true,
    });
  }
}

function setUpWhen(form: HTMLFormElement): void {
  const when = find<HTMLSelectElement>("[data-when]", form);
  const at = find("[data-when-at]", form);
  when?.addEventListener("change", () => {
    if (at) at.hidden = when.value !== "at";
    if (when.value === "at") find<HTMLInputElement>("input", at ?? form)?.focus();
  });
}

/** A template is put where the letter begins; what was typed stays below, and a subject that stands there stays. */
function setUpTemplates(form: HTMLFormElement): void {
  const choice = find<HTMLSelectElement>("[data-template]", form);
  const page = find("[data-editor-page]", form);
  const subject = find<HTMLInputElement>("#f-subject", form);
  choice?.addEventListener("change", async (event) => {
    event.stopPropagation();
    if (!choice.value || !page) return;
    const answer = await fetch(`/mail/templates/${choice.value}/fill`, {
      method: "POST", body: new FormData(form), headers: { "X-CSRFToken": csrfToken() }, credentials: "same-origin",
    });
    const filled = (await answer.json()) as { subject?: string; html?: string; missing?: string; message?: string };
    const missing = find("[data-template-missing]", form);
    if (missing) missing.textContent = filled.missing ?? filled.message ?? "";
    choice.value = "";
    if (filled.html === undefined) return;
    page.focus();
    const start = document.createRange();
    start.setStart(page, 0);
    document.getSelection()?.removeAllRanges();
    document.getSelection()?.addRange(start);
    document.execCommand("insertHTML", false, filled.html); // clean, and can be taken back by Ctrl+Z
    if (subject && !subject.value && filled.subject) subject.value = filled.subject;
    page.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

/** The cursor where one goes on: in the first field that is empty, in an answer the text. */
function focusFirst(form: HTMLFormElement): void {
  if (find("[data-error-summary]")) return;
  const subject = find<HTMLInputElement>("#f-subject", form);
  const next = !all(".pick", form).length ? find("#f-to", form) : subject?.value ? find("[data-editor-page]", form) : subject;
  next?.focus();
}

export function setUpCompose(form: HTMLFormElement): void {
  const draft = new Draft(form);
  let sent = false;
  for (const name of ["input", "change"]) {
    form.addEventListener(name, (event) => {
      if (event.target instanceof HTMLElement && !event.target.closest("[data-link-line], .compose-foot")) draft.touch();
    });
  }
  form.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.code !== "KeyS") return;
    event.preventDefault(); // saves the draft, and does not send
    draft.touch();
    void draft.save();
  });
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return; // files are still being brought
    event.preventDefault();
    event.stopPropagation();
    if (sent) return;
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur(); // a half-typed address counts
    sent = true;
    void draft.send();
  });
  find("[data-draft-reload]")?.addEventListener("click", () => location.reload());
  find("[data-draft-apart]")?.addEventListener("click", () => draft.apart());
  window.addEventListener("pagehide", () => draft.leave());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload(); // come back to what the server knows
  });
  setUpWhen(form);
  setUpTemplates(form);
  focusFirst(form);
}
