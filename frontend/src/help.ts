// The overlay of "?": what the keys do, gathered from the page itself, and the switch of one-key shortcuts.
import { all, closest, find, isVisible, make } from "./dom";
import { bind, MOD, setSingleKeys, singleKeysOn } from "./hotkeys";
import { text } from "./texts";

type Line = [string, string];

function line([keys, label]: Line): HTMLElement {
  const row = make("div", { class: "shortcut" }, make("span", {}, label));
  for (const key of keys.split(" ")) row.append(make("kbd", { class: "kbd" }, key));
  return row;
}

function section(title: string, lines: Line[]): Node[] {
  if (!lines.length) return [];
  return [make("h3", { class: "mt-4" }, title), make("div", { class: "shortcuts" }, ...lines.map(line))];
}

/** "mod+enter" → "Ctrl ↵" */
function shown(keys: string): string {
  const names: Record<string, string> = { mod: MOD, enter: "↵", space: "␣", shift: "⇧", esc: "Esc" };
  return keys.split(/[+ ]/).map((key) => names[key] ?? key.toUpperCase()).join(" ");
}

function pageLines(): Line[] {
  const lines: Line[] = [];
  for (const element of all("main [data-hotkey], .topbar [data-hotkey]")) {
    const label = element.querySelector(".button-text")?.textContent || element.getAttribute("aria-label") || element.textContent?.trim() || "";
    if (isVisible(element) && element.dataset.hotkey) lines.push([shown(element.dataset.hotkey), label]);
  }
  return lines;
}

function content(): HTMLElement {
  const t = (key: string): string => text(`help.${key}`);
  const go: Line[] = all("[data-nav][data-hotkey]").map((link) => [shown(link.dataset.hotkey ?? ""), text("help.goTo", { name: link.dataset.label ?? "" })]);
  const close = make("button", { type: "button", class: "button", "data-dialog-close": true, autofocus: true }, text("close"));
  const toggle = make("input", { type: "checkbox", class: "switch", role: "switch" });
  toggle.checked = singleKeysOn();
  toggle.addEventListener("change", () => setSingleKeys(toggle.checked));
  const body = make("div", { class: "dialog-body" }, make("p", { class: "muted" }, t("singleHint")));
  body.append(
    ...section(t("general"), [[`${MOD} K`, t("palette")], ["/", t("search")], ["?", t("help")], ["Esc", t("cancel")], ...go]),
    ...section(t("lists"), [["J", t("next")], ["K", t("previous")], ["↵", t("open")], ["␣", t("peek")], ["X", t("select")], ["F2", t("cell")], [`${MOD} V`, t("paste")]]),
    ...section(t("forms"), [[`${MOD} ↵`, t("save")], ["Esc", t("cancel")]]),
    ...section(t("page"), pageLines()),
  );
  const foot = make("footer", { class: "dialog-foot" }, make("label", { class: "check grow" }, toggle, t("single")), close);
  const head = make("header", { class: "dialog-head" }, make("h2", { id: "dialog-title" }, t("title")));
  return make("div", {}, head, body, foot);
}

function open(): void {
  const dialog = find<HTMLDialogElement>("#dialog");
  const body = find("#dialog-body");
  if (!dialog || !body || dialog.open) return;
  body.replaceChildren(...content().childNodes);
  dialog.showModal();
}

export function startHelp(): void {
  bind("shift+/", open);
  document.addEventListener("click", (event) => {
    if (closest(event, "[data-help-open]")) open();
  });
}
