// The side panel: a record beside the list. The address gets ?peek=…, so it can be sent, reloaded and left by Back.
import { closest, find } from "./dom";
import { bind } from "./hotkeys";
import { topLayer } from "./layers";
import { htmx, isOwnPath } from "./requests";
import { moveRow, rows, setCurrent } from "./rows";

let returnTo: HTMLElement | undefined;

function panel(): HTMLElement | null {
  return find("#peek");
}

function remember(url: string | null, replace: boolean): void {
  const address = new URL(location.href);
  if (url) address.searchParams.set("peek", url);
  else address.searchParams.delete("peek");
  if (replace) history.replaceState(history.state, "", address);
  else history.pushState({}, "", address);
}

async function show(url: string): Promise<void> {
  const aside = panel();
  if (!aside || !isOwnPath(url)) return;
  const wasHidden = aside.hidden;
  aside.hidden = false;
  aside.dataset.url = url;
  await htmx.ajax("get", url, { target: "#peek-body", swap: "innerHTML" });
  const row = rows().find((r) => r.dataset.peekUrl === url);
  if (row) setCurrent(row);
  if (wasHidden) aside.focus({ preventScroll: true });
}

function openPeek(url: string): void {
  const aside = panel();
  if (!aside) return;
  const replace = !aside.hidden;
  if (!replace) returnTo = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
  remember(url, replace);
  void show(url);
}

function hide(): void {
  const aside = panel();
  if (!aside || aside.hidden) return;
  aside.hidden = true;
  find("#peek-body")?.replaceChildren();
  (returnTo?.isConnected ? returnTo : find(".row-link", find("[data-current]") ?? document))?.focus({ preventScroll: true });
}

function closePeek(): void {
  if (panel()?.hidden !== false) return;
  remember(null, false);
  hide();
}

function syncWithAddress(): void {
  const url = new URL(location.href).searchParams.get("peek");
  if (!url) hide();
  else if (url !== panel()?.dataset.url || panel()?.hidden) void show(url);
}

function stepTo(by: number): void {
  const url = moveRow(by)?.dataset.peekUrl;
  if (url) openPeek(url);
}

function openFull(): void {
  const url = find<HTMLAnchorElement>("#peek-body [data-peek-full]")?.href ?? find("[data-current]")?.dataset.url;
  if (url) location.assign(url);
}

export function startPeek(): void {
  if (!panel()) return;
  document.addEventListener("peek", (event) => openPeek((event as CustomEvent<string>).detail));
  document.addEventListener("rowChanged", (event) => {
    const url = (event as CustomEvent<HTMLElement>).detail.dataset.peekUrl;
    if (panel()?.hidden === false && url) openPeek(url);
  });
  document.addEventListener("click", (event) => {
    const url = closest(event, "[data-peek]")?.dataset.peek;
    if (url) openPeek(url);
    else if (closest(event, "[data-peek-close]")) closePeek();
    else if (closest(event, "[data-peek-open]")) openFull();
    const by = closest(event, "[data-peek-step]")?.dataset.peekStep;
    if (by) stepTo(Number(by));
  });
  window.addEventListener("popstate", syncWithAddress);
  bind("esc", () => (panel()?.hidden === false && !topLayer() ? closePeek() : false));
  syncWithAddress();
}
