// Theme, language, width of the navigation, leaving. The server prints the choice, so nothing flashes.
import { all, closest, find, whenPresent } from "./dom";
import { post } from "./requests";
import { bind, MOD } from "./hotkeys";

const YEAR = 60 * 60 * 24 * 365;

function setTheme(theme: string): void {
  document.documentElement.dataset.theme = theme;
  for (const item of all("[data-set-theme]")) item.setAttribute("aria-checked", String(item.dataset.setTheme === theme));
  void post("/preferences", { theme }).catch(() => undefined); // the look changes at once; saving may wait for the next time
}

async function setLanguage(language: string): Promise<void> {
  const answer = await post("/preferences", { language });
  if (answer.ok) location.reload();
}

function toggleRail(): void {
  const shell = find("#shell");
  if (!shell) return;
  const on = shell.dataset.rail !== "on";
  shell.dataset.rail = on ? "on" : "off";
  document.cookie = `rail=${on ? 1 : 0}; path=/; max-age=${YEAR}; samesite=lax`;
}

function setDrawer(open: boolean): void {
  const shell = find("#shell");
  if (!shell) return;
  if (open) shell.dataset.drawer = "open";
  else delete shell.dataset.drawer;
  for (const button of all("[data-drawer-toggle]")) button.setAttribute("aria-expanded", String(open));
  if (open) find(".sidebar .nav-link")?.focus();
}

async function signOut(url: string): Promise<void> {
  await post(url, {});
  location.assign("/");
}

export function startTheme(): void {
  document.addEventListener("click", (event) => {
    const theme = closest(event, "[data-set-theme]")?.dataset.setTheme;
    if (theme) setTheme(theme);
    const language = closest(event, "[data-set-language]")?.dataset.setLanguage;
    if (language) void setLanguage(language);
    const leave = closest(event, "[data-sign-out]")?.dataset.signOut;
    if (leave) void signOut(leave);
    if (closest(event, "[data-rail-toggle]")) toggleRail();
    const drawer = find("#shell")?.dataset.drawer === "open";
    if (closest(event, "[data-drawer-toggle]")) setDrawer(!drawer);
    else if (drawer && !closest(event, ".sidebar")) setDrawer(false);
    if (closest(event, "[data-go-back]")) history.back();
    if (closest(event, "[data-reload]")) location.reload();
  });
  bind("esc", () => (find("#shell")?.dataset.drawer === "open" ? setDrawer(false) : false));
  whenPresent("[data-mod]", (key) => (key.textContent = MOD));
}
