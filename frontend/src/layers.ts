// What stands on top: dialogs own the keys, popovers the place above everything (browsers without them keep position: fixed).

/** The open dialog nearest to the reader, if any. */
export function topLayer(): HTMLElement | null {
  const open = [...document.querySelectorAll<HTMLElement>("dialog[open]:not(.is-static)")];
  return open.at(-1) ?? null;
}

const popovers = "popover" in HTMLElement.prototype;

/** Show an element with the attribute popover="manual" above everything, again if it is already there. */
export function raise(element: HTMLElement): void {
  if (!popovers) return;
  lower(element);
  element.showPopover();
}

export function lower(element: HTMLElement): void {
  if (popovers && element.isConnected && element.matches(":popover-open")) element.hidePopover();
}
