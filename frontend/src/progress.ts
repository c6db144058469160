// The tray of background work: asked every two seconds while something runs and somebody looks.
// A page that shows work of its own (data-work) makes the pages after it look, until the work is over.
// What is over leaves by itself; what was closed stays closed in this browser, unless it fails afterwards.
import { all, closest, find, storage } from "./dom";
import { htmx } from "./requests";

const PAUSE = 2000;
const LINGER = 8000;
const WORKING = "klientura:working";
const CLOSED = "klientura:closed-work";
const REMEMBERED = 60;

const leaving = new Set<string>();
let timer: number | undefined;
const running = new Set<string>(); // work on records that lists show
let active = true; // until the first answer says otherwise

/** How a line is remembered as closed: one that fails is another piece of news than the same one running. */
function keyOf(id: string, state: string | undefined): string {
  return state === "failed" ? `${id}!` : id;
}

function closed(): string[] {
  try {
    const kept: unknown = JSON.parse(storage.get(CLOSED) ?? "[]");
    return Array.isArray(kept) ? kept.map(String) : [];
  } catch {
    return [];
  }
}

function rememberClosed(key: string): void {
  storage.set(CLOSED, JSON.stringify([...closed().filter((k) => k !== key), key].slice(-REMEMBERED)));
}

/** Take the closed lines out and let the ended ones leave in a while. */
function settle(tray: HTMLElement): void {
  const gone = closed();
  for (const line of all("[data-job]", tray)) {
    const { job = "", state } = line.dataset;
    if (gone.includes(keyOf(job, state))) line.remove();
    else if (state === "done") leaveLater(tray, job);
  }
  if (!find("[data-job]", tray)) tray.replaceChildren();
}

/** Lists are drawn anew when work on their records is over. */
function renewLists(tray: HTMLElement): void {
  for (const line of all("[data-job][data-renews]", tray)) {
    const { job = "", state } = line.dataset;
    if (state === "running") running.add(job);
    else if (running.delete(job)) document.body.dispatchEvent(new CustomEvent("listChanged", { bubbles: true }));
  }
}

function leaveLater(tray: HTMLElement, job: string): void {
  if (leaving.has(job)) return;
  leaving.add(job);
  const leave = (): void => {
    const line = find(`[data-job="${CSS.escape(job)}"]`, tray);
    if (line && (document.hidden || line.matches(":hover, :focus-within"))) {
      window.setTimeout(leave, PAUSE);
      return;
    }
    rememberClosed(job);
    settle(tray);
  };
  window.setTimeout(leave, LINGER);
}

async function ask(tray: HTMLElement): Promise<void> {
  window.clearTimeout(timer);
  if (!document.hidden) {
    await htmx.ajax("get", tray.dataset.progressUrl ?? "", { target: tray, swap: "innerHTML" });
    if (!active) sessionStorage.removeItem(WORKING);
  }
  if (active || document.hidden) timer = window.setTimeout(() => void ask(tray), PAUSE);
}

function close(tray: HTMLElement, line: HTMLElement): void {
  rememberClosed(keyOf(line.dataset.job ?? "", line.dataset.state));
  settle(tray);
  find("[data-tray-close]", tray)?.focus();
}

/** A page that shows its work itself has said how it ended: the tray need not say it once more. */
function watchOwnWork(): void {
  let own = "";
  const look = (): void => {
    const shown = find("[data-work]")?.dataset.work ?? "";
    if (own && !shown) rememberClosed(own);
    own = shown;
  };
  look();
  document.addEventListener("htmx:afterSettle", look);
}

export function startProgress(): void {
  const tray = find("#progress-tray[data-progress-url]");
  if (!tray) return;
  document.addEventListener("click", (event) => {
    const line = closest(event, "[data-tray-close]")?.closest<HTMLElement>("[data-job]");
    if (line) close(tray, line);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if ((event as CustomEvent<{ target: HTMLElement }>).detail.target !== tray) return;
    active = find("[data-progress-active]", tray) !== null;
    renewLists(tray);
    settle(tray);
  });
  new ResizeObserver(() => document.documentElement.style.setProperty("--tray", `${tray.offsetHeight}px`)).observe(tray);
  document.addEventListener("workBegun", () => {
    sessionStorage.setItem(WORKING, "1");
    active = true;
    void ask(tray);
  });
  watchOwnWork();
  if (find("[data-work]")) sessionStorage.setItem(WORKING, "1");
  else if (sessionStorage.getItem(WORKING)) void ask(tray);
}
