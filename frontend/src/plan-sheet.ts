// A sheet of plans: arrows and Enter go from cell to cell, a block from a spreadsheet fills several, sums follow what is typed.
import { all, find } from "./dom";

function numberOf(text: string, sign: string): number {
  const plain = text.replace(/[\s\u00a0\u202f]/g, "");
  const value = Number(sign === "," ? plain.replace(",", ".") : plain.replace(/,/g, ""));
  return Number.isFinite(value) ? value : 0;
}

export function setUpSheet(form: HTMLElement): void {
  const sign = form.dataset.decimal ?? ",";
  const language = document.documentElement.lang || "ru";
  const told = (value: number): string => (value ? value.toLocaleString(language, { maximumFractionDigits: 2 }) : "");
  const rows = all("[data-plan-row]", form);
  const cellAt = (row: number, column: number): HTMLInputElement | null => find<HTMLInputElement>("input:not([type=hidden])", rows[row]?.children[column] ?? document.createElement("i"));
  const columnOf = (cell: Element): number => Array.from(cell.closest("tr")?.children ?? []).indexOf(cell.closest("td") as HTMLElement);
  const rowOf = (cell: Element): number => rows.indexOf(cell.closest<HTMLElement>("[data-plan-row]") as HTMLElement);
  const valueAt = (row: HTMLElement, column: number): number => {
    const box = row.children[column];
    const input = box && find<HTMLInputElement>("input:not([type=hidden])", box);
    return numberOf(input ? input.value : (find("span", box ?? row)?.textContent ?? ""), sign);
  };

  function addUp(totals: boolean): void {
    const sums = all("[data-plan-sum]", form);
    if (totals)
      for (const row of rows) {
        const total = find<HTMLInputElement>("[data-plan-total]", row);
        const cells = all("[data-plan-cell]", row) as HTMLInputElement[];
        if (total) total.value = told(cells.reduce((sum, cell) => sum + Math.round(numberOf(cell.value, sign) * 100), 0) / 100);
      }
    sums.forEach((box, place) => {
      box.textContent = told(rows.reduce((sum, row) => sum + Math.round(valueAt(row, place + 1) * 100), 0) / 100) || "—";
    });
  }

  function mark(cell: HTMLInputElement): void {
    const was = cell.nextElementSibling instanceof HTMLInputElement ? cell.nextElementSibling.value : "";
    cell.toggleAttribute("data-changed", cell.value.trim() !== was);
  }

  form.addEventListener("input", (event) => {
    const cell = event.target as HTMLInputElement;
    const typed = cell.matches("[data-plan-cell]");
    if (typed) mark(cell);
    if (typed || cell.matches("[data-plan-total]")) addUp(typed);
  });
  form.addEventListener("keydown", (event) => {
    const cell = event.target as HTMLInputElement;
    if (!cell.matches("[data-plan-cell], [data-plan-total]")) return;
    const atEnd = cell.selectionStart === cell.value.length;
    const atBegin = cell.selectionEnd === 0 || (cell.selectionStart === 0 && cell.selectionEnd === cell.value.length);
    const steps: Record<string, [number, number]> = { Enter: [event.shiftKey ? -1 : 1, 0], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
    if (atEnd) steps.ArrowRight = [0, 1];
    if (atBegin) steps.ArrowLeft = [0, -1];
    const step = steps[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = cellAt(rowOf(cell) + step[0], columnOf(cell) + step[1]);
    next?.focus();
    next?.select();
  });
  form.addEventListener("paste", (event) => {
    const cell = event.target as HTMLInputElement;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!cell.matches("[data-plan-cell]") || !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    const top = rowOf(cell);
    const left = columnOf(cell);
    text.trimEnd().split(/\r?\n/).forEach((line, down) => {
      line.split("\t").forEach((value, right) => {
        const target = cellAt(top + down, left + right);
        if (!target?.matches("[data-plan-cell]")) return;
        target.value = value.trim();
        mark(target);
      });
    });
    addUp(true);
  });
  addUp(false);
}
