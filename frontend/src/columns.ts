// The choice of columns of a list, and panels made of <details>: they close by Esc and by a click beside them.
import { all, find, make, whenPresent } from "./dom";

/** The choice of columns: checked keys go into one value of the address. */
export function startColumns(): void {
  whenPresent("form[data-columns]", (form) => {
    const hidden = find<HTMLInputElement>("input[name=columns]", form) ?? form.appendChild(make("input", { type: "hidden", name: "columns" }));
    form.addEventListener("change", () => {
      hidden.value = all<HTMLInputElement>("[data-column]", form).filter((box) => box.checked).map((box) => box.value).join(",");
    });
  });
  whenPresent("details.columns-menu", (details) => {
    const menu = details as HTMLDetailsElement;
    document.addEventListener("pointerdown", (event) => {
      if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      find("summary", menu)?.focus();
      event.preventDefault();
      event.stopPropagation();
    });
  });
}
