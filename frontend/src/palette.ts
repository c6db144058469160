// The palette (Ctrl/⌘ K or /): sections, things to create, and records found by the server.
import { all, closest, find, icon, make } from "./dom";
import { fillOptions, highlight, optionsOf, selected, step } from "./listbox";
import { bind } from "./hotkeys";
import { htmx } from "./requests";
import { plural, text } from "./texts";

type Command = { label: string; icon: string; group: string; run: () => void };

let timer: number | undefined;
let running: AbortController | undefined;

function commands(): Command[] {
  const go = all("[data-nav]").map((link) => entry(link, text("palette.go")));
  const create = all(".create-menu [data-create]").map((link) => entry(link, text("palette.create")));
  const actions = all(".page-actions [data-hotkey]").map((button) => ({
    label: button.querySelector(".button-text")?.textContent || button.getAttribute("aria-label") || "",
    icon: "zap",
    group: text("palette.actions"),
    run: () => button.click(),
  }));
  const settings = all("[data-command]").map((each) => ({ ...entry(each, text("palette.settings")), label: each.dataset.command ?? "" }));
  return [...actions, ...go, ...create, ...settings];
}

function entry(link: HTMLElement, group: string): Command {
  return { label: link.dataset.label ?? "", icon: link.dataset.icon ?? "circle", group, run: () => link.click() };
}

/** "Deals" typed with the keyboard left in the other layout still finds. */
const LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.";
const CYRILLIC = "йцукенгшщзхъфывапролджэячсмитьбю";

function otherLayout(words: string): string {
  return [...words].map((c) => {
    const latin = LATIN.indexOf(c);
    if (latin >= 0) return CYRILLIC[latin];
    const cyrillic = CYRILLIC.indexOf(c);
    return cyrillic >= 0 ? LATIN[cyrillic] : c;
  }).join("");
}

function matches(label: string, query: string): boolean {
  const name = label.toLocaleLowerCase().replaceAll("ё", "е");
  const words = query.toLocaleLowerCase().replaceAll("ё", "е");
  return name.includes(words) || name.includes(otherLayout(words));
}

function option(command: Command, dialog: HTMLDialogElement): HTMLElement {
  const element = make("div", { class: "listbox-option", role: "option", "aria-selected": "false" }, icon(command.icon));
  element.append(make("span", { class: "listbox-text" }, command.label));
  element.addEventListener("click", () => {
    dialog.close();
    command.run();
  });
  return element;
}

function draw(dialog: HTMLDialogElement, list: HTMLElement, query: string, group?: string): void {
  const shown = commands().filter((c) => matches(c.label, query) && (!group || c.group === group));
  list.replaceChildren();
  let heading = "";
  for (const command of shown) {
    if (command.group !== heading) {
      heading = command.group;
      list.append(make("div", { class: "listbox-group", role: "presentation" }, heading));
    }
    list.append(option(command, dialog));
  }
}

/** The last line of what was found: all of it, on a page of its own. */
function everything(query: string): HTMLElement {
  const element = make("div", { class: "listbox-option", role: "option", "aria-selected": "false", "data-url": `/search?q=${encodeURIComponent(query)}` }, icon("search"));
  element.append(make("span", { class: "listbox-text" }, text("palette.all")));
  return element;
}

async function records(dialog: HTMLDialogElement, list: HTMLElement, query: string): Promise<void> {
  running?.abort();
  running = new AbortController();
  const url = new URL(dialog.dataset.searchUrl ?? "", location.href);
  url.searchParams.set("q", query);
  try {
    const answer = await fetch(url, { signal: running.signal, headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    const found = make("div", { role: "presentation" });
    fillOptions(found, await answer.text());
    if (!optionsOf(found).length && optionsOf(list).length) return;
    const heading = found.querySelector(".listbox-group") ? [] : [make("div", { class: "listbox-group", role: "presentation" }, text("palette.records"))];
    if (optionsOf(found).length) found.append(everything(query));
    list.prepend(...heading, found);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return;
    list.append(make("div", { class: "listbox-note", role: "presentation" }, text("searchFailed")));
  }
}

function choose(dialog: HTMLDialogElement, chosen: HTMLElement | undefined): void {
  if (!chosen) return;
  const { url, post } = chosen.dataset;
  if (!url && !post) return chosen.click();
  dialog.close();
  if (post) return void htmx.ajax("post", post, { target: "body", swap: "none" });
  if (url) location.assign(url);
}

function openPalette(only = ""): void {
  const dialog = find<HTMLDialogElement>("#palette");
  const input = find<HTMLInputElement>("#palette-input");
  const list = find("#palette-list");
  if (!dialog || !input || !list || dialog.open) return;
  input.value = "";
  dialog.showModal();
  input.focus();
  draw(dialog, list, "", only === "create" ? text("palette.create") : undefined);
  highlight(list, input, 0);
}

export function startPalette(): void {
  const dialog = find<HTMLDialogElement>("#palette");
  const input = find<HTMLInputElement>("#palette-input");
  const list = find("#palette-list");
  const status = find("#palette-status");
  if (!dialog || !input || !list || !status) return;
  const settle = (): void => {
    highlight(list, input, optionsOf(list).length ? 0 : -1);
    status.textContent = plural("results", optionsOf(list).length);
  };
  input.addEventListener("input", () => {
    const query = input.value.trim();
    window.clearTimeout(timer);
    running?.abort();
    draw(dialog, list, query);
    settle();
    if (query.length < 2) return;
    timer = window.setTimeout(() => void records(dialog, list, query).then(settle), 130);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") step(list, input, event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter") choose(dialog, selected(list));
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
    const hit = closest(event, "[data-url], [data-post]");
    if (hit) choose(dialog, hit);
  });
  document.addEventListener("click", (event) => {
    const button = closest(event, "[data-palette-open]");
    if (button) openPalette(button.dataset.paletteOpen);
  });
  bind("mod+k", () => openPalette(), true);
  bind("/", () => {
    const here = find<HTMLInputElement>("main [data-hotkey-focus=slash]"); // a list has a search of its own
    if (here) here.select();
    else openPalette();
    here?.focus();
  });
}
