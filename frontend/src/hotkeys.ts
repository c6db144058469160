// Hotkeys by the place of the key (event.code), so that С on a Russian keyboard is C. Sequences: "g c".
// An element takes one by data-hotkey="e"; scripts take one by bind(). Only visible elements answer.
import { all, isTyping, isVisible, storage } from "./dom";
import { topLayer } from "./layers";

declare global {
  interface Window {
    /** Of early.ts: the keys pressed before the scripts ran; it keeps no more of them. */
    takeEarlyKeys?: () => KeyboardEvent[];
  }
}

type Handler = (event: KeyboardEvent) => void | boolean;
type Binding = { keys: string; handler: Handler; typing: boolean };

const bindings: Binding[] = [];
const SINGLE = "klientura:single-keys";
let prefix = "";
let prefixTimer: number | undefined;

const CODES: Record<string, string> = {
  Slash: "/", BracketLeft: "[", BracketRight: "]", Space: "space", Enter: "enter", NumpadEnter: "enter", Escape: "esc",
  ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right", Delete: "delete", Backspace: "backspace",
};

/** What the key "mod" is called on this keyboard. */
export const MOD = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";

/** The name of a key press: "c", "mod+k", "shift+/" ("?" is that), "g" … */
function keyName(event: KeyboardEvent): string {
  const { code } = event;
  const key = code.startsWith("Key") ? code.slice(3).toLowerCase() : code.startsWith("Digit") ? code.slice(5) : (CODES[code] ?? code.toLowerCase());
  const mod = event.ctrlKey || event.metaKey ? "mod+" : "";
  return `${mod}${event.altKey ? "alt+" : ""}${event.shiftKey ? "shift+" : ""}${key}`;
}

/** Bind keys; `typing` lets them work inside fields. A handler that returns false passes the key on. */
export function bind(keys: string, handler: Handler, typing = false): void {
  bindings.push({ keys, handler, typing });
}

export function singleKeysOn(): boolean {
  return storage.get(SINGLE) !== "off";
}

export function setSingleKeys(on: boolean): void {
  storage.set(SINGLE, on ? "on" : "off");
}

function visible(element: HTMLElement): boolean {
  return isVisible(element) || element.closest("[role=menu], .sidebar") !== null;
}

/** The element that owns these keys: within the open dialog if there is one, else on the page. */
function owner(keys: string): HTMLElement | undefined {
  const scope = topLayer() ?? document;
  const found = all(`[data-hotkey="${CSS.escape(keys)}"]`, scope).filter(visible);
  return found.find((element) => element.closest("main")) ?? found[0]; // the page's own before the frame's
}

function press(keys: string, event: KeyboardEvent): boolean {
  const typing = isTyping(event.target);
  for (const binding of bindings) {
    if (binding.keys !== keys || (typing && !binding.typing)) continue;
    if (binding.handler(event) !== false) return true;
  }
  const element = keys.includes("mod+") || !typing ? owner(keys) : undefined;
  element?.click();
  return element !== undefined;
}

function hasSequence(first: string): boolean {
  return bindings.some((b) => b.keys.startsWith(`${first} `)) || document.querySelector(`[data-hotkey^="${CSS.escape(first)} "]`) !== null;
}

function forgetPrefix(): void {
  prefix = "";
  window.clearTimeout(prefixTimer);
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
  const name = keyName(event);
  const plain = name.length === 1 || name === "shift+/";
  if (plain && (!singleKeysOn() || isTyping(event.target))) return forgetPrefix();
  const keys = prefix ? `${prefix} ${name}` : name;
  const waiting = !prefix && plain && hasSequence(name);
  if (waiting) {
    prefix = name;
    prefixTimer = window.setTimeout(forgetPrefix, 1200);
    event.preventDefault();
    return;
  }
  forgetPrefix();
  if (press(keys, event)) event.preventDefault();
}

export function startHotkeys(): void {
  document.addEventListener("keydown", onKey);
}

/** Play what was pressed while the page was still coming; call it when everything is bound. */
export function playEarlyKeys(): void {
  for (const { target, key, code, ctrlKey, metaKey, shiftKey } of window.takeEarlyKeys?.() ?? []) {
    const at = target instanceof Element && target.isConnected ? target : document.body;
    at.dispatchEvent(new KeyboardEvent("keydown", { key, code, ctrlKey, metaKey, shiftKey, bubbles: true, cancelable: true }));
  }
}
