// A map of records: the server says what lies in the stretch that is seen, in heaps; the list beside the map says the same in words.
import * as L from "leaflet";
import { all, find, make } from "./dom";
import { type Condition, type Group, children, group, joinOf, parseTree, written } from "./filter-tree";
import { layGround } from "./map-ground";
import { htmx } from "./requests";
import { plural, text } from "./texts";

type Box = [south: number, west: number, north: number, east: number];
type Heap = { lat: number; lon: number; n: number; title: string; id?: number; box?: Box };
type Answer = { heaps: Heap[]; sampled: boolean; at_least: boolean };

const PAUSE = 200; // milliseconds without a movement before the server is asked
const NEAREST = 18;
const LISTED = 150;
const CELL = 30; // pixels of the server's grid, about
const APART = 26; // heaps that would cover each other are one

/** A map, the layer of what is on it, and the elements around it. */
type Shown = { area: HTMLElement; map: L.Map; layer: L.LayerGroup; asked: AbortController };

async function ask(shown: Shown, box?: Box): Promise<Answer | undefined> {
  shown.asked.abort();
  shown.asked = new AbortController();
  const total = find("[data-map-total]", shown.area);
  try {
    const answer = await fetch(`${shown.area.dataset.url ?? ""}&across=${Math.round(shown.map.getSize().x / CELL)}${box ? `&box=${box.join(",")}` : ""}`, { credentials: "same-origin", signal: shown.asked.signal });
    if (answer.ok) return (await answer.json()) as Answer;
    if (total) total.textContent = text(`errors.${answer.status}`);
  } catch (error) {
    if (total && !(error instanceof DOMException)) total.textContent = text("offline");
  }
  return undefined;
}

/** What is seen, as the server takes it: the whole circle at most. */
function seen(map: L.Map): Box {
  const bounds = map.getBounds();
  const [south, north] = [Math.max(bounds.getSouth(), -90), Math.min(bounds.getNorth(), 90)];
  if (bounds.getEast() - bounds.getWest() >= 360) return [south, -180, north, 180];
  const turn = Math.floor((bounds.getWest() + 180) / 360) * 360;
  return [south, bounds.getWest() - turn, north, bounds.getEast() - turn].map((n) => Number(n.toFixed(6))) as Box;
}

function boundsOf([south, west, north, east]: Box): L.LatLngBounds {
  return L.latLngBounds([south, west], [north, east]);
}

/** The stretch that holds all heaps: the circle without its widest empty arc. */
function around(heaps: Heap[]): L.LatLngBounds {
  const boxes = heaps.map(boxOf).sort((a, b) => a[1] - b[1]);
  let [widest, start] = [-1, 0];
  boxes.forEach((box, n) => {
    const gap = n ? box[1] - Math.max(...boxes.slice(0, n).map((b) => b[3])) : (box[1] + 360 - Math.max(...boxes.map((b) => b[3])));
    if (gap > widest) [widest, start] = [gap, n];
  });
  const west = boxes[start]?.[1] ?? 0;
  const turned = boxes.map(([s, w, n, e]): Box => [s, w < west ? w + 360 : w, n, w < west ? e + 360 : e]);
  return turned.reduce((all, box) => all.extend(boundsOf(box)), boundsOf(turned[0] ?? [0, 0, 0, 0]));
}

function number(n: number): string {
  return new Intl.NumberFormat(document.documentElement.lang, n >= 10_000 ? { notation: "compact" } : {}).format(n);
}

function named({ n, title }: Heap): string {
  return n === 1 ? title : text("map.and", { name: title, n: number(n - 1) });
}

function marker(shown: Shown, heap: Heap): L.Marker {
  const bounds = shown.map.getBounds();
  const lon = heap.lon < bounds.getWest() ? heap.lon + 360 : heap.lon > bounds.getEast() ? heap.lon - 360 : heap.lon;
  const size = heap.n === 1 ? 14 : Math.round(22 + 7 * Math.log10(heap.n));
  const html = make("span", { class: heap.n === 1 ? "map-dot" : "map-heap" }, heap.n === 1 ? "" : number(heap.n));
  const icon = L.divIcon({ className: "map-mark", html, iconSize: [size, size] });
  const made = L.marker([heap.lat, lon], { icon, keyboard: false, riseOnHover: true, title: named(heap) });
  return made.on("click", () => open(shown, heap, made.getLatLng()));
}

function open(shown: Shown, heap: Heap, at: L.LatLng): void {
  if (heap.box) return closer(shown, heap.box);
  const { cardUrl = "", cardQuery = "" } = shown.area.dataset;
  const body = make("div", { class: "map-popup" }, text("loading"));
  const popup = L.popup({ maxWidth: 300, minWidth: 220, offset: [0, -4], autoPanPadding: [12, 12], closeButton: false }).setLatLng(at).setContent(body).openOn(shown.map);
  void htmx.ajax("get", `${cardUrl}${heap.id}?${cardQuery}`, { target: body, swap: "innerHTML" }).then(() => popup.update());
}

/** Closer to a heap; where coming closer would part nothing, its records are listed. */
function closer(shown: Shown, box: Box): void {
  const { map } = shown;
  const bounds = boundsOf(box);
  const zoom = Math.min(map.getBoundsZoom(bounds, false, L.point(30, 30)), NEAREST);
  if (zoom > map.getZoom()) return void map.flyToBounds(bounds, { padding: [30, 30], maxZoom: NEAREST, duration: 0.4 });
  const address = new URL(location.href);
  const edge = 0.000001;
  address.searchParams.set("view", "list");
  address.searchParams.delete("at");
  address.searchParams.set("filter", JSON.stringify(written(withStretch(shown, [box[0] - edge, box[1] - edge, box[2] + edge, box[3] + edge]))));
  location.assign(address);
}

/** The filter of the list, with one stretch of map: the one that it had gives way. */
function withStretch({ area }: Shown, [south, west, north, east]: Box): Group {
  const tree = parseTree(find("[data-filters]")?.dataset.filter ?? "");
  const stretch: Condition = { field: area.dataset.place ?? "", op: "inside", value: { south, west, north, east } };
  if (joinOf(tree) === "or" && children(tree).length > 1) return group("and", [tree, stretch]);
  const kept = children(tree).filter((node) => !("op" in node && node.op === "inside" && node.field === stretch.field));
  return group("and", [...kept, stretch]);
}

function list(shown: Shown, heaps: Heap[]): void {
  const { object = "" } = shown.area.dataset;
  const lines = heaps.slice(0, LISTED).map((heap) => {
    const name = make("span", { class: "map-line-name" }, named(heap));
    const line = heap.box
      ? make("button", { type: "button", class: "map-line is-heap" }, name)
      : make("a", { class: "map-line", href: `${object}/${heap.id}` }, name);
    if (heap.box) line.addEventListener("click", () => closer(shown, heap.box ?? [0, 0, 0, 0]));
    return make("li", {}, line);
  });
  find("[data-map-list]", shown.area)?.replaceChildren(...lines);
}

function boxOf(heap: Heap): Box {
  return heap.box ?? [heap.lat, heap.lon, heap.lat, heap.lon];
}

/** Heaps of neighbouring cells that would be drawn over each other, as one; the largest keeps its place. */
function parted({ map }: Shown, heaps: Heap[]): Heap[] {
  const kept: { heap: Heap; at: L.Point }[] = [];
  for (const heap of heaps) {
    const at = map.latLngToContainerPoint([heap.lat, heap.lon]);
    const near = kept.find((other) => other.at.distanceTo(at) < APART);
    if (!near) {
      kept.push({ heap: { ...heap }, at });
      continue;
    }
    const [mine, its] = [boxOf(near.heap), boxOf(heap)];
    near.heap.box = [Math.min(mine[0], its[0]), Math.min(mine[1], its[1]), Math.max(mine[2], its[2]), Math.max(mine[3], its[3])];
    near.heap.n += heap.n;
  }
  return kept.map((each) => each.heap);
}

async function load(shown: Shown): Promise<void> {
  const answer = await ask(shown, seen(shown.map));
  if (!answer || !shown.area.isConnected) return;
  const larger = (a: Heap, b: Heap): number => b.n - a.n || a.title.localeCompare(b.title, document.documentElement.lang);
  const heaps = parted(shown, answer.heaps.sort(larger)).sort(larger);
  const marks = heaps.map((heap) => marker(shown, heap));
  shown.layer.clearLayers();
  for (const each of marks) shown.layer.addLayer(each);
  list(shown, heaps);
  find("[data-map-list]", shown.area)?.querySelectorAll("li").forEach((line, n) => {
    const mark = (on: boolean) => (): void => void marks[n]?.getElement()?.classList.toggle("is-named", on);
    for (const name of ["pointerenter", "focusin"]) line.addEventListener(name, mark(true));
    for (const name of ["pointerleave", "focusout"]) line.addEventListener(name, mark(false));
  });
  const all = heaps.reduce((sum, heap) => sum + heap.n, 0);
  const total = find("[data-map-total]", shown.area);
  const loose = answer.sampled ? "map.about" : answer.at_least ? "map.least" : "";
  const narrow = find("[data-map-narrow]", shown.area);
  if (narrow) narrow.hidden = !all;
  const nobody = find("[data-map-none]", shown.area);
  if (nobody) nobody.hidden = all > 0;
  if (total) total.textContent = loose ? text(loose, { n: number(all) }) : all ? plural("map.here", all) : text("map.none");
}

/** Where the map stands is kept in the address, so that it can be sent, reloaded and come back to. */
function remember(map: L.Map): void {
  const { lat, lng } = map.getCenter();
  const address = new URL(location.href);
  address.searchParams.set("at", `${lat.toFixed(4)},${lng.toFixed(4)},${map.getZoom()}`);
  history.replaceState(history.state, "", address);
}

function kept(): [number, number, number] | undefined {
  const numbers = (new URL(location.href).searchParams.get("at") ?? "").split(",").map(Number);
  const [lat = NaN, lon = NaN, zoom = NaN] = numbers;
  return numbers.length === 3 && Math.abs(lat) <= 90 && Math.abs(lon) <= 540 && zoom >= 1 && zoom <= 19 ? [lat, lon, zoom] : undefined;
}

async function begin(shown: Shown): Promise<void> {
  const at = kept();
  if (at) return void shown.map.setView([at[0], at[1]], at[2]);
  const whole = await ask(shown);
  if (whole?.heaps.length) shown.map.fitBounds(around(whole.heaps), { padding: [24, 24], maxZoom: 12, animate: false });
  else shown.map.setView([60, 90], 3);
}

export function setUpMap(area: HTMLElement): void {
  const frame = find("[data-map-frame]", area);
  if (!frame) return;
  const map = L.map(frame, { attributionControl: false, zoomControl: false, minZoom: 1, maxZoom: 19, worldCopyJump: true, zoomSnap: area.dataset.tiles ? 1 : 0.5 });
  L.control.zoom({ zoomInTitle: text("map.closer"), zoomOutTitle: text("map.away") }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  const scale = (): void => all(".leaflet-control-scale-line", frame).forEach((line) => (line.textContent = (line.textContent ?? "").replace(/ km$/, ` ${text("filter.km")}`).replace(/ m$/, ` ${text("map.metres")}`)));
  map.on("move moveend zoomend", scale);
  map.getPane("markerPane")?.setAttribute("aria-hidden", "true"); // the list says the same
  layGround(map, area.dataset.tiles ?? "");
  const shown: Shown = { area, map, layer: L.layerGroup().addTo(map), asked: new AbortController() };
  let pause = 0;
  map.on("moveend", () => {
    remember(map);
    window.clearTimeout(pause);
    pause = window.setTimeout(() => void load(shown), PAUSE);
  });
  const again = (): void => {
    if (area.isConnected) void load(shown);
    else document.removeEventListener("listChanged", again);
  };
  document.addEventListener("listChanged", again);
  find("[data-map-narrow]", area)?.addEventListener("click", () => {
    find("[data-filters]")?.dispatchEvent(new CustomEvent("filter:set", { detail: withStretch(shown, seen(map)) }));
  });
  area.addEventListener("htmx:beforeCleanupElement", (event) => {
    if (event.target !== area) return;
    shown.asked.abort();
    window.clearTimeout(pause);
    map.stop().off("moveend");
    window.setTimeout(() => map.remove(), 1000); // a movement that is under way would miss what it moves
  });
  void begin(shown);
}
