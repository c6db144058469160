// Notifications on this device: whether the browser can, asking it, telling the product where to send them.
import { all, find, storage } from "./dom";
import { TOLD, TURNED_ON } from "./notices";
import { csrfToken } from "./requests";

const WORKER = "/push-worker.js";

function bytes(key: string): Uint8Array<ArrayBuffer> {
  const plain = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

/** What the browser allows: «off» can be turned on. */
function state(): "insecure" | "unsupported" | "denied" | "off" {
  if (!window.isSecureContext) return "insecure";
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return "unsupported";
  return Notification.permission === "denied" ? "denied" : "off";
}

async function subscription(): Promise<PushSubscription | null> {
  const registered = await navigator.serviceWorker.getRegistration("/");
  return (await registered?.pushManager.getSubscription()) ?? null;
}

function isOfKey(known: PushSubscription, key: Uint8Array): boolean {
  const held = known.options.applicationServerKey;
  return held !== null && new Uint8Array(held).every((each, at) => each === key[at]);
}

async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (each) => each.toString(16).padStart(2, "0")).join("");
}

async function tell(made: PushSubscription): Promise<boolean> {
  const { keys } = made.toJSON();
  const body = new URLSearchParams({ endpoint: made.endpoint, p256dh: keys?.p256dh ?? "", auth: keys?.auth ?? "" });
  const answer = await fetch("/me/notifications/devices", { method: "POST", body, headers: { "X-CSRFToken": csrfToken() }, credentials: "same-origin" });
  return answer.ok;
}

/** A device ends with its sign-in: at the next one of the same user the browser offers itself again, without a question. */
export async function goOn(user: string): Promise<void> {
  if (storage.get(TURNED_ON) !== user || state() !== "off" || Notification.permission !== "granted") return;
  const known = await subscription();
  if (known && (await tell(known))) sessionStorage.setItem(TOLD, user);
}

async function turnOn(key: Uint8Array<ArrayBuffer>): Promise<boolean> {
  await navigator.serviceWorker.register(WORKER);
  const ready = await navigator.serviceWorker.ready;
  const known = await ready.pushManager.getSubscription();
  if (known && !isOfKey(known, key)) await known.unsubscribe();
  const made = await ready.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const user = document.documentElement.dataset.user ?? "";
  if (!(await tell(made))) return false;
  storage.set(TURNED_ON, user);
  sessionStorage.setItem(TOLD, user);
  return true;
}

function say(root: HTMLElement, what: string): void {
  for (const place of all<HTMLElement>("[data-push-said]", root)) place.hidden = place.dataset.pushSaid !== what;
}

/** Mark this device in the list; where it is taken off, the browser forgets it too. */
async function mark(root: HTMLElement, known: PushSubscription): Promise<boolean> {
  const row = find(`[data-device="${await digest(known.endpoint)}"]`, root);
  const mine = row && find("[data-device-mine]", row);
  if (!row || !mine) return false;
  mine.hidden = false;
  const form = find<HTMLFormElement>("[data-device-remove]", row);
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    storage.remove(TURNED_ON);
    void known.unsubscribe().finally(() => form.submit());
  });
  return true;
}

export async function setup(root: HTMLElement): Promise<void> {
  const button = find<HTMLButtonElement>("[data-push-on]", root);
  if (!button) return;
  const now = state();
  say(root, now);
  if (now === "insecure" || now === "unsupported") return;
  const known = await subscription();
  button.hidden = now === "denied" || (known !== null && (await mark(root, known)));
  if (button.hidden) return;
  button.addEventListener("click", async () => {
    button.disabled = true;
    const allowed = await Notification.requestPermission();
    try {
      if (allowed === "granted" && (await turnOn(bytes(root.dataset.push ?? "")))) return location.assign("/me/notifications?told=on#devices");
      // What was answered counts: some browsers refuse without saying so of the site until the page is read anew.
      say(root, allowed === "granted" ? "failed" : allowed === "denied" ? "denied" : "asked");
      button.hidden = allowed === "denied";
    } catch {
      say(root, "failed"); // no push service: a browser without one, or a network that keeps it out
    }
    button.disabled = false;
  });
}
