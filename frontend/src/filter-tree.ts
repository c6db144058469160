// The filter tree as data: {"and": [...]}, {"or": [...]} and conditions {"field", "op", "value"}.

/** A condition over related records is made by programs; here it is shown, kept, and may be taken away. */
export type Condition = { field: string; op: string; value?: unknown; related?: string; quantifier?: string; count?: { op: string; value: number } };
export type Group = { and: Node[] } | { or: Node[] };
export type Node = Condition | Group;
type ValueKind = "none" | "text" | "number" | "date" | "datetime" | "option" | "options" | "ref" | "range" | "relative";
export type Operator = { op: string; label: string; value: ValueKind; options?: { value: string; label: string }[] };
export type Field = { key: string; label: string; type: string; ops: Operator[]; options?: { value: string; label: string }[]; ref_url?: string; names?: Record<string, string> };

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

/** A condition without an operator, as somebody may write into a link, asks for equality. */
function complete(node: Node): Node {
  if (isGroup(node)) children(node).forEach(complete);
  else if ("field" in node) node.op ??= "eq";
  return node;
}

/** The tree of the address; anything unreadable counts as no filter. */
export function parseTree(raw: string): Group {
  if (!raw) return { and: [] };
  try {
    const tree = complete(JSON.parse(raw) as Node);
    return isGroup(tree) ? tree : { and: [tree] };
  } catch {
    return { and: [] };
  }
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
