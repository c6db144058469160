// Mentioning a colleague: after @ the field offers names, chosen by arrows and Enter or by a tap.
import { find, make, whenPresent } from "./dom";
import { fillOptions, highlight, optionsOf, selected, step } from "./listbox";
import { plural } from "./texts";

const BEGUN = /(?:^|[^\p{L}\p{N}_.@])@([\p{L}\p{N}_.'’-]*(?: [\p{L}\p{N}_.'’-]*){0,2})$/u;
const PAUSE = 120;

/** What has been typed of a name before the cursor, if one is being typed. */
function typedName(field: HTMLTextAreaElement): string | undefined {
  if (field.selectionStart !== field.selectionEnd) return undefined;
  return BEGUN.exec(field.value.slice(0, field.selectionStart))?.[1];
}

function setup(element: HTMLElement): void {
  const list = find(`#${CSS.escape(element.getAttribute("aria-controls") ?? "")}`);
  if (!(element instanceof HTMLTextAreaElement) || !list) return;
  const field = element;
  const say = make("span", { class: "sr", "aria-live": "polite" });
  field.after(say);
  let timer: number | undefined;
  let running: AbortController | undefined;
  let refused = ""; // so much of a name was waved away, or belongs to nobody

  const close = (): void => {
    window.clearTimeout(timer);
    running?.abort();
    list.hidden = true;
    field.removeAttribute("aria-activedescendant");
  };
  const choose = (option: HTMLElement): void => {
    const name = option.dataset.title ?? "";
    const end = field.selectionStart;
    const begin = end - (typedName(field) ?? "").length;
    field.setRangeText(`${name} `, begin, end, "end");
    field.form?.append(make("input", { type: "hidden", name: "chosen", value: option.dataset.value ?? "" }));
    refused = `${name} `;
    close();
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const ask = async (typed: string): Promise<void> => {
    running?.abort();
    running = new AbortController();
    const url = new URL(field.dataset.mentions ?? "", location.href);
    url.searchParams.set("q", typed.trim());
    try {
      const answer = await fetch(url, { signal: running.signal, headers: { "HX-Request": "true" }, credentials: "same-origin" });
      if (!answer.ok) return close();
      fillOptions(list, await answer.text());
    } catch {
      return; // the next letter asks again
    }
    const found = optionsOf(list).length;
    if (!found && typed.includes(" ")) refused = typed;
    if (document.activeElement !== field || (!found && typed.includes(" "))) return close();
    say.textContent = plural("results", found);
    list.hidden = false;
    highlight(list, field, found ? 0 : -1);
  };
  field.addEventListener("input", () => {
    const typed = typedName(field);
    if (typed === undefined) refused = "";
    if (typed === undefined || (refused && typed.startsWith(refused))) return close();
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void ask(typed), PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const option = selected(list);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") step(list, field, event.key === "ArrowDown" ? 1 : -1);
    else if ((event.key === "Enter" || event.key === "Tab") && option && !event.ctrlKey && !event.metaKey && !event.shiftKey) choose(option);
    else if (event.key === "Escape") {
      refused = typedName(field) ?? "";
      close();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the focus in the field
  list.addEventListener("click", (event) => {
    const option = event.target instanceof Element ? event.target.closest<HTMLElement>("[role=option]") : null;
    if (option) choose(option);
  });
  field.addEventListener("blur", close);
}

export function startMentions(): void {
  whenPresent("[data-mentions]", setup);
}
