// The choice of columns of a list, and panels made of <details>: they close by Esc and by a click beside them.
import { all, closest, find, make, whenPresent } from "./dom";

const OPEN = "details.columns-menu[open]";

/** The choice of columns: checked keys go into one value of the address. */
export function startColumns(): void {
  whenPresent("form[data-columns]", (form) => {
    const hidden = find<HTMLInputElement>("input[name=columns]", form) ?? form.appendChild(make("input", { type: "hidden", name: "columns" }));
    form.addEventListener("change", () => {
      hidden.value = all<HTMLInputElement>("[data-column]", form).filter((box) => box.checked).map((box) => box.value).join(",");
    });
  });
  document.addEventListener("pointerdown", (event) => {
    for (const menu of all<HTMLDetailsElement>(OPEN)) if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
  });
  // Before the keys of the page, which would give up a selection.
  document.addEventListener("keydown", (event) => {
    const menu = closest<HTMLDetailsElement>(event, OPEN);
    if (event.key !== "Escape" || !menu) return;
    menu.open = false;
    find("summary", menu)?.focus();
    event.preventDefault();
    event.stopPropagation();
  }, true);
}
