// Live refresh: the page that is looked at hears that there is something new for it, and offers to show it.
// Nothing moves by itself: no focus is taken and nothing typed is lost. Where no stream comes, the bell asks each minute.
import { find, make } from "./dom";
import { newsArrived } from "./notices";
import { htmx } from "./requests";
import { text } from "./texts";

type News = { notified?: boolean; list?: boolean; record?: string; by?: string };

const LATER = 60_000;
const SETTLED = 1_500; // a page that is left at once needs no stream
const TOLD = 1_500; // the bell hears of a comment a moment later than the page
let stream: EventSource | undefined;
let again: number | undefined;

/** What the page shows: a record, or the list of a kind of record. */
function shown(): URLSearchParams {
  const [, object, record] = /^\/([a-z][a-z0-9_]*)(?:\/(\d+))?$/.exec(location.pathname) ?? [];
  if (object && record && find("#card-facts")) return new URLSearchParams({ object, record });
  if (object && !record && find("#results, .board")) return new URLSearchParams({ object });
  return new URLSearchParams();
}

/** Say what is new, with a way to see it. */
function offer(words: string, act: string, see: () => void): void {
  find("#live-note")?.remove();
  const button = make("button", { type: "button", class: "button", "data-size": "sm", "data-kind": "ghost" }, act);
  const note = make("div", { class: "live-note", id: "live-note", role: "status" }, make("span", {}, words), button);
  button.addEventListener("click", () => {
    note.remove();
    see();
  });
  const place = find("#page-head");
  if (place) place.after(note);
}

function fire(...names: string[]): void {
  for (const name of names) document.body.dispatchEvent(new CustomEvent(name, { bubbles: true }));
}

function aboutRecord(what: string, by: string): void {
  const comments = find("#comments");
  if (what !== "commented") return offer(by ? text("live.changedBy", { name: by }) : text("live.changed"), text("live.refresh"), () => fire("stageChanged", "historyChanged"));
  const place = location.pathname;
  const typed = find<HTMLTextAreaElement>("#comment-text")?.value ?? "";
  if (comments && !typed && !comments.contains(document.activeElement)) {
    void htmx.ajax("get", `${place}/comments`, { target: comments, swap: "outerHTML" });
    window.setTimeout(() => fire("recordSeen"), TOLD); // what the bell tells of it is before the reader's eyes
  }
  else offer(text("live.commented"), text("live.show"), () => location.assign(`${place}?tab=comments`));
}

function take(news: News): void {
  if (news.notified) {
    newsArrived();
    fire("mailMoved"); // the page of mail renews its list: those who read a mailbox are told of letters like this
  }
  if (news.record) aboutRecord(news.record, news.by ?? "");
  if (news.list) {
    offer(text("live.news"), text("live.refresh"), () => {
      if (find('[hx-trigger*="listChanged"]')) fire("listChanged");
      else location.reload();
    });
  }
}

function close(): void {
  window.clearTimeout(again);
  stream?.close();
  stream = undefined;
}

function open(): void {
  close();
  if (document.hidden) return;
  const made = new EventSource(`/live?${shown()}`);
  stream = made;
  made.addEventListener("message", (event) => take(JSON.parse(String(event.data)) as News));
  made.addEventListener("error", () => {
    // The browser asks again by itself after a break; after a refusal it does not.
    if (made.readyState === EventSource.CLOSED && stream === made) again = window.setTimeout(open, LATER);
  });
}

export function startLive(): void {
  if (!find("#bell") || !("EventSource" in window)) return;
  again = window.setTimeout(open, SETTLED);
  // A browser keeps few connections to one place: only pages that are looked at hold one.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return close();
    newsArrived();
    open();
  });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) open();
  });
}
