// Menus: a button and a panel of role=menu. Arrow keys, Home/End, first letters, Esc; placed so that they fit the window.
import { all, closest, find, isTyping } from "./dom";
import { lower, raise } from "./layers";

let opened: { button: HTMLElement; panel: HTMLElement; forget: (() => void) | undefined } | undefined;

function items(panel: HTMLElement): HTMLElement[] {
  return all(".menu-item", panel).filter((item) => !item.hidden);
}

/** Put a panel under (or above) its anchor, inside the window. */
export function place(panel: HTMLElement, anchor: HTMLElement): void {
  const a = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const below = a.bottom + 4 + height <= innerHeight || a.top < height;
  const left = a.left + width <= innerWidth - 8 ? a.left : a.right - width;
  panel.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  panel.style.top = `${Math.max(8, below ? Math.min(a.bottom + 4, innerHeight - height - 8) : a.top - 4 - height)}px`;
}

/** Open a panel beside a button; `forget` runs when it closes (for panels made on the fly). */
export function openMenu(button: HTMLElement, panel: HTMLElement, forget?: () => void): void {
  closeMenu(false);
  panel.hidden = false;
  raise(panel);
  place(panel, button);
  button.setAttribute("aria-expanded", "true");
  opened = { button, panel, forget };
  items(panel)[0]?.focus({ preventScroll: true });
}

export function closeMenu(refocus = true): void {
  if (!opened) return;
  const { button, panel, forget } = opened;
  opened = undefined;
  lower(panel);
  panel.hidden = true;
  button.setAttribute("aria-expanded", "false");
  if (refocus) button.focus({ preventScroll: true });
  forget?.();
}

function move(panel: HTMLElement, event: KeyboardEvent): boolean {
  const list = items(panel);
  const at = list.indexOf(document.activeElement as HTMLElement);
  const to: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1 + list.length, Home: 0, End: list.length - 1 };
  let next = to[event.key];
  if (next === undefined && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey) {
    const letter = event.key.toLocaleLowerCase();
    const order = [...list.slice(at + 1), ...list.slice(0, at + 1)];
    const hit = order.find((item) => item.textContent?.trim().toLocaleLowerCase().startsWith(letter));
    next = hit ? list.indexOf(hit) : undefined;
  }
  if (next === undefined) return false;
  list[next % list.length]?.focus();
  return true;
}

function onKey(event: KeyboardEvent): void {
  if (!opened) {
    const button = closest(event, "[data-menu-button]");
    if (button && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      button.click();
    }
    return;
  }
  if (event.key === "Escape") closeMenu();
  else if (event.key === "Tab") return closeMenu(false);
  else if (isTyping(event.target) || !move(opened.panel, event)) return;
  event.preventDefault();
  event.stopPropagation();
}

export function startMenus(): void {
  document.addEventListener("click", (event) => {
    const button = closest(event, "[data-menu-button]");
    if (button) {
      const panel = find(`#${CSS.escape(button.getAttribute("aria-controls") ?? "")}`);
      if (opened?.button === button) closeMenu();
      else if (panel) openMenu(button, panel);
      return;
    }
    if (!opened) return;
    const inside = event.target instanceof Node && opened.panel.contains(event.target);
    if (!inside) closeMenu(false);
    else if (closest(event, ".menu-item")) window.setTimeout(() => closeMenu(), 0); // the action itself comes first
  });
  document.addEventListener("keydown", onKey, true);
  window.addEventListener("resize", () => closeMenu(false));
  document.addEventListener("scroll", (event) => {
    if (!opened || (event.target instanceof Node && opened.panel.contains(event.target))) return;
    const { top, bottom } = opened.button.getBoundingClientRect();
    if (bottom < 0 || top > innerHeight) closeMenu(false);
    else place(opened.panel, opened.button);
  }, { capture: true, passive: true });
}
