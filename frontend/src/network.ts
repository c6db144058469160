// What went wrong with a request, said in words: refusals as toasts, a lost connection as a banner with "try again".
import { find } from "./dom";
import { htmx } from "./requests";
import { text } from "./texts";
import { showToast } from "./toast";

type Detail = {
  xhr: XMLHttpRequest;
  elt: HTMLElement;
  target: HTMLElement;
  requestConfig: { verb: string; path: string; elt: HTMLElement; triggeringEvent?: Event };
};

let failed: Detail["requestConfig"] | undefined;

function setOffline(lost: boolean): void {
  const banner = find("[data-offline]");
  const words = find("[data-offline-text]");
  if (!banner) return;
  if (words) words.textContent = lost ? text("offline") : "";
  banner.hidden = !lost;
}

function retry(): void {
  const request = failed;
  failed = undefined;
  setOffline(false);
  if (!request?.elt.isConnected) return;
  if (request.elt instanceof HTMLFormElement) request.elt.requestSubmit();
  else void htmx.ajax(request.verb as "get", request.path, { source: request.elt });
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
      failed = (event as CustomEvent<Detail>).detail.requestConfig;
      setOffline(true);
    });
  }
  window.addEventListener("offline", () => setOffline(true));
  window.addEventListener("online", () => {
    setOffline(false);
    showToast({ text: text("online"), kind: "info" });
    if (failed?.verb === "get") retry(); // reading again is harmless; writing waits for the person
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-offline-retry]")) retry();
  });
  if (!navigator.onLine) setOffline(true);
}
