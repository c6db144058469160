// The choice of columns of a list, and panels made of <details>: they close by Esc and by a click beside them.
import { all, closest, find, make, whenPresent } from "./dom";
import { post } from "./requests";

const OPEN = "details.columns-menu[open]";

/** Keep the last columns and order of a list for the next time it opens; within a saved view that view keeps them. */
function remember(values: Record<string, string>): void {
  const form = find("form[data-remember]");
  if (/^\d/.test(new URL(location.href).searchParams.get("saved") ?? "") || !form?.dataset.remember) return;
  void post(form.dataset.remember, values, true).catch(() => undefined); // the list itself says when the network is gone
}

/** The choice of columns: checked keys go into one value of the address. */
export function startColumns(): void {
  whenPresent("form[data-columns]", (form) => {
    const hidden = find<HTMLInputElement>("input[name=columns]", form) ?? form.appendChild(make("input", { type: "hidden", name: "columns" }));
    form.addEventListener("change", () => {
      hidden.value = all<HTMLInputElement>("[data-column]", form).filter((box) => box.checked).map((box) => box.value).join(",");
    });
  });
  document.addEventListener("submit", (event) => {
    const form = closest<HTMLFormElement>(event, "form[data-columns]");
    if (form) remember({ columns: find<HTMLInputElement>("input[name=columns]", form)?.value ?? "" });
  }, true);
  document.addEventListener("click", (event) => {
    const sort = closest<HTMLAnchorElement>(event, "a.sort");
    if (sort) remember({ sort: new URL(sort.href).searchParams.get("sort") ?? "" });
    if (closest(event, "[data-forget-columns]")) remember({ columns: "", widths: "", pin: "1" });
  }, true);
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
