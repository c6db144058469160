// What shows notifications while no page is open. A file of its own, at the root of the product; it keeps nothing and serves nothing.
type Said = { title: string; body: string; url: string; tag: string; at?: number; always?: boolean };
type PageOf = { url: string; visibilityState: string; focused: boolean; focus(): Promise<unknown> };
type Shown = Event & { notification: Notification; waitUntil(over: Promise<unknown>): void };
type Pushed = Event & { data: { json(): unknown } | null; waitUntil(over: Promise<unknown>): void };
type Root = {
  addEventListener(kind: string, heard: (event: never) => void): void;
  skipWaiting(): Promise<void>;
  location: Location;
  registration: { showNotification(title: string, options: object): Promise<void> };
  clients: { claim(): Promise<void>; matchAll(options: object): Promise<PageOf[]>; openWindow(url: string): Promise<unknown> };
};
const worker = self as unknown as Root;

function pages(): Promise<PageOf[]> {
  return worker.clients.matchAll({ type: "window", includeUncontrolled: true });
}

async function show(said: Said): Promise<void> {
  const looking = (await pages()).some((page) => page.visibilityState === "visible" && page.focused);
  if (looking && !said.always) return; // whoever looks at the product sees the bell
  const options = { body: said.body, tag: said.tag, data: { url: said.url }, ...(said.at && { timestamp: said.at }) };
  await worker.registration.showNotification(said.title, options);
}

async function open(address: string): Promise<void> {
  const wanted = new URL(address, worker.location.origin);
  if (wanted.origin !== worker.location.origin) return;
  const there = (await pages()).find((page) => page.url === wanted.href);
  await (there ? there.focus() : worker.clients.openWindow(wanted.href)); // another page may hold what somebody is typing
}

worker.addEventListener("install", (event: Pushed) => event.waitUntil(worker.skipWaiting()));
worker.addEventListener("activate", (event: Pushed) => event.waitUntil(worker.clients.claim()));
worker.addEventListener("push", (event: Pushed) => {
  const said = event.data?.json() as Said | undefined;
  if (said) event.waitUntil(show(said));
});
worker.addEventListener("notificationclick", (event: Shown) => {
  event.notification.close();
  event.waitUntil(open((event.notification.data as { url: string }).url));
});

export {}; // a file of its own, not a part of every other
