// What lies under the points of a map: tiles of the service that the administrator chose, or land, a net of degrees and nothing from elsewhere.
import * as L from "leaflet";
import { text } from "./texts";

const STEPS = [30, 15, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];
const LINES = 5; // across the map, about
const CLOSEST = 7; // nearer than this the silhouette would lie
const COPIES = [-360, 0, 360];

export function layGround(map: L.Map, tiles: string): void {
  if (tiles) {
    // Such services ask to be told which site it is; of the page they are told nothing.
    L.tileLayer(tiles, { maxZoom: 19, referrerPolicy: "strict-origin" }).addTo(map);
    return;
  }
  const net = L.layerGroup().addTo(map);
  map.createPane("land").style.zIndex = "200";
  map.createPane("net").style.zIndex = "210";
  map.on("moveend", () => drawNet(map, net));
  void import("./map-land").then(({ land }) => {
    const options: L.PolylineOptions = { pane: "land", className: "map-land", interactive: false, stroke: false };
    const shores = land();
    const shapes = L.layerGroup(COPIES.flatMap((turn) => shores.map((rings) => L.polygon(rings.map((ring) => ring.map(([lat, lon]): L.LatLngTuple => [lat, lon + turn])), options))));
    const show = (): void => {
      if (map.getZoom() > CLOSEST) shapes.remove();
      else shapes.addTo(map);
    };
    map.on("zoomend", show);
    show();
  });
}

function drawNet(map: L.Map, net: L.LayerGroup): void {
  const bounds = map.getBounds();
  const wide = bounds.getEast() - bounds.getWest();
  const step = [...STEPS].reverse().find((each) => wide / each <= LINES * 2) ?? 30;
  const [south, north] = [Math.max(bounds.getSouth(), -85), Math.min(bounds.getNorth(), 85)];
  net.clearLayers();
  const line = (ends: L.LatLngTuple[]): void => void net.addLayer(L.polyline(ends, { className: "map-net", interactive: false, pane: "net" }));
  const word = (at: L.LatLngTuple, text: string, side: string): void =>
    void net.addLayer(L.marker(at, { interactive: false, keyboard: false, pane: "net", icon: L.divIcon({ className: `map-degree is-${side}`, html: text, iconSize: [0, 0] }) }));
  const shown = (degrees: number, signs: [string, string]): string => {
    const digits = step < 1 ? String(step).length - 2 : 0;
    return `${Math.abs(degrees).toFixed(digits)}°${degrees === 0 ? "" : ` ${degrees > 0 ? signs[0] : signs[1]}`}`;
  };
  for (let lon = Math.ceil(bounds.getWest() / step) * step; lon < bounds.getEast(); lon += step) {
    line([[south, lon], [north, lon]]);
    word([south, lon], shown(((((lon + 180) % 360) + 360) % 360) - 180, [text("map.east"), text("map.west")]), "foot");
  }
  for (let lat = Math.ceil(south / step) * step; lat < north; lat += step) {
    line([[lat, bounds.getWest()], [lat, bounds.getEast()]]);
    if (lat - south > (north - south) / 12) word([lat, bounds.getEast()], shown(lat, [text("map.north"), text("map.south")]), "edge");
  }
}
