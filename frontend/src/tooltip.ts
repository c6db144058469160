// Tooltips: one element for all, from data-tooltip (text) and data-tooltip-keys. Shown on hover and on keyboard focus, hidden by Esc.
import { closest, make } from "./dom";
import { MOD } from "./hotkeys";
import { raise } from "./layers";
import { place } from "./menu";

let tip: HTMLElement | undefined;
let timer: number | undefined;

function show(anchor: HTMLElement): void {
  const { tooltip, tooltipKeys } = anchor.dataset;
  if (!tooltip && !tooltipKeys) return;
  hide();
  tip = make("div", { class: "tooltip", popover: "manual", "aria-hidden": "true" }, tooltip ?? "");
  for (const key of tooltipKeys?.split(" ") ?? []) tip.append(make("kbd", { class: "kbd" }, key === "Mod" ? MOD : key));
  document.body.append(tip);
  raise(tip);
  place(tip, anchor);
}

function hide(): void {
  window.clearTimeout(timer);
  tip?.remove();
  tip = undefined;
}

export function startTooltips(): void {
  const selector = "[data-tooltip]";
  document.addEventListener("pointerover", (event) => {
    const anchor = closest(event, selector);
    if (!anchor || event.pointerType === "touch") return;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => show(anchor), 350);
  });
  document.addEventListener("pointerout", (event) => {
    if (closest(event, selector)) hide();
  });
  document.addEventListener("focusin", (event) => {
    const anchor = closest(event, selector);
    if (anchor?.matches(":focus-visible")) show(anchor);
    else hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (tip) event.preventDefault(); // this Esc has done its work: it leaves no page and closes no dialog
    hide();
  }, true);
  document.addEventListener("pointerdown", hide, true);
}
