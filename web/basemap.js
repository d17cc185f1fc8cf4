// Projection and the base map's file.

/** Pixels of the world at zoom 0. */
export const TILE = 256;

/** Web Mercator: degrees to the unit square, y from the north. */
export function project(lon, lat) {
  const s = Math.sin((lat * Math.PI) / 180);
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)];
}

/**
 * Reads the base map: quantised TopoJSON with land (id, c), river and lake.
 * @returns {{land: {id: string, ua: boolean, rings: number[][][]}[], rivers: number[][][]}} in the unit square
 */
export function land(topo) {
  const { scale, translate } = topo.transform;
  const arcs = topo.arcs.map((arc) => {
    let x = 0, y = 0;
    return arc.map(([dx, dy]) => project((x += dx) * scale[0] + translate[0], (y += dy) * scale[1] + translate[1]));
  });
  const line = (refs) => refs.flatMap((i, n) => {
    const a = i < 0 ? arcs[~i].slice().reverse() : arcs[i];
    return n ? a.slice(1) : a; // neighbouring arcs share a point
  });
  const geometries = (name) => topo.objects[name]?.geometries ?? [];
  return {
    land: geometries('land').map((g) => ({
      id: g.properties.id, ua: g.properties.c === 'UA',
      rings: (g.type === 'Polygon' ? g.arcs : g.arcs.flat()).map(line),
    })),
    rivers: [
      ...geometries('river').flatMap((g) => (g.type === 'LineString' ? [g.arcs] : g.arcs)).map(line),
      ...geometries('lake').flatMap((g) => (g.type === 'Polygon' ? g.arcs : g.arcs.flat())).map(line),
    ],
  };
}
