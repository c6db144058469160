// Files: drop or choose, see the list, take one away again.
import { find, iconButton, icon, make, whenPresent } from "./dom";
import { takesDropped } from "./drop";
import { text } from "./texts";
import { showToast } from "./toast";

function size(bytes: number): string {
  const format = (value: number, unit: string): string =>
    new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, maximumFractionDigits: 1 }).format(value);
  if (bytes < 1024) return format(bytes, "byte");
  return bytes < 1024 ** 2 ? format(bytes / 1024, "kilobyte") : format(bytes / 1024 ** 2, "megabyte");
}

function setFiles(input: HTMLInputElement, files: File[]): void {
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function setup(root: HTMLElement): void {
  const input = find<HTMLInputElement>("input[type=file]", root);
  const list = find("[data-file-list]", root);
  const zone = find(".dropzone", root);
  if (!input || !list || !zone) return;
  const draw = (): void => {
    const files = [...(input.files ?? [])];
    list.replaceChildren(
      ...files.map((file, n) => {
        const remove = iconButton("x", text("files.remove", { name: file.name }));
        remove.addEventListener("click", () => setFiles(input, files.filter((_, m) => m !== n)));
        return make("div", { class: "file-item" }, icon("file"), make("span", {}, `${file.name} · ${size(file.size)}`), remove);
      }),
    );
  };
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    const fitting = files.filter((file) => file.size <= Number(root.dataset.most ?? Infinity));
    if (fitting.length === files.length) return draw();
    showToast({ text: root.dataset.tooLarge ?? "", kind: "warning" });
    setFiles(input, fitting);
  });
  takesDropped(zone, (dropped) => {
    if (dropped.length > 1 && !input.multiple) showToast({ text: text("files.tooMany"), kind: "warning" });
    if (dropped.length) setFiles(input, input.multiple ? [...(input.files ?? []), ...dropped] : dropped.slice(0, 1));
  });
}

export function startDropzones(): void {
  whenPresent("[data-dropzone]", setup);
}
