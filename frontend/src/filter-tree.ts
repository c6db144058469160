// The filter as data. In the address: {"and": [...]}, {"or": [...]}, conditions {"field", "op", "value"}, conditions over related
// records {"related", "quantifier" or "count", "filter"} and over segments {"segment", "op"}. Here each of them is a condition with
// a field, an operator and a value; that of related records has a filter of its own besides.

/** `raw` is a condition that only programs make («not»): it is shown, kept, and may be taken away. */
export type Condition = { field: string; op: string; value?: unknown; filter?: Group; raw?: unknown };
export type Group = { and: Node[] } | { or: Node[] };
export type Node = Condition | Group;
type ValueKind = "none" | "text" | "number" | "whole" | "days" | "date" | "datetime" | "option" | "options" | "ref" | "refs" | "near" | "inside" | "range" | "relative";
export type Option = { value: string; label: string; group?: string | undefined };
export type Operator = { op: string; label: string; value: ValueKind; said?: string; options?: Option[] }; // `said`: how a chip says it, with {days}
export type Field = {
  key: string;
  label: string;
  type: string;
  group?: string;
  ops: Operator[];
  options?: Option[];
  ref_url?: string;
  names?: Record<string, string>;
  object?: string; // of related records: what they are
  fields?: Field[]; // and their fields, once they are known
};

/** The key under which the builder offers segments; no field has such a key. */
const SEGMENT = "@segment";

export function isGroup(node: Node): node is Group {
  return "and" in node || "or" in node;
}

export function children(group: Group): Node[] {
  return "and" in group ? group.and : group.or;
}

export function joinOf(group: Group): "and" | "or" {
  return "and" in group ? "and" : "or";
}

export function group(join: "and" | "or", nodes: Node[]): Group {
  return join === "and" ? { and: nodes } : { or: nodes };
}

type Wire = { [key: string]: unknown };

/** A piece of the address's filter as the builder holds it. A condition without an operator asks for equality. */
function read(wire: Wire): Node {
  for (const join of ["and", "or"] as const) if (Array.isArray(wire[join])) return group(join, (wire[join] as Wire[]).map(read));
  if (typeof wire.related === "string") {
    const count = wire.count as { op: string; value: number } | undefined;
    const filter = wire.filter ? whole(read(wire.filter as Wire)) : { and: [] };
    if (count) return { field: wire.related, op: count.op, value: count.value, filter };
    return { field: wire.related, op: String(wire.quantifier ?? "any"), filter };
  }
  if ("segment" in wire) return { field: SEGMENT, op: String(wire.op ?? "in"), value: String(wire.segment) };
  if (typeof wire.field === "string") return { field: wire.field, op: String(wire.op ?? "eq"), value: wire.value };
  return { field: "", op: "", raw: wire };
}

function whole(node: Node): Group {
  return isGroup(node) ? node : { and: [node] };
}

/** The tree of the address; anything unreadable counts as no filter. */
export function parseTree(raw: string): Group {
  if (!raw) return { and: [] };
  try {
    return whole(read(JSON.parse(raw) as Wire));
  } catch {
    return { and: [] };
  }
}

/** A tree as the address takes it. */
export function written(node: Node): Wire {
  if (isGroup(node)) return { [joinOf(node)]: children(node).map(written) };
  const { field, op, value, filter, raw } = node;
  if (raw !== undefined) return raw as Wire;
  if (field === SEGMENT) return { segment: Number(value), op };
  if (!filter) return value === undefined ? { field, op } : { field, op, value };
  const inner = children(filter).length ? { filter: written(filter) } : {};
  if (op === "any") return { related: field, ...inner };
  return op === "none" ? { related: field, quantifier: op, ...inner } : { related: field, count: { op, value }, ...inner };
}

/** Without unfinished conditions and empty groups. */
export function tidy(tree: Group, complete: (condition: Condition) => boolean): Group {
  const kept: Node[] = [];
  for (const node of children(tree)) {
    if (!isGroup(node)) {
      if (complete(node)) kept.push(node);
      continue;
    }
    const inner = tidy(node, complete);
    if (children(inner).length) kept.push(inner);
  }
  return group(joinOf(tree), kept);
}
