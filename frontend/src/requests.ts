// htmx: its settings, the CSRF header, and which answers are swapped in.
import htmx from "htmx.org";
import { find } from "./dom";

htmx.config.allowEval = false;
htmx.config.selfRequestsOnly = true;
htmx.config.includeIndicatorStyles = false;
htmx.config.allowScriptTags = false;
htmx.config.historyCacheSize = 0; // pages with people's data are not kept in the browser's storage
htmx.config.refreshOnHistoryMiss = true;
htmx.config.scrollBehavior = "auto";
htmx.config.defaultSettleDelay = 0; // what was swapped in answers to keys at once: somebody types already
htmx.config.attributesToSettle = ["class"]; // copying a style attribute would offend the content policy
htmx.config.timeout = 60_000;
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "(409|422)", swap: true, error: false },
  { code: "[45]..", swap: false, error: true },
];

export function csrfToken(): string {
  return find<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

export function startRequests(): void {
  document.addEventListener("htmx:configRequest", (event) => {
    const detail = (event as CustomEvent<{ headers: Record<string, string> }>).detail;
    detail.headers["X-CSRFToken"] = csrfToken();
  });
}

/** POST a form body to our own server. Rejects on network loss; the status is for the caller to judge. */
export function post(url: string, values: Record<string, string> | URLSearchParams, keepalive = false): Promise<Response> {
  return fetch(url, {
    method: "POST",
    body: new URLSearchParams(values),
    headers: { "X-CSRFToken": csrfToken(), "HX-Request": "true" },
    credentials: "same-origin",
    keepalive, // it is sent although the page is left
  });
}

/** True for a path of this site ("/x", not "//host" and not a scheme). */
export function isOwnPath(path: string): boolean {
  return new URL(path, location.href).origin === location.origin;
}

export { htmx };
