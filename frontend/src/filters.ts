// The line of filters: chips of what is active, and the builder (field → operator → value, groups of and/or). The address holds the tree.
import { all, closest, find, icon, iconButton, make, whenPresent } from "./dom";
import { type Condition, type Field, type Group, type Node as TreeNode, type Operator, children, group, isGroup, joinOf, parseTree, tidy } from "./filter-tree";
import { select, valueControl, valueText } from "./filter-value";
import { htmx } from "./requests";
import { text } from "./texts";

type Line = { root: HTMLElement; fields: Field[]; tree: Group };
type Drawing = { line: Line; redraw: () => void; missing: Set<Condition> };

let known: Field[] = [];

/** What the page said at first: an answer swapped in later comes without its script blocks. */
function fieldsOfPage(): Field[] {
  const block = find("#filter-fields");
  if (block?.textContent) known = JSON.parse(block.textContent) as Field[];
  return known;
}

function lookUp(line: Line, condition: Condition): { field: Field; operator: Operator } | undefined {
  const field = line.fields.find((f) => f.key === condition.field);
  const named = (op: string): Operator | undefined => field?.ops.find((o) => o.op === op);
  const operator = named(condition.op) ?? named("eq") ?? field?.ops[0]; // the first is what a new condition begins with
  return field && operator ? { field, operator } : undefined;
}

function complete(line: Line): (condition: Condition) => boolean {
  return (condition) => {
    if (condition.related) return true;
    const found = lookUp(line, condition);
    if (!found) return false;
    const { value } = condition;
    if (found.operator.value === "none") return true;
    if (Array.isArray(value)) return value.some((v) => v !== "");
    return value !== undefined && value !== "";
  };
}

function apply(line: Line): void {
  line.tree = tidy(line.tree, complete(line));
  const address = new URL(location.href);
  const param = line.root.dataset.param ?? "filter";
  if (children(line.tree).length) address.searchParams.set(param, JSON.stringify(line.tree));
  else if (address.searchParams.has("saved")) address.searchParams.set(param, ""); // without it the saved view's own would return
  else address.searchParams.delete(param);
  address.searchParams.delete("after");
  closeBuilder(line);
  drawChips(line);
  const target = line.root.dataset.target ?? "#list";
  const path = address.pathname + address.search;
  void htmx.ajax("get", path, { source: line.root, target, select: target, swap: "outerHTML", push: "true" }).then(() => {
    // The line itself may have been replaced: keep the keyboard where it was.
    if (document.activeElement === document.body) find("[data-filters] button[data-filter-open][aria-expanded]")?.focus({ preventScroll: true });
  });
}

function chip(line: Line, node: TreeNode, remove: () => void): HTMLElement {
  const main = make("button", { type: "button", class: "filter-chip-main", "data-filter-open": true });
  let name = "";
  if (isGroup(node)) {
    name = children(node).map((n) => (isGroup(n) ? "(…)" : words(line, n).join(" "))).join(` ${text(`filter.${joinOf(node)}`)} `);
    main.append(make("strong", {}, name));
  } else {
    const [label, operator, value] = words(line, node);
    name = label ?? "";
    main.append(make("span", {}, `${label} ${operator}`));
    if (value) main.append(make("strong", {}, value));
  }
  const cross = make("button", { type: "button", class: "filter-chip-remove", "aria-label": text("remove", { name }) }, icon("x", "sm"));
  cross.addEventListener("click", remove);
  return make("span", { class: "filter-chip" }, main, cross);
}

function words(line: Line, condition: Condition): string[] {
  const { related, count, quantifier } = condition;
  if (related) return [related, count?.op ?? quantifier ?? "any", count ? String(count.value) : ""];
  const found = lookUp(line, condition);
  if (!found) return [condition.field, condition.op, String(condition.value ?? "")];
  return [found.field.label, found.operator.label, valueText(found.field, found.operator, condition.value)];
}

function drawChips(line: Line): void {
  const host = find("[data-filter-chips]", line.root);
  const nodes = children(line.tree);
  const parts: HTMLElement[] = [];
  nodes.forEach((node, n) => {
    if (n > 0 && joinOf(line.tree) === "or") parts.push(make("span", { class: "filter-join" }, text("filter.or")));
    parts.push(chip(line, node, () => {
      line.tree = group(joinOf(line.tree), nodes.filter((other) => other !== node));
      apply(line);
    }));
  });
  host?.replaceChildren(...parts);
  const reset = find("[data-filter-reset]", line.root);
  if (reset) reset.hidden = nodes.length === 0;
}

function blank(line: Line): Condition {
  const field = line.fields[0];
  return { field: field?.key ?? "", op: field?.ops[0]?.op ?? "" };
}

/** The conditions of a tree that still want a value; one about a field that is not open has no place to give it. */
function unfinished(line: Line, tree: Group): Condition[] {
  const done = complete(line);
  return children(tree).flatMap((node) => (isGroup(node) ? unfinished(line, node) : lookUp(line, node) && !done(node) ? [node] : []));
}

/** The place of a value, with the word that it is missing until one is given. */
function valueCell({ line, missing }: Drawing, condition: Condition): HTMLElement {
  const found = lookUp(line, condition);
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
    if (complete(line)(condition) && missing.delete(condition)) mark();
  };
  if (found) cell.append(valueControl(found.field, found.operator, condition, change));
  mark();
  return cell;
}

function row(drawing: Drawing, condition: Condition, remove: () => void): HTMLElement {
  const { line, redraw } = drawing;
  const cross = iconButton("x", text("filter.removeCondition"));
  cross.addEventListener("click", remove);
  if (condition.related) return make("div", { class: "builder-row" }, ...words(line, condition).map((word) => make("span", {}, word)), cross);
  const found = lookUp(line, condition);
  const fieldBox = select(text("filter.field"), line.fields.map((f) => ({ value: f.key, label: f.label })), condition.field, (key) => {
    condition.field = key;
    condition.op = line.fields.find((f) => f.key === key)?.ops[0]?.op ?? "";
    delete condition.value;
    redraw();
  });
  const operators = found?.field.ops.map((o) => ({ value: o.op, label: o.label })) ?? [];
  const operatorBox = select(text("filter.operator"), operators, condition.op, (op) => {
    const before = found?.operator.value;
    condition.op = op;
    if (lookUp(line, condition)?.operator.value !== before) delete condition.value;
    redraw();
  });
  return make("div", { class: "builder-row" }, fieldBox, operatorBox, valueCell(drawing, condition), cross);
}

function drawGroup(drawing: Drawing, tree: Group, replace: (next: Group) => void, depth: number): HTMLElement {
  const { line, redraw } = drawing;
  const nodes = children(tree);
  const box = make("div", { class: "builder-group", role: "group" });
  const joins = [{ value: "and", label: text("filter.all") }, { value: "or", label: text("filter.any") }];
  const join = select(text("filter.join"), joins, joinOf(tree), (kind) => replace(group(kind as "and" | "or", nodes)));
  if (nodes.length > 1 || depth > 0) box.append(make("div", { class: "row builder-join" }, make("span", { class: "muted small" }, text("filter.join")), join));
  nodes.forEach((node, n) => {
    const remove = (): void => {
      nodes.splice(n, 1);
      redraw();
    };
    if (!isGroup(node)) return box.append(row(drawing, node, remove));
    return box.append(drawGroup(drawing, node, (next) => {
      nodes[n] = next;
      redraw();
    }, depth + 1));
  });
  const add = make("button", { type: "button", class: "button", "data-kind": "ghost", "data-size": "sm" }, icon("plus"), text("filter.add"));
  add.addEventListener("click", () => {
    nodes.push(blank(line));
    redraw();
  });
  const buttons = make("div", { class: "row" }, add);
  if (depth < 2) {
    const more = make("button", { type: "button", class: "button", "data-kind": "ghost", "data-size": "sm" }, icon("layers"), text("filter.addGroup"));
    more.addEventListener("click", () => {
      nodes.push(group(joinOf(tree) === "and" ? "or" : "and", [blank(line)]));
      redraw();
    });
    buttons.append(more);
  }
  box.append(buttons);
  return box;
}

function closeBuilder(line: Line): void {
  const builder = find(".builder", line.root);
  if (!builder) return;
  builder.remove();
  const button = find("button[data-filter-open][aria-expanded]", line.root);
  button?.setAttribute("aria-expanded", "false");
  button?.focus();
}

function openBuilder(line: Line): void {
  if (find(".builder", line.root)) return closeBuilder(line);
  let draft = structuredClone(line.tree);
  if (!children(draft).length) draft = group("and", [blank(line)]);
  const builder = make("div", { class: "builder", role: "dialog", "aria-label": text("filter.title") });
  const show = make("button", { type: "button", class: "button", "data-kind": "primary", "data-size": "sm" }, text("filter.apply"));
  const clear = make("button", { type: "button", class: "button", "data-kind": "ghost", "data-size": "sm" }, text("filter.clear"));
  const missing = new Set<Condition>();
  const finish = (tree: Group): void => {
    missing.clear();
    for (const condition of unfinished(line, tree)) missing.add(condition);
    if (missing.size) {
      redraw();
      find("[aria-invalid=true]", builder)?.focus();
      return;
    }
    line.tree = tree;
    apply(line);
  };
  show.addEventListener("click", () => finish(draft));
  clear.addEventListener("click", () => finish({ and: [] }));
  const foot = make("div", { class: "builder-foot" }, clear, make("span", { class: "is-end" }, show));
  const redraw = (): void => {
    builder.replaceChildren(drawGroup({ line, redraw, missing }, draft, (next) => {
      draft = next;
      redraw();
    }, 0), foot);
    htmx.process(builder);
    builder.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true })); // comboboxes inside wake up
  };
  builder.addEventListener("keydown", (event) => {
    const enter = event.key === "Enter" && event.target instanceof HTMLInputElement;
    if (event.key === "Escape") closeBuilder(line);
    else if (enter) finish(draft);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  line.root.append(builder);
  find("button[data-filter-open][aria-expanded]", line.root)?.setAttribute("aria-expanded", "true");
  redraw();
  find(".builder-row select", builder)?.focus();
}

export function startFilters(): void {
  whenPresent("[data-filters]", (root) => {
    const line: Line = { root, fields: fieldsOfPage(), tree: parseTree(root.dataset.filter ?? "") };
    drawChips(line);
    root.addEventListener("click", (event) => {
      if (closest(event, "[data-filter-open]")) openBuilder(line);
      else if (closest(event, "[data-filter-reset]")) {
        line.tree = { and: [] };
        apply(line);
      }
    });
    document.addEventListener("pointerdown", function away(event) {
      if (!root.isConnected) document.removeEventListener("pointerdown", away);
      if (event.target instanceof Node && !root.contains(event.target)) closeBuilder(line);
    });
  });
}
