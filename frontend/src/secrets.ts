// Passwords and keys: showing what is typed, copying what is shown once. The words come with the elements.
import { closest, find, iconButton, whenPresent } from "./dom";

/** `data-reveal="Show"` on a password field, with `data-reveal-hide="Hide"`, puts an eye beside it. */
function addEye(element: HTMLElement): void {
  const field = element as HTMLInputElement;
  const show = field.dataset.reveal ?? "";
  const hide = field.dataset.revealHide ?? show;
  const button = iconButton("eye", show, { "aria-pressed": "false", "aria-controls": field.id });
  const wrap = document.createElement("span");
  wrap.className = "reveal";
  field.replaceWith(wrap);
  wrap.append(field, button);
  button.addEventListener("click", () => {
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    button.setAttribute("aria-label", shown ? hide : show);
    const use = button.querySelector("use");
    use?.setAttribute("href", (use.getAttribute("href") ?? "").replace(/#.*/, shown ? "#eye-off" : "#eye"));
    field.focus();
  });
  // What is sent is a password again, so that no browser remembers it as a text.
  field.form?.addEventListener("submit", () => {
    field.type = "password";
  });
}

/** `data-copy="#id"` copies the text of an element; `data-copied` is what the button says then. */
async function copy(button: HTMLElement): Promise<void> {
  const text = find(button.dataset.copy ?? "")?.textContent?.trim() ?? "";
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const source = find(button.dataset.copy ?? "");
    if (source) getSelection()?.selectAllChildren(source); // without leave to copy, what is to be copied is selected
    return;
  }
  const label = find(".button-text", button);
  if (label) label.textContent = button.dataset.copied ?? "";
}

export function startSecrets(): void {
  whenPresent("input[data-reveal]", addEye);
  document.addEventListener("click", (event) => {
    const button = closest(event, "[data-copy]");
    if (button) void copy(button);
  });
}
