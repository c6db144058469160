// What the fields of a filter are, and what its conditions are in words.
import { type Condition, type Field, type Group, type Operator, children, isGroup, joinOf } from "./filter-tree";
import { valueText } from "./filter-value";
import { plural, text } from "./texts";

export function lookUp(fields: Field[], condition: Condition): { field: Field; operator: Operator } | undefined {
  const field = fields.find((f) => f.key === condition.field);
  const named = (op: string): Operator | undefined => field?.ops.find((o) => o.op === op);
  const operator = named(condition.op) ?? named("eq") ?? field?.ops[0]; // the first is what a new condition begins with
  return field && operator ? { field, operator } : undefined;
}

/** Whether a condition has all that it needs. One about a field that is not open has no place to give it, and none is lacking. */
export function isComplete(fields: Field[]): (condition: Condition) => boolean {
  return (condition) => {
    if (condition.raw !== undefined) return true;
    const found = lookUp(fields, condition);
    if (!found) return false;
    const { value } = condition;
    switch (found.operator.value) {
      case "none":
        return true;
      case "whole":
      case "days":
        return Number.isInteger(value);
      default:
        return Array.isArray(value) ? value.some((v) => v !== "") : value !== undefined && value !== "";
    }
  };
}

/** A condition in three pieces: what it is about, how it is compared, with what. */
export function words(fields: Field[], condition: Condition): [string, string, string] {
  if (condition.raw !== undefined) return [text("filter.special"), "", ""];
  const found = lookUp(fields, condition);
  if (!found) return [condition.field, condition.op, condition.filter ? "" : String(condition.value ?? "")];
  const { field, operator } = found;
  if (operator.said && typeof condition.value === "number") return [field.label, "", operator.said.replace("{days}", plural("days", condition.value))];
  const value = valueText(field, operator, condition.value);
  if (!condition.filter) return [field.label, operator.label, value];
  return [`${field.label}:`, [operator.label, value].filter(Boolean).join(" "), inWords(field.fields ?? [], condition.filter)];
}

/** All conditions of a group, one after the other. */
export function inWords(fields: Field[], tree: Group): string {
  const one = (node: Condition | Group): string => {
    if (!isGroup(node)) return words(fields, node).filter(Boolean).join(" ");
    return children(node).length > 1 ? `(${inWords(fields, node)})` : inWords(fields, node);
  };
  return children(tree).map(one).join(` ${text(`filter.${joinOf(tree)}`)} `);
}
