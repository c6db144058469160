// The editor of one cell: the field's own control over the cell. Enter and Tab save, leaving saves, Esc gives up; a refusal keeps what was typed.
import { all, closest, find } from "./dom";
import { csrfToken, htmx } from "./requests";
import { text } from "./texts";
import { showToast } from "./toast";

type Cell = HTMLTableCellElement;
export type Way = "stay" | "down" | "left" | "right" | "away";
type Open = { float: HTMLElement; wrap: HTMLElement; cell: Cell; address: string; initial: string; busy: boolean; then: (way: Way) => void };

const NOTE = 5_000;
let open: Open | undefined;
let early: { typed: string; way: Way | undefined } | undefined; // what fast hands press while the editor is on its way

async function ask(address: string, body?: URLSearchParams): Promise<Response | undefined> {
  try {
    return await fetch(address, { method: body ? "POST" : "GET", ...(body && { body }), headers: { "HX-Request": "true", "X-CSRFToken": csrfToken() }, credentials: "same-origin" });
  } catch {
    showToast({ text: text("offline"), kind: "error" });
    return undefined;
  }
}

function keepEarly(event: KeyboardEvent): void {
  if (!early || event.ctrlKey || event.metaKey || event.altKey || early.way) return;
  if (event.key.length === 1) early.typed += event.key;
  else if (event.key === "Enter") early.way = "down";
  else if (event.key === "Tab") early.way = event.shiftKey ? "left" : "right";
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Put into the control what was typed before it was there. */
function playEarly(float: HTMLElement, kept: NonNullable<typeof early>): void {
  const input = document.activeElement;
  if (kept.typed && (input instanceof HTMLInputElement || input instanceof HTMLTextAreaElement) && float.contains(input) && input.type !== "checkbox") {
    if (input.type.startsWith("date")) return; // its parts cannot be filled letter by letter
    input.value = kept.typed;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (kept.way) void save(kept.way);
}

/** Our own markup, as the server made it. */
function fill(float: HTMLElement, html: string): void {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  float.replaceChildren(holder.content);
  htmx.process(float);
  float.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
}

function place({ float, wrap, cell }: Pick<Open, "float" | "wrap" | "cell">): void {
  const box = wrap.getBoundingClientRect();
  // On a phone an empty cell is not drawn: its row is.
  const at = (cell.getClientRects().length ? cell : (cell.parentElement ?? cell)).getBoundingClientRect();
  const width = Math.min(Math.max(at.width, 208), box.width);
  float.style.minWidth = `${width}px`;
  float.style.left = `${Math.max(0, Math.min(at.left - box.left, box.width - Math.max(width, float.offsetWidth)))}px`;
  float.style.top = `${at.top - box.top}px`;
}

function values(float: HTMLElement): URLSearchParams {
  const form = find<HTMLFormElement>("form", float);
  return new URLSearchParams(form ? [...new FormData(form)].map(([name, value]) => [name, String(value)] as [string, string]) : []);
}

function close(way: Way): void {
  const was = open;
  if (!was) return;
  open = undefined;
  was.float.remove();
  was.then(way);
}

/** The row as it is now takes the place of the old one, which stays the same element: ticks and marks hang on it. */
function renew(row: HTMLTableRowElement, html: string): void {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const fresh = find<HTMLTableRowElement & HTMLElement>("tr", holder.content);
  if (!fresh) return;
  const cells = [...row.cells];
  [...fresh.cells].forEach((cell, n) => {
    const old = cells[n];
    if (!old || cell.classList.contains("is-check") || old.innerHTML === cell.innerHTML) return;
    old.replaceChildren(...cell.childNodes);
    old.classList.remove("is-changed");
    requestAnimationFrame(() => old.classList.add("is-changed"));
  });
  row.classList.toggle("is-left", fresh.classList.contains("is-left"));
}

function focusFirst(float: HTMLElement): void {
  const input = find<HTMLInputElement>("[autofocus], input:not([type=hidden]), select, textarea, button", float);
  input?.focus({ preventScroll: true });
  if (input?.matches("input[type=text], input[type=email], input[type=tel], input[type=url]")) input.select();
}

async function save(way: Way): Promise<void> {
  const now = open;
  if (!now || now.busy) return;
  const body = values(now.float);
  const conflict = find("[data-cell-conflict]", now.float) !== null;
  if (!conflict && body.toString() === now.initial && !find(".field-error", now.float)) return close(way);
  now.busy = true;
  now.float.dataset.busy = "";
  const answer = await ask(now.address, body);
  now.busy = false;
  delete now.float.dataset.busy;
  if (!answer) return focusFirst(now.float);
  const html = await answer.text();
  if (answer.ok) {
    renew(now.cell.parentElement as HTMLTableRowElement, html);
    if (open === now) close(way);
  } else if (answer.status === 422 || answer.status === 409) {
    fill(now.float, html); // with what was typed, and why it was not taken
    focusFirst(now.float);
  } else if (answer.status === 403) {
    note(now.float, html);
  } else showToast({ text: text(`errors.${[400, 404, 413, 429, 503].includes(answer.status) ? answer.status : 500}`), kind: "error" });
}

/** Why a cell is only to be read: said where it stands, for a while. */
function note(float: HTMLElement, html: string): void {
  fill(float, html);
  const gone = (): void => float.remove();
  window.setTimeout(gone, NOTE);
  document.addEventListener("pointerdown", gone, { once: true });
  document.addEventListener("keydown", gone, { once: true });
}

function onKey(event: KeyboardEvent): void {
  if (!open) return;
  const area = event.target instanceof HTMLTextAreaElement;
  if (event.key === "Escape") close("stay");
  else if (event.key === "Enter" && find("[data-cell-conflict]", open.float) && closest(event, "button")) return;
  else if (event.key === "Enter" && (!area || event.ctrlKey || event.metaKey)) void save("down");
  else if (event.key === "Tab" && leaves(open.float, event)) void save(event.shiftKey ? "left" : "right");
  else {
    event.stopPropagation(); // what is typed here is no key of the list
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

/** Tab goes through the controls of a cell first, where it has several, and then on to the next cell. */
function leaves(float: HTMLElement, event: KeyboardEvent): boolean {
  const stops = all("input:not([type=hidden]), select, textarea, button", float).filter((each) => each.tabIndex >= 0 && !(each as HTMLInputElement).disabled);
  return event.target === (event.shiftKey ? stops[0] : stops.at(-1));
}

async function keepTheirs(): Promise<void> {
  const now = open;
  if (!now) return;
  const answer = await ask(`${now.address}${now.address.includes("?") ? "&" : "?"}fresh=1`);
  if (answer?.ok) renew(now.cell.parentElement as HTMLTableRowElement, await answer.text());
  close("stay");
}

export async function openEditor(wrap: HTMLElement, cell: Cell, address: string, then: (way: Way) => void): Promise<void> {
  if (open) await save("away");
  if (open) return; // what was typed there was refused: it comes first
  early = { typed: "", way: undefined };
  const answer = await ask(address);
  const html = (await answer?.text()) ?? "";
  const kept = early;
  early = undefined;
  if (!answer) return;
  if (!answer.ok) return showToast({ text: text(answer.status === 404 ? "errors.404" : "errors.500"), kind: "error" });
  const float = document.createElement("div");
  float.className = "cell-float";
  wrap.append(float);
  place({ float, wrap, cell });
  if (html.includes("data-cell-closed")) {
    float.style.top = `${Number.parseFloat(float.style.top) + cell.offsetHeight + 3}px`; // the value stays in sight
    return note(float, html);
  }
  fill(float, html);
  open = { float, wrap, cell, address, initial: values(float).toString(), busy: false, then };
  place(open);
  focusFirst(float);
  float.addEventListener("keydown", onKey);
  float.addEventListener("submit", (event) => {
    event.preventDefault();
    void save("down");
  });
  float.addEventListener("click", (event) => closest(event, "[data-cell-cancel]") && void keepTheirs());
  float.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && float.contains(event.relatedTarget)) return;
    // Wait a moment: a list of choices may be giving the focus back, or a dialog make what is to be chosen.
    window.setTimeout(() => {
      if (open?.float === float && !float.contains(document.activeElement) && !document.activeElement?.closest("dialog")) void save("away");
    }, 80);
  });
  playEarly(float, kept);
}

document.addEventListener("keydown", keepEarly, true);
// A list that comes anew waits until what is being typed in it is done.
document.addEventListener("htmx:beforeSwap", (event) => {
  const detail = (event as CustomEvent<{ target: HTMLElement; shouldSwap: boolean }>).detail;
  if (open?.float.isConnected && detail.target.contains(open.float) && !open.float.contains(detail.target)) detail.shouldSwap = false;
});
document.addEventListener("scroll", () => open && place(open), { capture: true, passive: true });
window.addEventListener("resize", () => open && place(open));
