// Groups of a list: those opened stay open for the session, and whole groups are ticked for the acts over many records.
import { all, closest, find, whenPresent } from "./dom";
import { post } from "./requests";
import { text } from "./texts";
import { showToast } from "./toast";

const OPEN = "klientura:groups:";

export function tickedGroups(list: HTMLElement): HTMLInputElement[] {
  return all<HTMLInputElement>("[data-select-group]:checked", list);
}

function sealOf(list: HTMLElement): HTMLInputElement | null {
  return find<HTMLInputElement>(`[data-bulk="${CSS.escape(list.id)}"] input[name=list]`);
}

function setSeal(list: HTMLElement, value: string | undefined, all_matching: boolean): void {
  const seal = sealOf(list);
  const whole = find<HTMLInputElement>(`[data-bulk="${CSS.escape(list.id)}"] [data-bulk-all-input]`);
  if (!seal) return;
  seal.dataset.whole ??= seal.value; // what stands for the whole list
  seal.value = value ?? seal.dataset.whole;
  if (whole) whole.value = all_matching ? "1" : "";
}

export function forgetGroups(list: HTMLElement): void {
  if (!tickedGroups(list).length) return;
  for (const box of tickedGroups(list)) box.checked = false;
  setSeal(list, undefined, false);
}

/** The server says what the ticked groups hold, in a word that nobody else can make. */
async function tick(list: HTMLElement): Promise<void> {
  const groups = tickedGroups(list);
  const address = find("[data-seal-url]", list)?.dataset.sealUrl;
  if (!groups.length) setSeal(list, undefined, false);
  else if (address) {
    const body = new URLSearchParams(groups.map((group) => ["value", group.value] as [string, string]));
    const answer = await post(address, body).catch(() => undefined);
    if (answer?.ok) setSeal(list, await answer.text(), true);
    else {
      for (const group of groups) group.checked = false;
      setSeal(list, undefined, false);
      showToast({ text: text(answer ? "errors.400" : "offline"), kind: "error" });
    }
  }
  document.dispatchEvent(new CustomEvent("groupsTicked"));
}

function opened(key: string): string[] {
  try {
    return JSON.parse(sessionStorage.getItem(OPEN + key) ?? "[]") as string[];
  } catch {
    return []; // no storage, or not ours
  }
}

export function startGroups(): void {
  document.addEventListener("change", (event) => {
    const list = closest(event, "[data-selectable]");
    if (!list || !closest(event, "[data-select-group]")) return;
    for (const box of all<HTMLInputElement>("[data-select-row]:checked", list)) box.checked = false;
    void tick(list);
  });
  whenPresent("details[data-group]", (group) => {
    const key = group.closest<HTMLElement>("[data-groups]")?.dataset.groups;
    const value = group.dataset.group ?? "";
    if (!key || !(group instanceof HTMLDetailsElement)) return;
    group.addEventListener("toggle", () => {
      const others = opened(key).filter((each) => each !== value);
      try {
        sessionStorage.setItem(OPEN + key, JSON.stringify(group.open ? [...others, value] : others));
      } catch {
        // storage may be full or forbidden: groups are closed the next time
      }
    });
    if (opened(key).includes(value)) group.open = true;
  });
}
