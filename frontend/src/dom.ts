// Small typed ways to reach and make elements.

export function find<T extends HTMLElement = HTMLElement>(selector: string, root: ParentNode = document): T | null {
  return root.querySelector<T>(selector);
}

export function all<T extends HTMLElement = HTMLElement>(selector: string, root: ParentNode = document): T[] {
  return [...root.querySelectorAll<T>(selector)];
}

/** The nearest ancestor of an event's target that matches. */
export function closest<T extends HTMLElement = HTMLElement>(event: Event, selector: string): T | null {
  return event.target instanceof Element ? event.target.closest<T>(selector) : null;
}

type Attributes = Record<string, string | boolean | undefined>;

/** Make an element; a `true` attribute is present and empty, a false one absent. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (typeof value === "string") element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon of the sprite whose address stands in <meta name="icons">. */
export function icon(name: string, size = ""): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", size ? `icon is-${size}` : "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${find<HTMLMetaElement>('meta[name="icons"]')?.content ?? ""}#${name}`);
  svg.append(use);
  return svg;
}

export function iconButton(name: string, label: string, attributes: Attributes = {}): HTMLButtonElement {
  return make(
    "button",
    { type: "button", class: "button is-icon", "data-kind": "ghost", "data-size": "sm", "aria-label": label, ...attributes },
    icon(name),
  );
}

/** True when the element takes room on the screen. */
export function isVisible(element: HTMLElement): boolean {
  return element.getClientRects().length > 0 && getComputedStyle(element).visibility !== "hidden";
}

/** True when the focus is where letters are typed. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit", "file", "range"].includes(target.type);
}

/** Run `setup` for every element that matches now and after each htmx swap; once per element. */
export function whenPresent(selector: string, setup: (element: HTMLElement) => void): void {
  const done = new WeakSet<HTMLElement>();
  const scan = (root: ParentNode): void => {
    const found = all(selector, root);
    if (root instanceof HTMLElement && root.matches(selector)) found.push(root);
    for (const element of found) {
      if (done.has(element)) continue;
      done.add(element);
      setup(element);
    }
  };
  scan(document);
  document.addEventListener("htmx:load", (event) => {
    if (event.target instanceof HTMLElement) scan(event.target);
  });
}

export const storage = {
  get(key: string): string | null {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage may be forbidden; everything works without it
    }
  },
  set(key: string, value: string): void {
    try {
      localStorage.setItem(key, value);
    } catch {
      // full or forbidden: the page goes on
    }
  },
  remove(key: string): void {
    try {
      localStorage.removeItem(key);
    } catch {
      // forbidden
    }
  },
  keys(): string[] {
    try {
      return Object.keys(localStorage);
    } catch {
      return [];
    }
  },
};
