// The builder of a filter: field → operator → value, groups of and/or, conditions over related records. It works on a draft.
import { all, find, icon, iconButton, make } from "./dom";
import { type Condition, type Field, type Group, children, group, isGroup, joinOf, tidy } from "./filter-tree";
import { select, valueControl } from "./filter-value";
import { isComplete, lookUp } from "./filter-words";
import { htmx } from "./requests";
import { text } from "./texts";

const DEEPEST = 2; // groups within groups, and related records of related ones
const CONTROLS = "select, input:not([type=hidden]), button";

type Drawing = { redraw: (focus?: Condition) => void; missing: Set<Condition>; places: Map<Condition, HTMLElement> };
/** Where conditions stand: the fields that they may be about, how deep the group lies, and how many related records lead there. */
type Place = { fields: Field[]; depth: number; within: number };

const loaded = new Map<string, Promise<Field[]>>();

/** The fields of related records; asked for once a page. */
function fieldsOf(field: Field): Promise<Field[]> {
  const key = field.object ?? "";
  const asked = loaded.get(key) ?? fetch(`/${key}/filter-fields`, { credentials: "same-origin" }).then((answer) => (answer.ok ? (answer.json() as Promise<Field[]>) : []));
  loaded.set(key, asked);
  return asked;
}

function fresh(place: Place): Condition {
  const field = place.fields[0];
  return start(field?.key ?? "", field);
}

function start(key: string, field: Field | undefined): Condition {
  const condition: Condition = { field: key, op: field?.ops[0]?.op ?? "" };
  return field?.object ? { ...condition, filter: { and: [] } } : condition;
}

/** The conditions of a tree that still want a value. */
function unfinished(fields: Field[], tree: Group): Condition[] {
  const done = isComplete(fields);
  return children(tree).flatMap((node) => {
    if (isGroup(node)) return unfinished(fields, node);
    const found = lookUp(fields, node);
    const inner = node.filter && found?.field.fields ? unfinished(found.field.fields, node.filter) : [];
    return found && !done(node) ? [node, ...inner] : inner;
  });
}

/** A filter without the groups that nobody filled, in related records too. */
export function cleared(fields: Field[], tree: Group): Group {
  const kept = tidy(tree, (condition) => condition.filter !== undefined || isComplete(fields)(condition) || !lookUp(fields, condition));
  for (const node of children(kept)) {
    if (isGroup(node) || !node.filter) continue;
    const inner = lookUp(fields, node)?.field.fields;
    if (inner) node.filter = cleared(inner, node.filter);
  }
  return kept;
}

/** The place of a value, with the word that it is missing until one is given. */
function valueCell({ missing }: Drawing, fields: Field[], condition: Condition): HTMLElement {
  const found = lookUp(fields, condition);
  const note = make("p", { class: "error field-error", id: `missing-${Math.random().toString(36).slice(2, 8)}` }, icon("circle-alert"), make("span", {}, text("filter.missing")));
  const cell = make("div", { class: "builder-value" });
  const mark = (): void => {
    const lacks = missing.has(condition);
    for (const control of all("input:not([type=hidden]), select", cell)) {
      if (lacks) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
      if (lacks) control.setAttribute("aria-describedby", note.id);
      else control.removeAttribute("aria-describedby");
    }
    if (lacks) cell.append(note);
    else note.remove();
  };
  const change = (value: unknown): void => {
    condition.value = value;
    if (isComplete(fields)(condition) && missing.delete(condition)) mark();
  };
  if (found) cell.append(valueControl(found.field, found.operator, condition, change));
  mark();
  return cell;
}

function row(drawing: Drawing, place: Place, condition: Condition, replace: (next: Condition) => void, remove: () => void): HTMLElement {
  const { redraw } = drawing;
  const cross = iconButton("x", text("filter.removeCondition"));
  cross.addEventListener("click", remove);
  const found = lookUp(place.fields, condition);
  if (!found) {
    const name = condition.raw === undefined ? condition.field : text("filter.special");
    return make("div", { class: "builder-row" }, make("span", { class: "builder-fixed" }, name), cross);
  }
  const fieldBox = select(text("filter.field"), place.fields.map((f) => ({ value: f.key, label: f.label, group: f.group })), condition.field, (key) => {
    replace(start(key, place.fields.find((f) => f.key === key)));
    redraw();
  });
  const operators = found.field.ops.filter((o) => o.value !== "inside" || o.op === condition.op).map((o) => ({ value: o.op, label: o.label }));
  const operatorBox = select(text("filter.operator"), operators, found.operator.op, (op) => {
    const before = found.operator.value;
    condition.op = op;
    if (lookUp(place.fields, condition)?.operator.value !== before) delete condition.value;
    redraw();
  });
  const line = make("div", { class: "builder-row" }, fieldBox, operatorBox, valueCell(drawing, place.fields, condition), cross);
  drawing.places.set(condition, line);
  return condition.filter ? make("div", { class: "builder-related" }, line, nested(drawing, place, found.field, condition)) : line;
}

/** The conditions on related records, below the line that says whether there are any. */
function nested(drawing: Drawing, place: Place, field: Field, condition: Condition): HTMLElement {
  if (!field.fields) {
    void fieldsOf(field).then((fields) => {
      field.fields = fields;
      drawing.redraw();
    });
    return make("p", { class: "faint small builder-group", role: "status" }, text("loading"));
  }
  const within = place.within + 1;
  const fields = within < DEEPEST ? field.fields : field.fields.filter((f) => !f.object);
  return drawGroup(drawing, { fields, depth: 0, within }, condition.filter ?? { and: [] }, (next) => {
    condition.filter = next;
    drawing.redraw();
  }, field.label);
}

function smallButton(sign: string, label: string, act: () => void): HTMLElement {
  const button = make("button", { type: "button", class: "button", "data-kind": "ghost", "data-size": "sm" }, icon(sign), label);
  button.addEventListener("click", act);
  return button;
}

function drawGroup(drawing: Drawing, place: Place, tree: Group, replace: (next: Group) => void, name = ""): HTMLElement {
  const { redraw } = drawing;
  const nodes = children(tree);
  const box = make("div", { class: "builder-group", role: "group", "aria-label": name || text("filter.join") });
  const joins = [{ value: "and", label: text("filter.all") }, { value: "or", label: text("filter.any") }];
  const join = select(text("filter.join"), joins, joinOf(tree), (kind) => replace(group(kind as "and" | "or", nodes)));
  if (nodes.length > 1 || place.depth > 0) box.append(make("div", { class: "row builder-join" }, make("span", { class: "muted small" }, text("filter.join")), join));
  nodes.forEach((node, n) => {
    const put = (next: Condition | Group): void => void (nodes[n] = next);
    if (isGroup(node)) {
      return box.append(drawGroup(drawing, { ...place, depth: place.depth + 1 }, node, (next) => {
        put(next);
        redraw();
      }));
    }
    return box.append(row(drawing, place, node, put, () => {
      nodes.splice(n, 1);
      redraw();
    }));
  });
  const add = (node: Condition | Group, first: Condition) => (): void => {
    nodes.push(node);
    redraw(first);
  };
  const one = fresh(place);
  const other = fresh(place);
  const narrows = name !== "" && nodes.length === 0;
  const buttons = make("div", { class: "row" }, smallButton("plus", narrows ? text("filter.narrow") : text("filter.add"), add(one, one)));
  if (place.depth < DEEPEST && !narrows) buttons.append(smallButton("layers", text("filter.addGroup"), add(group(joinOf(tree) === "and" ? "or" : "and", [other]), other)));
  box.append(buttons);
  return box;
}

/** The panel of the builder over a draft; `finish` gets the filter, once it lacks nothing, and `close` is called by Escape. */
export function builderPanel(fields: Field[], tree: Group, finish: (tree: Group) => void, close: () => void): { panel: HTMLElement; begin: () => void } {
  let draft = structuredClone(tree);
  const top: Place = { fields, depth: 0, within: 0 };
  if (!children(draft).length) draft = group("and", [fresh(top)]);
  const panel = make("div", { class: "builder", role: "dialog", "aria-label": text("filter.title") });
  const show = make("button", { type: "button", class: "button", "data-kind": "primary", "data-size": "sm" }, text("filter.apply"));
  const clear = make("button", { type: "button", class: "button", "data-kind": "ghost", "data-size": "sm" }, text("filter.clear"));
  const foot = make("div", { class: "builder-foot" }, clear, make("span", { class: "is-end" }, show));
  const drawing: Drawing = { redraw, missing: new Set(), places: new Map() };

  /** Draw anew; the keyboard stays where it was, or goes to the condition that was just added. */
  function redraw(focus?: Condition): void {
    const at = all(CONTROLS, panel).indexOf(document.activeElement as HTMLElement);
    drawing.places.clear();
    panel.replaceChildren(drawGroup(drawing, top, draft, (next) => {
      draft = next;
      redraw();
    }), foot);
    htmx.process(panel);
    panel.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true })); // comboboxes inside wake up
    const added = focus && drawing.places.get(focus);
    if (added) find("select", added)?.focus();
    else if (at >= 0) (all(CONTROLS, panel)[at] ?? show).focus();
  }

  function done(next: Group): void {
    drawing.missing = new Set(unfinished(fields, next));
    if (!drawing.missing.size) return finish(cleared(fields, next));
    redraw();
    find("[aria-invalid=true]", panel)?.focus();
  }

  show.addEventListener("click", () => done(draft));
  clear.addEventListener("click", () => done({ and: [] }));
  panel.addEventListener("keydown", (event) => {
    const enter = event.key === "Enter" && event.target instanceof HTMLInputElement;
    if (event.key === "Escape") close();
    else if (enter) done(draft);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return {
    panel,
    begin: () => {
      redraw();
      find(".builder-row select", panel)?.focus();
    },
  };
}
