// The drawing half of the map: projection, base map, clusters, one canvas. It knows
// nothing of pointers or the network, and draws only when told to: a still map costs
// no battery. World coordinates are Web Mercator with the world 0..1 both ways.

const { PI, min, max, floor, round, hypot } = Math;

/** @param {number} lon */
export const worldX = (lon) => (lon + 180) / 360;
/** @param {number} lat */
export const worldY = (lat) => 0.5 - Math.log(Math.tan(PI / 4 + (lat * PI) / 360)) / (2 * PI);
/** @param {number} x */
export const toLon = (x) => x * 360 - 180;
/** @param {number} y */
export const toLat = (y) => (Math.atan(Math.exp((0.5 - y) * 2 * PI)) * 360) / PI - 90;
/** @param {number} z pixels of the whole world at a zoom */
export const scaleOf = (z) => 256 * 2 ** z;

/** Below this zoom there is one number per oblast; from it on, clusters. */
export const OBLAST_ZOOM = 6.5;
/** Marks nearer than this many pixels are one cluster. */
export const CLUSTER_PX = 34;

/** @typedef {[number, number, number, number]} Box west, north, east, south in world coordinates */
/** @typedef {{id: string, x: number, y: number, rev: number, name: string, status: string, confirmed_at: ?string, address: ?string, geo_precision: ?string, oblast: ?string, lon: number, lat: number, c?: Mark}} Hub */
/** @typedef {{rings: Float64Array[], box: Box, style: number}} Outage style: bit 0 widespread, bit 1 only possible */
/** @typedef {{x: number, y: number, n: number, box: Box, hub: ?Hub, oblast?: any, px: number, py: number, r: number}} Mark */
/** @typedef {{p: Float64Array, box: Box, ua: number, other: number}} Arc */

/** @returns {Box} */
export const emptyBox = () => [Infinity, Infinity, -Infinity, -Infinity];
/** @param {Box} b @param {number} x @param {number} y */
export function grow(b, x, y) {
  b[0] = min(b[0], x); b[1] = min(b[1], y); b[2] = max(b[2], x); b[3] = max(b[3], y);
}
const meet = (/** @type {Box} */ a, /** @type {Box} */ b) => a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];

/** The base map is cut at 20-42 E, 43-54 N. Its edge is drawn out, so that on a tall or wide screen land does not end in a straight coast. */
const pull = (/** @type {number} */ v, /** @type {number} */ from, /** @type {number} */ to, by = 20) => (v < from + 1e-3 ? v - by : v > to - 1e-3 ? v + by : v);

/**
 * Undoes TopoJSON's delta coding straight into world coordinates.
 * @param {any} topo
 */
export function decode(topo) {
  const { scale: [kx, ky], translate: [tx, ty] } = topo.transform;
  /** @type {Arc[]} */
  const arcs = topo.arcs.map((/** @type {number[][]} */ arc) => {
    const p = new Float64Array(arc.length * 2), box = emptyBox();
    let x = 0, y = 0;
    arc.forEach(([dx, dy], i) => {
      p[2 * i] = worldX(pull((x += dx) * kx + tx, 20, 42));
      p[2 * i + 1] = worldY(pull((y += dy) * ky + ty, 43, 54));
      grow(box, p[2 * i], p[2 * i + 1]);
    });
    return { p, box, ua: 0, other: 0 };
  });
  const parts = (/** @type {string} */ name) => (topo.objects[name]?.geometries ?? []).map((/** @type {any} */ g) => {
    const deep = /^Multi/.test(g.type) ? g.arcs : [g.arcs];
    /** @type {number[][]} rings of polygons, or lines */
    const lines = /Polygon/.test(g.type) ? deep.flat() : deep;
    const box = emptyBox();
    for (const i of lines.flat()) {
      const a = arcs[i < 0 ? ~i : i];
      grow(box, a.box[0], a.box[1]);
      grow(box, a.box[2], a.box[3]);
      // Who uses an arc tells what kind of border it is.
      if (name === 'land') g.properties.c === 'UA' ? a.ua++ : a.other++;
    }
    return { lines, box, ua: g.properties?.c === 'UA' };
  });
  return { arcs, land: parts('land'), river: parts('river'), lake: parts('lake') };
}

/**
 * Joins things within r of a seed. The grid is only an index: distances decide.
 * @param {{x: number, y: number, n?: number, box?: Box}[]} things @param {number} r
 */
function greedy(things, r) {
  /** @type {Map<number, any[]>} */
  const grid = new Map(), out = [];
  for (const t of things) {
    const cx = floor(t.x / r), cy = floor(t.y / r);
    let best = null, near = r * r;
    for (let i = -1; i < 2; i++) {
      for (let j = -1; j < 2; j++) {
        for (const c of grid.get((cx + i) * 0x1000000 + cy + j) ?? []) {
          const d = (c.x - t.x) ** 2 + (c.y - t.y) ** 2;
          if (d < near) { near = d; best = c; }
        }
      }
    }
    if (!best) {
      best = { x: t.x, y: t.y, sx: 0, sy: 0, n: 0, of: [] };
      out.push(best);
      const key = cx * 0x1000000 + cy;
      grid.has(key) ? grid.get(key).push(best) : grid.set(key, [best]);
    }
    const n = t.n ?? 1;
    best.n += n; best.sx += t.x * n; best.sy += t.y * n;
    best.of.push(t);
  }
  return out;
}

/**
 * Clusters of all hubs at one scale, the same wherever the view is. The second pass
 * runs over the means of the first, the largest first, so that no two circles overlap.
 * @param {Iterable<Hub>} hubs @param {number} scale @returns {Mark[]}
 */
export function cluster(hubs, scale) {
  const r = CLUSTER_PX / scale, first = greedy([...hubs], r);
  for (const c of first) { c.x = c.sx / c.n; c.y = c.sy / c.n; }
  first.sort((a, b) => b.n - a.n);
  return greedy(first, r).map((c) => {
    const all = c.of.flatMap((/** @type {any} */ f) => f.of), box = emptyBox();
    const mark = { x: c.x, y: c.y, n: c.n, box, hub: c.n === 1 ? all[0] : null, px: 0, py: 0, r: 0 };
    for (const h of all) { grow(box, h.x, h.y); h.c = mark; }
    return mark;
  });
}

const FALLBACK = {
  sea: '#dfe7ee', land: '#eceae4', ua: '#fbfaf5', border: '#a9a294', river: '#9fbfd8', text: '#26292e', halo: '#fbfaf5',
  'hub-open': '#0b6b2b', 'hub-closed': '#6a7078', 'hub-unknown': '#8a4b00', outage: '#a11313', curfew: '#5b2a86', road: '#d6cfc2', main: '#dcbf86', green: '#dfe8d3', rail: '#a9a294', cluster: '#0b57b7', 'cluster-text': '#fff',
};

/** @param {Element} el @returns {Record<string, string>} the page's colours; canvas cannot read var() by itself */
export function palette(el) {
  const style = getComputedStyle(el), /** @type {any} */ out = { font: style.fontFamily || 'sans-serif' };
  for (const [name, colour] of Object.entries(FALLBACK)) out[name] = style.getPropertyValue('--map-' + name).trim() || colour;
  return out;
}

/** How a hub is drawn. "Full" takes nobody in, so it looks closed; standby is not known to be open. @param {string} status */
export const shapeOf = (status) => (status === 'open' ? 'open' : status === 'closed' || status === 'full' ? 'closed' : 'unknown');

/**
 * Draws everything and returns what can be tapped.
 * @param {HTMLCanvasElement} canvas
 * @param {{w: number, h: number, dpr: number, x: number, y: number, z: number, colours: Record<string, string>, em: number, lang: string,
 *   base: ?ReturnType<typeof decode>, labels: any[], covered: number[][], oblasts: any[], marks: ?Mark[], outages: ?Iterable<Outage>, picked: ?Hub, street?: any, curfew?: any}} s
 * @returns {Mark[]}
 */
export function draw(canvas, s) {
  const g = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { alpha: false }));
  const { w, h, colours, em } = s, k = scaleOf(s.z);
  const X = (/** @type {number} */ x) => (x - s.x) * k + w / 2, Y = (/** @type {number} */ y) => (y - s.y) * k + h / 2;
  /** @type {Box} */
  const seen = [s.x - (w / 2 + 40) / k, s.y - (h / 2 + 40) / k, s.x + (w / 2 + 40) / k, s.y + (h / 2 + 40) / k];

  /** Adds points to the path; those under a pixel apart are left out. */
  const trace = (/** @type {Float64Array} */ p, back = false, joined = false) => {
    const n = p.length / 2;
    let lx = 1e9, ly = 1e9;
    for (let i = 0; i < n; i++) {
      const j = 2 * (back ? n - 1 - i : i), x = X(p[j]), y = Y(p[j + 1]);
      if (i && i < n - 1 && (x - lx) ** 2 + (y - ly) ** 2 < 1) continue;
      i || joined ? g.lineTo(x, y) : g.moveTo(x, y);
      lx = x; ly = y;
    }
  };
  const { base } = s;
  const shape = (/** @type {{lines: number[][], box: Box}} */ part) => {
    if (!base || !meet(part.box, seen)) return;
    for (const line of part.lines) line.forEach((i, at) => trace(base.arcs[i < 0 ? ~i : i].p, i < 0, at > 0));
  };
  const stroke = (/** @type {string} */ colour, /** @type {number} */ width) => {
    g.strokeStyle = colour; g.lineWidth = width; g.stroke();
  };
  const disc = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ r) => { g.beginPath(); g.arc(x, y, r, 0, 2 * PI); };
  const font = (/** @type {number} */ px, weight = '') => { g.font = `${weight} ${px * em}px ${colours.font}`; };
  /** Words with a halo around their middle; whole pixels where they stand upright. */
  const text = (/** @type {string} */ words, /** @type {number} */ x, /** @type {number} */ y) => {
    const { picture, wide, high } = written(g, words, colours, s.dpr), at = (/** @type {number} */ v) => (x || y ? round(v * s.dpr) / s.dpr : v);
    g.drawImage(picture, at(x - wide / 2), at(y - high / 2), wide, high);
  };

  /** Our country or its neighbours, in one path: parts of one path have no seams between them. */
  const land = (/** @type {boolean} */ ua) => {
    g.beginPath();
    for (const part of base?.land ?? []) if (part.ua === ua) shape(part);
    g.fillStyle = ua ? colours.ua : colours.land;
    g.fill('nonzero');
  };
  /** What labels must not cover: left, top, right, bottom. @type {number[][]} */
  const taken = [...s.covered, [w - 110 * em, 0, w, 30 * em]];
  /** What layers draw with; used are the names that stand already. */
  const pen = { g, X, Y, k, seen, trace, stroke, font, text, taken, used: new Set() };
  g.setTransform(s.dpr, 0, 0, s.dpr, 0, 0);
  g.textAlign = 'center';
  g.textBaseline = 'middle';
  g.lineJoin = g.lineCap = 'round';
  g.fillStyle = colours.sea;
  g.fillRect(0, 0, w, h);
  const over = s.street?.look(s, k);
  if (base && !over) {
    // Only neighbours are in the base map; what lies behind them in the west is land too, not sea.
    g.fillStyle = colours.land;
    g.fillRect(0, 0, X(worldX(26.5)), h);
    for (const ua of [false, true]) land(ua);
    g.beginPath(); base.lake.forEach(shape);
    g.fillStyle = colours.sea; g.fill('evenodd'); stroke(colours.river, 1);
    g.beginPath(); base.river.forEach(shape); stroke(colours.river, min(4, max(1, s.z - 4.5)));
  }
  s.street?.ground(pen, s, () => land(true));
  if (base) {
    // Thin between oblasts, thick around the country; a foreign coast needs no line.
    for (const country of s.street && s.z > 11 ? [true] : [false, true]) {
      g.beginPath();
      for (const a of base.arcs) {
        if ((country ? a.ua === 1 && a.other : a.ua === 2 || (a.ua + a.other === 1 && a.ua) || a.other === 2) && meet(a.box, seen)) trace(a.p);
      }
      stroke(colours.border, country ? 2 : 0.8);
    }
  }
  s.curfew?.ground(pen, s);
  if (s.outages) drawOutages(g, s.outages, seen, X, Y, trace, colours, k);

  /** @type {Mark[]} */
  const marks = [];
  const keep = (/** @type {Mark} */ m, /** @type {number} */ r) => {
    m.r = r;
    marks.push(m);
  };
  const bubble = (/** @type {Mark} */ m) => {
    const r = m.r;
    disc(m.px, m.py, r);
    g.fillStyle = m.n ? colours.cluster : colours.halo; g.fill();
    stroke(m.n ? colours.halo : colours.border, 1.5);
    font(12, 'bold');
    g.fillStyle = m.n ? colours['cluster-text'] : colours.text;
    g.fillText(String(m.n), m.px, m.py + 0.5);
  };
  const size = (/** @type {number} */ n) => (7 + 3 * String(n).length) * em;
  if (s.z < OBLAST_ZOOM) {
    for (const o of s.oblasts) keep({ x: o.x, y: o.y, n: o.n, box: o.box, hub: null, oblast: o, px: X(o.x), py: Y(o.y), r: 0 }, size(o.n));
    spread(marks);
    marks.forEach(bubble);
  } else {
    for (const m of s.marks ?? []) {
      if (m.x < seen[0] || m.x > seen[2] || m.y < seen[1] || m.y > seen[3]) continue;
      m.px = X(m.x); m.py = Y(m.y);
      if (m.hub) {
        keep(m, 9 * em);
        drawHub(g, m, m.hub, colours, disc, stroke, font);
      } else {
        keep(m, size(m.n));
        bubble(m);
      }
    }
  }
  for (const { px, py, r } of marks) taken.push([px - r, py - r, px + r, py + r]);
  if (s.picked) {
    disc(X(s.picked.x), Y(s.picked.y), 14 * em);
    stroke(colours.halo, 6); stroke(colours.text, 2.5);
  }
  s.curfew?.words(pen, s);
  drawLabels(pen, s, disc);
  s.street?.names(pen, s);
  drawScale(g, s, k, font);
  return marks;
}

/** Colour is never alone: filled, hollow with a bar, ring with "?". A dashed ring around: the place is only roughly known. */
function drawHub(g, m, hub, colours, disc, stroke, font) {
  const what = shapeOf(hub.status), colour = colours['hub-' + what], { px, py, r } = m;
  disc(px, py, r + 1.5);
  g.fillStyle = colours.halo; g.fill();
  disc(px, py, r - 1);
  if (what === 'open') { g.fillStyle = colour; g.fill(); }
  stroke(colour, 2.2);
  if (what === 'closed') { g.beginPath(); g.moveTo(px - r / 2, py); g.lineTo(px + r / 2, py); stroke(colour, 2.6); }
  if (what === 'unknown') { font(12, 'bold'); g.fillStyle = colour; g.fillText('?', px, py + 0.5); }
  if (isRough(hub)) { g.setLineDash([3, 3]); disc(px, py, r + 4); stroke(colour, 1.2); g.setLineDash([]); }
}

/** @param {Hub} hub */
export const isRough = (hub) => !!hub.geo_precision && hub.geo_precision !== 'exact';

/** Outages of one look are one path, so that several over one cell do not darken it. */
function drawOutages(g, outages, seen, X, Y, trace, colours, k) {
  const looks = [[], [], [], []];
  for (const o of outages) if (meet(o.box, seen)) looks[o.style].push(o);
  looks.forEach((list, look) => {
    if (!list.length) return;
    const wide = look & 1, possible = look & 2;
    g.beginPath();
    for (const { rings, box } of list) {
      const side = max(box[2] - box[0], box[3] - box[1]) * k;
      // A cell of a country-wide view would vanish: it gets five pixels.
      if (side < 5) g.rect(X((box[0] + box[2]) / 2) - 2.5, Y((box[1] + box[3]) / 2) - 2.5, 5, 5);
      else for (const ring of rings) { trace(ring); g.closePath(); }
    }
    g.fillStyle = hatch(g, colours.outage, wide ? 5 : 9);
    g.save();
    g.globalAlpha = wide ? 0.75 : 0.45;
    g.fill('nonzero');
    g.globalAlpha = wide ? 0.2 : 0.1;
    g.fillStyle = colours.outage;
    g.fill('nonzero');
    g.globalAlpha = 0.9;
    if (possible) g.setLineDash([4, 4]);
    g.strokeStyle = colours.outage; g.lineWidth = 1; g.stroke();
    g.restore();
  });
}

/** @type {Map<string, {picture: HTMLCanvasElement, wide: number, high: number}>} */
const words = new Map();
/** A name as a picture: to write it with a halo in every frame is what takes longest on a slow phone. */
function written(g, text, colours, dpr) {
  const key = `${dpr} ${colours.text} ${g.font} ${text}`;
  let done = words.get(key);
  if (!done) {
    if (words.size > 300) words.clear();
    const wide = Math.ceil(g.measureText(text).width) + 8, high = Math.ceil(parseFloat(/([\d.]+)px/.exec(g.font)[1]) * 1.6) + 4;
    const picture = document.createElement('canvas'), p = picture.getContext('2d');
    picture.width = wide * dpr; picture.height = high * dpr;
    p.scale(dpr, dpr);
    Object.assign(p, { font: g.font, textAlign: 'center', textBaseline: 'middle', lineJoin: 'round', lineWidth: 3, strokeStyle: colours.halo, fillStyle: colours.text });
    p.strokeText(text, wide / 2, high / 2);
    p.fillText(text, wide / 2, high / 2);
    words.set(key, (done = { picture, wide, high }));
  }
  return done;
}

/** @type {Map<string, CanvasPattern>} */
const hatches = new Map();
/** Slanting lines: an outage is told by more than its colour. */
function hatch(g, colour, step) {
  const key = colour + step;
  if (!hatches.has(key)) {
    const tile = document.createElement('canvas'), t = tile.getContext('2d');
    tile.width = tile.height = step;
    t.strokeStyle = colour;
    t.beginPath();
    for (const d of [-step, 0, step]) { t.moveTo(d - 1, step + 1); t.lineTo(d + step + 1, -1); }
    t.stroke();
    hatches.set(key, g.createPattern(tile, 'repeat'));
  }
  return hatches.get(key);
}

/** Pushes overlapping numbers apart, the same way every time: a city lies inside its oblast. */
function spread(marks) {
  for (let round = 0; round < 12; round++) {
    let moved = false;
    for (const a of marks) {
      for (const b of marks) {
        if (a === b) break;
        const dx = a.px - b.px, dy = a.py - b.py || 0.01, d = hypot(dx, dy), lack = a.r + b.r + 1 - d;
        if (lack <= 0) continue;
        a.px += (dx / d) * lack / 2; a.py += (dy / d) * lack / 2;
        b.px -= (dx / d) * lack / 2; b.py -= (dy / d) * lack / 2;
        moved = true;
      }
    }
    if (!moved) break;
  }
}

/** Names of settlements, the largest first, where there is room. */
function drawLabels({ g, seen, X, Y, taken, font, text, used }, s, disc) {
  const least = s.z >= 11 ? 0 : 5e5 * 3 ** min(0.5, 5.5 - s.z), { colours, em } = s;
  let left = 60;
  g.lineWidth = 3;
  for (const row of s.labels) {
    const [uk, en, , , people] = row, x = row.x, y = row.y;
    if (people < least || !left) break; // sorted by population
    if (x < seen[0] || x > seen[2] || y < seen[1] || y > seen[3]) continue;
    const name = (s.lang === 'uk' && uk) || en || uk, big = people >= 4e5 ? 13 : 12;
    font(big, people >= 4e5 ? '600' : '');
    const px = X(x), py = Y(y), w = g.measureText(name).width + 4, h = big * em + 4;
    // Under a mark there is no dot, and the name stands beside the mark.
    const under = taken.some((b) => px > b[0] && px < b[2] && py > b[1] && py < b[3]);
    const at = (under ? [18 * em, 28 * em] : [5]).flatMap((d) => [[px + d, py - h / 2], [px - d - w, py - h / 2], [px - w / 2, py - h - d + 2], [px - w / 2, py + d - 2]])
      .find(([l, t]) => l > 2 && t > 2 && l + w < s.w - 2 && t + h < s.h - 2 && !taken.some((b) => l < b[2] && b[0] < l + w && t < b[3] && b[1] < t + h));
    if (!at) continue;
    left--;
    taken.push([at[0], at[1], at[0] + w, at[1] + h]);
    if (!under) {
      disc(px, py, 2);
      g.fillStyle = colours.text;
      g.fill();
      taken.push([px - 3, py - 3, px + 3, py + 3]);
    }
    used.add(name);
    text(name, at[0] + w / 2, at[1] + h / 2);
  }
}

/** Without streets a distance is the only measure a city view has. */
function drawScale(g, s, k, font) {
  const metres = (40075016 * Math.cos((toLat(s.y) * PI) / 180)) / k;
  const room = metres * 46; // beside the buttons of the layers
  const ten = 10 ** floor(Math.log10(room)), len = [5, 2, 1].find((n) => n * ten <= room) * ten;
  const px = round(len / metres), right = s.w - 10, y = 24 * s.em, km = len >= 1000;
  font(11);
  g.beginPath(); g.moveTo(right - px, y - 5); g.lineTo(right - px, y); g.lineTo(right, y); g.lineTo(right, y - 5);
  const text = `${km ? len / 1000 : len} ${s.lang === 'uk' ? (km ? 'км' : 'м') : km ? 'km' : 'm'}`;
  g.strokeStyle = s.colours.halo; g.lineWidth = 4; g.stroke();
  g.strokeStyle = g.fillStyle = s.colours.text; g.lineWidth = 1.5; g.stroke();
  g.strokeStyle = s.colours.halo; g.lineWidth = 3;
  g.strokeText(text, right - px / 2, y - 10); g.fillText(text, right - px / 2, y - 10);
}
