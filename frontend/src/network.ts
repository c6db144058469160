// What went wrong with a request, said in words: refusals as toasts, a lost connection as a banner with "try again".
import { find } from "./dom";
import { htmx } from "./requests";
import { text } from "./texts";
import { showToast } from "./toast";

type Detail = {
  xhr: XMLHttpRequest;
  requestConfig: { verb: string; path: string; elt: HTMLElement; target: HTMLElement; formData: FormData };
};

let failed: Detail["requestConfig"] | undefined;

/** Show the banner with these words, or hide it when there are none. What can be repeated is offered. */
function say(words: string): void {
  const banner = find("[data-offline]");
  const place = find("[data-offline-text]");
  const again = find("[data-offline-retry]");
  if (!banner) return;
  if (again) again.hidden = !failed;
  if (place) place.textContent = words;
  banner.hidden = !words;
}

function retry(): void {
  const request = failed;
  failed = undefined;
  say("");
  if (!request?.elt.isConnected) return;
  if (request.elt instanceof HTMLFormElement) request.elt.requestSubmit();
  else void htmx.ajax(request.verb as "get", request.path, { source: request.elt, target: request.target, values: request.formData });
}

/** A card of a board has gone back to its place and said so: moving it again is a new decision. */
function repeatable({ elt }: Detail["requestConfig"]): boolean {
  return elt.isConnected && !elt.matches("[data-card]");
}

function refused(detail: Detail): void {
  const status = detail.xhr.status;
  // An answer that brings its own toast has already said it better.
  if ((detail.xhr.getResponseHeader("HX-Trigger") ?? "").includes('"toast"')) return;
  const known = ["400", "403", "404", "409", "413", "429", "503"].includes(String(status));
  const reference = detail.xhr.getResponseHeader("X-Request-ID");
  const words = text(`errors.${known ? status : 500}`);
  showToast({ text: status >= 500 && reference ? `${words} ${text("errorReference", { id: reference })}` : words, kind: "error" });
}

export function startNetwork(): void {
  document.addEventListener("htmx:responseError", (event) => refused((event as CustomEvent<Detail>).detail));
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      const request = (event as CustomEvent<Detail>).detail.requestConfig;
      failed = repeatable(request) ? request : undefined;
      say(text("offline"));
    });
  }
  window.addEventListener("offline", () => say(text("offline")));
  window.addEventListener("online", () => {
    if (failed?.verb === "get") retry(); // reading again is harmless; writing waits for the person
    if (failed) return say(text("online"));
    say("");
    showToast({ text: text("online"), kind: "info" });
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-offline-retry]")) retry();
  });
  if (!navigator.onLine) say(text("offline"));
}
