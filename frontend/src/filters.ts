// The line of filters: chips of what is active, and the builder behind them. The address holds the tree.
import { closest, find, icon, make, whenPresent } from "./dom";
import { builderPanel } from "./filter-builder";
import { type Field, type Group, type Node as TreeNode, children, group, isGroup, joinOf, parseTree, written } from "./filter-tree";
import { inWords, words } from "./filter-words";
import { htmx } from "./requests";
import { text } from "./texts";

type Line = { root: HTMLElement; fields: Field[]; tree: Group };

let known: Field[] = [];

/** What the page said at first: an answer swapped in later comes without its script blocks. */
function fieldsOfPage(): Field[] {
  const block = find("#filter-fields");
  if (block?.textContent) known = JSON.parse(block.textContent) as Field[];
  return known;
}

function apply(line: Line): void {
  const field = line.root.dataset.input;
  if (field) return keep(line, field);
  const address = new URL(location.href);
  const param = line.root.dataset.param ?? "filter";
  if (children(line.tree).length) address.searchParams.set(param, JSON.stringify(written(line.tree)));
  else if (address.searchParams.has("saved") || line.root.hasAttribute("data-keeps-empty")) address.searchParams.set(param, ""); // without it what was saved would return
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

/** In a form the tree is a value like any other, sent when the form is. */
function keep(line: Line, field: string): void {
  const input = find(`input[name="${field}"]`, line.root);
  if (input instanceof HTMLInputElement) {
    input.value = children(line.tree).length ? JSON.stringify(written(line.tree)) : "";
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
  closeBuilder(line);
  drawChips(line);
}

function chip(line: Line, node: TreeNode, remove: () => void): HTMLElement {
  const fixed = line.root.hasAttribute("data-fixed");
  const main = fixed ? make("span", { class: "filter-chip-main" }) : make("button", { type: "button", class: "filter-chip-main", "data-filter-open": true });
  let name = "";
  if (isGroup(node)) {
    name = inWords(line.fields, node);
    main.append(make("strong", {}, name));
  } else {
    const [label, operator, value] = words(line.fields, node);
    name = label;
    main.append(make("span", {}, `${label} ${operator}`.trim()));
    if (value) main.append(make("strong", {}, value));
  }
  if (fixed) return make("span", { class: "filter-chip" }, main);
  const cross = make("button", { type: "button", class: "filter-chip-remove", "aria-label": text("remove", { name: name.replace(/:$/, "") }) }, icon("x", "sm"));
  cross.addEventListener("click", remove);
  return make("span", { class: "filter-chip" }, main, cross);
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
  if (reset) reset.hidden = nodes.length === 0 || line.root.hasAttribute("data-fixed");
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
  const finish = (tree: Group): void => {
    line.tree = tree;
    apply(line);
  };
  const { panel, begin } = builderPanel(line.fields, line.tree, finish, () => closeBuilder(line));
  line.root.append(panel);
  find("button[data-filter-open][aria-expanded]", line.root)?.setAttribute("aria-expanded", "true");
  begin();
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
    root.addEventListener("filter:set", (event) => {
      line.tree = (event as CustomEvent<Group>).detail;
      apply(line);
    });
    document.addEventListener("pointerdown", function away(event) {
      if (!root.isConnected) document.removeEventListener("pointerdown", away);
      if (event.target instanceof Node && !root.contains(event.target)) closeBuilder(line);
    });
  });
}
