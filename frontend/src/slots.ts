// Hours when everybody is free: arrows go from one to the next and from day to day; one that is chosen within a form fills that in.
import { all, closest, find } from "./dom";

/** The hour above or below: of the day before or after, the one that begins nearest. */
function beside(slot: HTMLElement, by: number): HTMLElement | undefined {
  const days = all(".free-hours", slot.closest(".free-slots") ?? document);
  const day = days[days.indexOf(slot.parentElement as HTMLElement) + by];
  const left = slot.getBoundingClientRect().left;
  return day && all("[data-slot]", day).sort((one, two) => Math.abs(one.getBoundingClientRect().left - left) - Math.abs(two.getBoundingClientRect().left - left))[0];
}

function goal(slot: HTMLElement, key: string): HTMLElement | undefined {
  const slots = all("[data-slot]", slot.closest(".free-slots") ?? document);
  const here = slots.indexOf(slot);
  if (key === "ArrowRight") return slots[here + 1];
  if (key === "ArrowLeft") return slots[here - 1];
  if (key === "ArrowDown" || key === "ArrowUp") return beside(slot, key === "ArrowDown" ? 1 : -1);
  return undefined;
}

function take(slot: HTMLElement): void {
  const form = slot.closest("form");
  const { begins = "", ends = "" } = slot.dataset;
  if (!form || !begins) return;
  const fill = (name: string, value: string): void => {
    const input = find<HTMLInputElement>(`[name="${name}"]`, form);
    if (input) input.value = value;
  };
  fill("starts_at", begins);
  fill("ends_at", ends);
  const whole = find<HTMLInputElement>("[name=all_day]", form);
  if (whole) whole.checked = false;
  slot.closest("[data-finder]")?.replaceChildren();
  const first = find<HTMLInputElement>("[name=starts_at]", form);
  first?.focus();
  first?.dispatchEvent(new Event("input", { bubbles: true }));
  first?.dispatchEvent(new Event("change", { bubbles: true }));
}

export function startSlots(): void {
  document.addEventListener("keydown", (event) => {
    const slot = closest(event, "[data-slot]");
    const next = slot && goal(slot, event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  document.addEventListener("click", (event) => {
    const slot = closest(event, "[data-slot]");
    if (slot) take(slot);
    if (closest(event, "[data-finder-close]")) closest(event, "[data-finder]")?.replaceChildren();
  });
}
