// The control for the value of one condition, by what its operator wants.
import { icon, make } from "./dom";
import type { Condition, Field, Operator, Option } from "./filter-tree";
import { picked, picksControl } from "./picks";
import { text } from "./texts";
import { shownDate } from "./time";

type Change = (value: unknown) => void;

function input(kind: string, value: unknown, label: string, change: Change): HTMLInputElement {
  const types: Record<string, string> = { date: "date", datetime: "datetime-local" };
  const element = make("input", { class: "input", type: types[kind] ?? "text", "aria-label": label });
  if (kind === "number") element.inputMode = "decimal";
  element.value = value === undefined || value === null ? "" : String(value);
  element.addEventListener("input", () => {
    const words = element.value.trim();
    const number = Number(words.replace(/\s/g, "").replace(",", "."));
    change(kind === "number" && words !== "" && !Number.isNaN(number) ? number : words);
  });
  return element;
}

function range(field: Field, value: unknown, change: Change): Node {
  const pair = Array.isArray(value) ? [...(value as unknown[])] : ["", ""];
  const kind = ["date", "datetime"].includes(field.type) ? field.type : "number";
  const set = (n: number) => (v: unknown): void => {
    pair[n] = v;
    change([...pair]);
  };
  return make("div", { class: "builder-values" }, input(kind, pair[0], text("filter.from"), set(0)), input(kind, pair[1], text("filter.to"), set(1)));
}

/** A whole number; one that is none yet is kept as it was typed, so that it counts as missing. */
function whole(value: unknown, label: string, change: Change): HTMLInputElement {
  const element = make("input", { class: "input num", type: "text", inputmode: "numeric", maxlength: "6", "aria-label": label });
  element.value = typeof value === "number" ? String(value) : "";
  element.addEventListener("input", () => change(/^\d+$/.test(element.value.trim()) ? Number(element.value) : element.value));
  return element;
}

export function select(label: string, options: Option[], value: string, change: (value: string) => void): HTMLElement {
  const element = make("select", { class: "input", "aria-label": label });
  const groups = new Map<string, HTMLOptGroupElement>();
  for (const option of options) {
    const line = new window.Option(option.label, option.value, false, option.value === value);
    if (!option.group) {
      element.append(line);
      continue;
    }
    const box = groups.get(option.group) ?? make("optgroup", { label: option.group });
    if (!groups.has(option.group)) element.append(box);
    groups.set(option.group, box);
    box.append(line);
  }
  element.addEventListener("change", () => change(element.value));
  return make("span", { class: "select" }, element, icon("chevron-down", "sm"));
}

function chips(options: Option[], value: unknown, change: Change): Node {
  const chosen = new Set(Array.isArray(value) ? value.map(String) : []);
  const box = make("div", { class: "options", role: "group", "aria-label": text("filter.value") });
  for (const option of options) {
    const check = make("input", { type: "checkbox", value: option.value });
    check.checked = chosen.has(option.value);
    check.addEventListener("change", () => {
      if (check.checked) chosen.add(option.value);
      else chosen.delete(option.value);
      change([...chosen]);
    });
    box.append(make("label", { class: "option" }, check, make("span", {}, option.label)));
  }
  return box;
}

/** A reference is a combobox like everywhere; several records make a list of ids with their names kept for the chips. */
function reference(field: Field, value: unknown, change: Change): Node {
  const held = value as { id?: string; title?: string } | string | undefined;
  const id = typeof held === "object" ? (held.id ?? "") : (held ?? "");
  const title = nameOf(field, id) ?? String(id);
  const listId = `filter-ref-${Math.random().toString(36).slice(2, 8)}`;
  const hidden = make("input", { type: "hidden" });
  hidden.value = id;
  const shown = make("input", { class: "input", type: "text", role: "combobox", id: `${listId}-input`, autocomplete: "off", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": listId, "aria-label": text("filter.value") });
  shown.value = title;
  const list = make("div", { class: "listbox", id: listId, role: "listbox", "aria-label": field.label, hidden: true });
  hidden.addEventListener("change", () => {
    names.set(`${field.key}:${hidden.value}`, shown.value);
    change(hidden.value);
  });
  return make("div", { class: "combobox", "data-combobox": true, "data-ref-url": field.ref_url ?? "" }, hidden, shown, list);
}

/** Several tags, or options of a long list: chips, looked for as one types. */
function references(field: Field, value: unknown, change: Change): Node {
  const held = Array.isArray(value) ? value.map(String) : [];
  const root = picksControl(field.ref_url ?? "", text("filter.value"), held.map((one) => ({ value: one, label: nameOf(field, one) ?? one })));
  root.addEventListener("change", (event) => {
    event.stopPropagation();
    const now = picked(root);
    for (const each of now) names.set(`${field.key}:${each.value}`, each.label);
    change(now.map((each) => each.value));
  });
  return root;
}

/** A place and a distance from it; as long as one is missing there is no value. */
function near(value: unknown, change: Change): Node {
  const held = { place: "", km: 10, ...(value as { place?: string; km?: number } | undefined) };
  const tell = (): void => change(held.place.trim() ? { ...held } : "");
  const place = input("text", held.place, text("filter.place"), (v) => {
    held.place = String(v);
    tell();
  });
  place.placeholder = "55.7512, 37.6184";
  const km = input("number", held.km, text("filter.km"), (v) => {
    held.km = Number(v) || 0;
    tell();
  });
  return make("div", { class: "builder-values" }, place, make("div", { class: "input-group" }, km, make("span", { class: "addon" }, text("filter.km"))));
}

const names = new Map<string, string>();

/** The title of a record: one chosen on this page, or one that the page's own filter asks for. */
function nameOf(field: Field, id: unknown): string | undefined {
  return names.get(`${field.key}:${String(id)}`) ?? field.names?.[String(id)];
}

export function valueControl(field: Field, operator: Operator, condition: Condition, change: Change): Node {
  const options = operator.options ?? field.options ?? [];
  const value = condition.value;
  switch (operator.value) {
    case "none":
      return make("span", {});
    case "range":
      return range(field, value, change);
    case "option":
    case "relative": {
      const first = options[0]?.value ?? "";
      if (value === undefined || value === "") change(first);
      return select(text("filter.value"), options, String(value ?? first), change);
    }
    case "whole":
      return whole(value, text("filter.value"), change);
    case "days":
      return make("div", { class: "input-group" }, whole(value, text("filter.days"), change), make("span", { class: "addon" }, text("filter.days")));
    case "options":
      return chips(options, value, change);
    case "ref":
      return reference(field, value, change);
    case "near":
      return near(value, change);
    case "inside":
      return make("span", { class: "builder-fixed" }, stretchText(value)); // it is drawn on the map, not typed
    case "refs":
      return references(field, value, change);
    default:
      return input(operator.value, value, text("filter.value"), change);
  }
}

/** The value in words, for a chip. */
export function valueText(field: Field, operator: Operator, value: unknown): string {
  if (operator.value === "none") return "";
  if (operator.value === "near") return nearText(value);
  if (operator.value === "inside") return stretchText(value);
  const options = operator.options ?? field.options ?? [];
  const one = (v: unknown): string => options.find((o) => o.value === String(v))?.label ?? nameOf(field, v) ?? show(field, v);
  if (operator.value === "range" && Array.isArray(value)) return value.map((v) => (v === "" ? "…" : show(field, v, sameDay(value)))).join(" – ");
  return Array.isArray(value) ? value.map(one).join(", ") : one(value);
}

/** The corners of a stretch of map, in degrees. */
function stretchText(value: unknown): string {
  const { south, west, north, east } = value as Record<"south" | "west" | "north" | "east", number>;
  const shown = (n: number): string => new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 }).format(n);
  return `${shown(south)}…${shown(north)}°, ${shown(west)}…${shown(east)}°`;
}

function nearText(value: unknown): string {
  const { place, lat, lon, km } = value as { place?: string; lat?: number; lon?: number; km: number };
  return `${place ?? `${String(lat)}, ${String(lon)}`} · ${new Intl.NumberFormat(document.documentElement.lang).format(km)} ${text("filter.km")}`;
}

/** Two moments of one day: without their times a chip would say nothing. */
function sameDay([from, to]: unknown[]): boolean {
  return typeof from === "string" && typeof to === "string" && from !== "" && new Date(from).toDateString() === new Date(to).toDateString();
}

function show(field: Field, value: unknown, timed = false): string {
  const lang = document.documentElement.lang;
  if (typeof value === "number") return new Intl.NumberFormat(lang).format(value);
  if (["date", "datetime"].includes(field.type) && typeof value === "string" && !Number.isNaN(Date.parse(value))) {
    const moment = new Date(value.length === 10 ? `${value}T00:00` : value); // a day alone would be read as UTC
    const clock = field.type === "datetime" && (timed || moment.getHours() + moment.getMinutes() > 0);
    return shownDate(moment, clock);
  }
  return String(value ?? "");
}
