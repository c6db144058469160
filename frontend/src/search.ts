// The search box of a list: what is typed is searched after a pause. The answer is put around the box, never in its
// place, so that no letter and no caret is lost; the address is replaced, so that Back leaves the list at once.
import { closest, find } from "./dom";
import { htmx } from "./requests";

const PAUSE = 350;
const ENOUGH = 2;
let timer: number | undefined;

type Finished = { elt: Element; successful: boolean; requestConfig: { parameters: Record<string, string> } };

function searchLater(input: HTMLInputElement, form: HTMLElement): void {
  window.clearTimeout(timer);
  const words = input.value.trim();
  if (words.length > 0 && words.length < ENOUGH) return;
  timer = window.setTimeout(() => {
    if (words === (form.dataset.searched ?? "")) return;
    htmx.trigger(form, "searched", {});
  }, PAUSE);
}

export function startSearch(): void {
  document.addEventListener("input", (event) => {
    const form = closest(event, "[data-search]");
    if (form && event.target instanceof HTMLInputElement && !(event as InputEvent).isComposing) searchLater(event.target, form);
  });
  document.addEventListener("compositionend", (event) => {
    const form = closest(event, "[data-search]");
    if (form && event.target instanceof HTMLInputElement) searchLater(event.target, form);
  });
  document.addEventListener("htmx:configRequest", (event) => {
    const { elt, parameters } = (event as CustomEvent<{ elt: Element; parameters: FormData & Record<string, string> }>).detail;
    if (elt.matches("[data-search]") && !parameters["q"]?.trim() && !find("[name=saved]", elt)) parameters.delete("q"); // an address without "?q="
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    // Only words that were answered are known; after a failure the same ones are asked for again.
    const { elt, successful, requestConfig } = (event as CustomEvent<Finished>).detail;
    if (successful && elt instanceof HTMLElement && elt.matches("[data-search]")) elt.dataset.searched = requestConfig.parameters["q"]?.trim() ?? "";
  });
}
