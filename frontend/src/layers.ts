// Which layer is on top: keys belong to it.

/** The open dialog nearest to the reader, if any. */
export function topLayer(): HTMLElement | null {
  const open = [...document.querySelectorAll<HTMLElement>("dialog[open]:not(.is-static)")];
  return open.at(-1) ?? null;
}
