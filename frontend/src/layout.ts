// Arranging sections and fields of a card: dragging, and buttons for the keyboard. The order of the form is what is saved.
import { all, closest, find, whenPresent } from "./dom";

function changed(at: Element): void {
  at.closest("form")?.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Move a field one place, across the border of its section if it stands there. */
function step(item: HTMLElement, down: boolean): void {
  const form = item.closest<HTMLElement>("[data-layout]");
  const list = item.parentElement;
  if (!form || !list) return;
  const beside = down ? item.nextElementSibling : item.previousElementSibling;
  if (beside) down ? beside.after(item) : beside.before(item);
  else {
    const lists = all("[data-layout-list]", form);
    const next = lists[lists.indexOf(list) + (down ? 1 : -1)];
    if (next) down ? next.prepend(item) : next.append(item);
  }
  find(down ? "[data-layout-down]" : "[data-layout-up]", item)?.focus();
  changed(item);
}

function raise(section: HTMLElement): void {
  const above = section.previousElementSibling;
  if (!above?.matches("[data-layout-section]")) return;
  above.before(section);
  find("[data-section-up]", section)?.focus();
  changed(section);
}

function addSection(form: HTMLElement): HTMLElement | undefined {
  const template = find<HTMLTemplateElement>("template[data-layout-new]", form);
  const made = template?.content.firstElementChild?.cloneNode(true);
  if (!template || !(made instanceof HTMLElement)) return undefined;
  const key = `new_${all("[data-layout-section]", form).length}`;
  for (const input of all<HTMLInputElement>("input", made)) {
    input.name = input.name.replace(/-new$/, `-${key}`);
    input.id = input.id.replace(/-new$/, `-${key}`);
    if (input.value === "s:new") input.value = `s:${key}`;
  }
  template.before(made);
  find("input:not([type=hidden])", made)?.focus();
  return made;
}

export function startLayout(): void {
  whenPresent("[data-layout]", async (form) => {
    const { default: Sortable } = await import("./sortable");
    const drag = (list: HTMLElement): void => {
      Sortable.create(list, { group: "layout", handle: "[data-grip]", animation: 150, emptyInsertThreshold: 24, onEnd: () => changed(list) });
    };
    all("[data-layout-list]", form).forEach(drag);
    form.addEventListener("click", (event) => {
      const item = closest(event, "[data-layout-item]");
      const section = closest(event, "[data-layout-section]");
      if (item && closest(event, "[data-layout-up]")) step(item, false);
      else if (item && closest(event, "[data-layout-down]")) step(item, true);
      else if (section && closest(event, "[data-section-up]")) raise(section);
      else if (closest(event, "[data-layout-add]")) {
        const list = find("[data-layout-list]", addSection(form) ?? form);
        if (list) drag(list);
      }
    });
  });
}
