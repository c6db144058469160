// The land of the world as a plain silhouette, for a map without tiles: Natural Earth (public domain), packed by world-atlas.
import type { LatLngTuple } from "leaflet";
import atlas from "world-atlas/land-110m.json";

type Topology = { transform: { scale: [number, number]; translate: [number, number] }; arcs: number[][][]; objects: { land: { geometries: { arcs: number[][][] }[] } } };

/** A packed arc as points: each is written as its distance from the one before; a number below nought means backwards. */
function points({ transform, arcs }: Topology, at: number): LatLngTuple[] {
  const { scale, translate } = transform;
  let [x, y] = [0, 0];
  const made = (arcs[at < 0 ? ~at : at] ?? []).map(([dx = 0, dy = 0]): LatLngTuple => {
    x += dx;
    y += dy;
    return [y * scale[1] + translate[1], x * scale[0] + translate[0]];
  });
  return at < 0 ? made.reverse() : made;
}

/** A ring that goes on over the date line instead of leaping round the globe. */
function unbroken(ring: LatLngTuple[]): LatLngTuple[] {
  let turn = 0;
  return ring.map(([lat, lon], n) => {
    const step = lon - (ring[n - 1]?.[1] ?? lon);
    if (Math.abs(step) > 180) turn -= Math.sign(step) * 360;
    return [lat, lon + turn];
  });
}

/** The shores: polygons of rings of points. */
export function land(): LatLngTuple[][][] {
  const topology = atlas as unknown as Topology;
  const polygons = topology.objects.land.geometries.flatMap((geometry) => geometry.arcs);
  return polygons.map((rings) => rings.map((ring) => unbroken(ring.flatMap((at) => points(topology, at)))));
}
