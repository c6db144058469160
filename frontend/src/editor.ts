// A field of plain words with emphasis, lists and links. What is pasted keeps no more than that; the server cleans it again.
import { all, find } from "./dom";

const KEPT = new Set(["A", "B", "BLOCKQUOTE", "BR", "DIV", "EM", "I", "LI", "OL", "P", "STRONG", "U", "UL", "S"]);
const DROPPED = new Set(["SCRIPT", "STYLE", "HEAD", "TITLE", "META", "LINK", "TEMPLATE"]);
const PRESSED = ["bold", "italic", "insertUnorderedList", "insertOrderedList"];

/** What may be taken over of a pasted page: our few elements without any attributes but the address of a link. */
function taken(from: Node, into: Node): void {
  for (const node of [...from.childNodes]) {
    if (node.nodeType === Node.TEXT_NODE) into.appendChild(document.createTextNode((node.textContent ?? "").replace(/\s+/g, " ")));
    else if (node instanceof HTMLElement && !DROPPED.has(node.tagName)) {
      if (!KEPT.has(node.tagName)) {
        taken(node, into);
        if (["TR", "H1", "H2", "H3", "H4", "H5", "H6"].includes(node.tagName)) into.appendChild(document.createElement("br"));
        continue;
      }
      const made = document.createElement(node.tagName);
      const address = node.getAttribute("href") ?? "";
      if (/^(https?:|mailto:|tel:)/i.test(address)) made.setAttribute("href", address);
      taken(node, made);
      into.appendChild(made);
    }
  }
}

function command(name: string, value?: string): void {
  document.execCommand(name, false, value);
}

function paste(event: ClipboardEvent): void {
  const data = event.clipboardData;
  if (!data || data.files.length) return;
  const html = data.getData("text/html");
  event.preventDefault();
  if (!html) return command("insertText", data.getData("text/plain"));
  const box = document.createElement("div");
  taken(new DOMParser().parseFromString(html, "text/html").body, box);
  command("insertHTML", box.innerHTML);
}

function setUpLink(root: HTMLElement, page: HTMLElement): void {
  const opener = find("[data-link]", root);
  const line = find("[data-link-line]", root);
  const address = find<HTMLInputElement>("[data-link-address]", root);
  if (!opener || !line || !address) return;
  let place: Range | undefined;
  const show = (open: boolean): void => {
    line.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
  };
  const set = (): void => {
    const url = address.value.trim();
    show(false);
    page.focus();
    const selection = document.getSelection();
    if (place && selection) {
      selection.removeAllRanges();
      selection.addRange(place);
    }
    if (!url) return command("unlink");
    const whole = /^[a-z][a-z0-9+.-]*:/i.test(url) ? url : url.includes("@") ? `mailto:${url}` : `https://${url}`;
    if (selection?.isCollapsed) {
      const link = document.createElement("a");
      link.href = whole;
      link.textContent = url;
      command("insertHTML", link.outerHTML);
    } else command("createLink", whole);
  };
  opener.addEventListener("click", () => {
    const selection = document.getSelection();
    place = selection?.rangeCount && page.contains(selection.anchorNode) ? selection.getRangeAt(0).cloneRange() : undefined;
    const around = selection?.anchorNode?.parentElement?.closest("a");
    address.value = around && page.contains(around) ? around.href : "";
    show(Boolean(line.hidden));
    if (!line.hidden) address.focus();
  });
  find("[data-link-set]", root)?.addEventListener("click", set);
  address.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") set();
    else {
      show(false);
      page.focus();
    }
  });
}

export function setUpEditor(root: HTMLElement): void {
  const page = find("[data-editor-page]", root);
  const held = find<HTMLTextAreaElement>("textarea", root);
  if (!page || !held) return;
  command("defaultParagraphSeparator", "p");
  command("styleWithCSS", "false");
  const keep = (): void => {
    held.value = page.innerHTML;
    held.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const buttons = all("[data-command]", root);
  const look = (): void => {
    if (!page.contains(document.getSelection()?.anchorNode ?? null)) return;
    for (const button of buttons) {
      const name = button.dataset.command ?? "";
      if (PRESSED.includes(name)) button.setAttribute("aria-pressed", `${document.queryCommandState(name)}`);
    }
  };
  page.addEventListener("input", keep);
  page.addEventListener("paste", paste);
  page.addEventListener("blur", look);
  document.addEventListener("selectionchange", look);
  for (const button of buttons) {
    button.addEventListener("mousedown", (event) => event.preventDefault()); // the words stay selected
    button.addEventListener("click", () => {
      page.focus();
      command(button.dataset.command ?? "");
      if (button.dataset.command === "removeFormat") command("unlink");
      look();
    });
  }
  setUpLink(root, page);
  setUpPlaces(root, page);
}

/** The places of a template are put where the cursor stood. */
function setUpPlaces(root: HTMLElement, page: HTMLElement): void {
  const choice = find<HTMLSelectElement>("[data-place]", root.closest("form") ?? root);
  let place: Range | undefined;
  page.addEventListener("blur", () => {
    const selection = document.getSelection();
    place = selection?.rangeCount && page.contains(selection.anchorNode) ? selection.getRangeAt(0).cloneRange() : undefined;
  });
  choice?.addEventListener("change", () => {
    if (!choice.value) return;
    page.focus();
    const selection = document.getSelection();
    if (place && selection) {
      selection.removeAllRanges();
      selection.addRange(place);
    }
    command("insertText", choice.value);
    choice.value = "";
  });
}
