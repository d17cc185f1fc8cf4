// Streets under the map: squares of the operator's archive, asked for by whole tiles
// and, from zoom 12 down, by whole cells of zoom 12, so that no request tells more
// closely where somebody looks. Loaded only where there is an archive and the map is
// near enough. Words of an archive are foreign: they are drawn, never parsed as HTML.

import { worldX, worldY } from './mapview.js';

/** @typedef {{module: string, url: string, min: number, max: number, cells: boolean, images: boolean, box: ?number[]}} Street */
/** @typedef {{z: number, x: number, y: number, used: number, failed: number, sheet: any, images: ?any[]}} Square */

const { floor, min, max, round, hypot, atan2, abs, PI } = Math;
const CELL = 12, KEPT = 36, FLIGHTS = 3, PICTURES = 64, NAMES = 40, PLATE = 256, PLATES = 40;
/** Pixels that roads are wide, by class, at zooms 10, 13, 15 and 17. */
const WIDTHS = [[1.6, 3.4, 7, 15], [1.1, 2.6, 6, 12], [0.6, 1.8, 4.5, 10], [0, 0.9, 2.8, 7], [0, 0, 1, 2.2]], ZOOMS = [10, 13, 15, 17];
/** From which zoom a rank of settlements is named. */
const PLACES = [9.5, 11.5, 13, 14];

/** @param {number[]} widths @param {number} z */
function widthAt(widths, z) {
  let i = 0;
  while (i < 2 && z > ZOOMS[i + 1]) i++;
  const t = min(1, max(0, (z - ZOOMS[i]) / (ZOOMS[i + 1] - ZOOMS[i])));
  return widths[i] + (widths[i + 1] - widths[i]) * t;
}

/** @typedef {{box: number[], path: Path2D}} Bucket what lies in a sixteenth of a square */

/**
 * Paths of differences, cut where they leave a sixteenth of the square: what is out of
 * sight costs nothing then. Rings stay whole.
 * @param {number[][]} lines @param {number} side units of a sixteenth @param {boolean} [closed] @returns {Bucket[]}
 */
function bucketsOf(lines, side, closed) {
  /** @type {Map<number, Bucket>} */
  const buckets = new Map();
  for (const line of lines) {
    let x = line[0], y = line[1], at = NaN, bucket = null;
    for (let i = 0; i < line.length; i += 2) {
      const px = x, py = y;
      if (i) { x += line[i]; y += line[i + 1]; }
      const here = floor(x / side) * 64 + floor(y / side);
      if (!bucket || (here !== at && !closed)) {
        at = here;
        if (!buckets.has(at)) buckets.set(at, { box: [Infinity, Infinity, -Infinity, -Infinity], path: new Path2D() });
        bucket = buckets.get(at);
        bucket.path.moveTo(px, py);
        reach(bucket.box, px, py);
      }
      if (i) { bucket.path.lineTo(x, y); reach(bucket.box, x, y); }
    }
    if (closed) bucket?.path.closePath();
  }
  return [...buckets.values()];
}
/** @param {number[]} b @param {number} x @param {number} y */
function reach(b, x, y) {
  b[0] = min(b[0], x); b[1] = min(b[1], y); b[2] = max(b[2], x); b[3] = max(b[3], y);
}

/** @param {any} doc as the server makes it @returns {any} null for an empty one */
function sheetOf(doc) {
  if (!doc.extent) return null;
  /** Where the labels of each class begin: they are sorted by it. */
  const first = [0, 1, 2, 3, 4, 5].map((rank) => {
    let i = 0;
    while (i < doc.labels.length && doc.labels[i + 1] < rank) i += 6;
    return i;
  });
  const side = doc.extent / 4, open = (/** @type {number[][]} */ lines) => bucketsOf(lines, side), closed = (/** @type {number[][]} */ lines) => bucketsOf(lines, side, true);
  return {
    extent: doc.extent, water: closed(doc.water), green: closed(doc.green), rivers: open(doc.rivers), rail: open(doc.rail), roads: doc.roads.map(open),
    names: doc.names, labels: doc.labels, first, places: doc.places,
  };
}

/** @param {ArrayBuffer} bytes the length of a JSON object, the object, the images @returns {any[]} */
function imagesOf(bytes) {
  const n = new DataView(bytes).getUint32(0, true), { type, z, tiles } = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, n)));
  let at = 4 + n;
  return tiles.map((/** @type {number[]} */ [x, y, length]) => ({ z, x, y, used: 0, picture: null, blob: new Blob([bytes.slice(at, (at += length))], { type }) }));
}

/**
 * @param {Street} opts
 * @param {() => void} changed called when there is more to draw
 */
export function street(opts, changed) {
  /** @type {Map<string, Square>} */
  const squares = new Map();
  /** @type {Map<string, AbortController>} */
  const flights = new Map();
  /** @type {Map<string, number>} */
  const widths = new Map();
  /** @type {Square[]} what the view needs */
  let want = [];
  let turn = 0, timer = 0, closed = false, over = false;
  const box = opts.box && [worldX(opts.box[0]), worldY(opts.box[3]), worldX(opts.box[2]), worldY(opts.box[1])];
  const dark = matchMedia('(prefers-color-scheme: dark)');

  /** The zoom of the squares for a view: images are made for 256 pixels, sheets look well at up to four times that. */
  function levelOf(/** @type {number} */ z) {
    if (opts.cells && z >= (opts.images ? 12.5 : 13)) return CELL;
    return min(opts.max, max(opts.min, opts.images ? round(z) : floor(z) - 1));
  }

  /** Finds the squares of a view; what is lacking is asked for when the view has come to rest. */
  function look(/** @type {any} */ s, /** @type {number} */ k) {
    const z = levelOf(s.z), n = 2 ** z, at = [s.x - s.w / 2 / k, s.y - s.h / 2 / k, s.x + s.w / 2 / k, s.y + s.h / 2 / k];
    over = !opts.images && (!box || (at[0] >= box[0] && at[1] >= box[1] && at[2] <= box[2] && at[3] <= box[3]));
    if (box) for (let i = 0; i < 4; i++) at[i] = i < 2 ? max(at[i], box[i]) : min(at[i], box[i]);
    want = [];
    turn++;
    for (let x = floor(at[0] * n); x < at[2] * n; x++) {
      for (let y = floor(at[1] * n); y < at[3] * n; y++) {
        const key = `${z}/${x}/${y}`;
        if (!squares.has(key)) squares.set(key, { z, x, y, used: 0, failed: 0, sheet: undefined, images: null });
        const q = squares.get(key);
        q.used = turn;
        want.push(q);
        over &&= !!q.sheet;
      }
    }
    for (const [key, flight] of flights) if (squares.get(key)?.used !== turn) { flight.abort(); flights.delete(key); }
    if (want.some(lacks)) { clearTimeout(timer); timer = setTimeout(ask, 150); }
  }

  const lacks = (/** @type {Square} */ q) => q.sheet === undefined && Date.now() - q.failed > 10e3;
  const keyOf = (/** @type {Square} */ q) => `${q.z}/${q.x}/${q.y}`;

  function ask() {
    if (closed) return;
    for (const q of want) {
      if (flights.size >= FLIGHTS) return;
      if (lacks(q) && !flights.has(keyOf(q))) fetchOne(q);
    }
  }

  /** @param {Square} q */
  async function fetchOne(q) {
    const key = keyOf(q), flight = new AbortController();
    flights.set(key, flight);
    try {
      const reply = await fetch(opts.url.replace('{z}', String(q.z)).replace('{x}', String(q.x)).replace('{y}', String(q.y)), { signal: flight.signal });
      if (!reply.ok) throw new Error(String(reply.status));
      if (opts.images) q.images = imagesOf(await reply.arrayBuffer());
      q.sheet = opts.images ? null : sheetOf(await reply.json());
    } catch {
      // Without a network, or gone from the server: the country's map stays, and later views ask again.
      if (!flight.signal.aborted) q.failed = Date.now();
    }
    if (flights.get(key) === flight) flights.delete(key);
    if (closed) return;
    if (q.sheet) for (const plate of plates.all.values()) plate.fresh = false; // drawn as it was until it is made anew
    for (const [old, o] of squares) if (squares.size > KEPT && o.used !== turn) squares.delete(old);
    ask();
    changed();
  }

  /** Sheets to draw: coarser ones first where finer ones are still lacking. */
  function shown() {
    const fine = want.filter((q) => q.sheet || q.images), coarse = new Set();
    for (const q of want) {
      if (q.sheet !== undefined) continue;
      for (let z = q.z - 1; z >= opts.min; z--) {
        const above = squares.get(`${z}/${q.x >> (q.z - z)}/${q.y >> (q.z - z)}`);
        if (above?.sheet || above?.images) { coarse.add(above); break; }
      }
    }
    return [[...coarse], fine];
  }

  /** Fills the land of squares that are there: the country's rivers and coasts are too coarse beside theirs. */
  function drawLand(/** @type {any} */ pen, /** @type {any} */ s, /** @type {Square[]} */ level, /** @type {() => void} */ land) {
    const { g, X, Y, k } = pen;
    g.save();
    if (!over) {
      g.beginPath();
      for (const q of level) { const n = 2 ** q.z; g.rect(X(q.x / n), Y(q.y / n), k / n, k / n); }
      g.clip(); // costs much where it is not needed
    }
    g.fillStyle = s.colours.land;
    g.fillRect(0, 0, s.w, s.h);
    land();
    g.restore();
  }

  /** Draws squares on a canvas whose left upper corner is at a place of the world. @param {CanvasRenderingContext2D} g @param {any} s @param {any[]} level */
  function drawSheets(g, s, level, left, top, side) {
    const { colours, dpr, z } = s, k = 256 * 2 ** z, thin = { lineCap: 'butt', lineJoin: 'bevel' }, thick = { lineCap: 'round', lineJoin: 'round' };
    const each = (/** @type {string} */ layer, /** @type {?number} */ i, /** @type {number} */ wide, /** @type {(path: Path2D, unit: number) => void} */ act) => {
      for (const q of level) {
        const n = 2 ** q.z, unit = k / n / q.sheet.extent, x = (q.x / n - left) * k, y = (q.y / n - top) * k;
        const buckets = i === null ? q.sheet[layer] : q.sheet[layer][i];
        g.setTransform(dpr * unit, 0, 0, dpr * unit, dpr * x, dpr * y);
        for (const { box: b, path } of buckets) {
          if (x + b[0] * unit < side + wide && x + b[2] * unit > -wide && y + b[1] * unit < side + wide && y + b[3] * unit > -wide) act(path, unit);
        }
      }
    };
    const stroke = (/** @type {string} */ colour, /** @type {number} */ wide) => {
      g.strokeStyle = colour;
      Object.assign(g, wide < 3 ? thin : thick); // nobody sees the corners of a thin line
      return (/** @type {Path2D} */ path, /** @type {number} */ unit) => { g.lineWidth = wide / unit; g.stroke(path); };
    };
    g.fillStyle = colours.green;
    each('green', null, 0, (path) => g.fill(path, 'nonzero'));
    g.fillStyle = colours.river;
    each('water', null, 0, (path) => g.fill(path, 'nonzero'));
    each('rivers', null, 6, stroke(colours.river, min(6, max(1, z - 10))));
    if (z >= 11) {
      const line = stroke(colours.rail, 1.2);
      each('rail', null, 2, (path, unit) => { g.setLineDash([6 / unit, 3 / unit]); line(path, unit); });
      g.setLineDash([]);
    }
    for (let i = WIDTHS.length; i--;) {
      const wide = widthAt(WIDTHS[i], z);
      if (wide >= 0.5) each('roads', i, wide, stroke(i < 3 ? colours.main : colours.road, wide));
    }
  }

  /** @typedef {{canvas: HTMLCanvasElement, i: number, j: number, used: number, fresh: boolean}} Plate */
  /** Streets as pictures of one zoom, so that panning only moves them; and those of the zoom before, until these are there. */
  let plates = { z: NaN, colours: null, dpr: 0, all: /** @type {Map<string, Plate>} */ (new Map()) }, old = plates, rest = 0, seenZoom = NaN;

  /** Draws the plates that the view shows. One lacking plate is made in a frame: a finger must not wait. @param {any} pen @param {any} s @param {Square[]} squares */
  function drawPlates(pen, s, squares) {
    if (s.colours !== plates.colours || s.dpr !== plates.dpr || (s.z !== plates.z && (s.z === seenZoom || !plates.all.size))) {
      if (plates.all.size) old = plates;
      plates = { z: s.z, colours: s.colours, dpr: s.dpr, all: new Map() };
    }
    // Fingers and wheels pass many zooms: only where they rest plates are made.
    if (s.z !== plates.z) { clearTimeout(rest); rest = setTimeout(changed, 120); }
    seenZoom = s.z;
    const lacking = s.z === plates.z ? lay(pen, s) : [];
    if (lacking.length) {
      const plate = lacking[0], k = 256 * 2 ** plates.z, left = (plate.i * PLATE) / k, top = (plate.j * PLATE) / k, g = plate.canvas.getContext('2d');
      g.setTransform(1, 0, 0, 1, 0, 0);
      g.clearRect(0, 0, plate.canvas.width, plate.canvas.height);
      drawSheets(g, s, squares.filter((q) => q.x / 2 ** q.z < left + PLATE / k && (q.x + 1) / 2 ** q.z > left && q.y / 2 ** q.z < top + PLATE / k && (q.y + 1) / 2 ** q.z > top), left, top, PLATE);
      plate.fresh = true;
      if (lacking.length > 1) changed();
      else old = plates;
    }
    for (const set of old === plates ? [plates] : [old, plates]) blit(pen, s, set);
  }

  /** Finds the plates of the view, and those that lack, the middle ones first. @param {any} pen @param {any} s @returns {Plate[]} */
  function lay(pen, s) {
    const { X, Y } = pen, ox = X(0), oy = Y(0), lacking = [];
    for (let i = floor(-ox / PLATE); i * PLATE + ox < s.w; i++) {
      for (let j = floor(-oy / PLATE); j * PLATE + oy < s.h; j++) {
        const key = `${i}/${j}`;
        if (!plates.all.has(key)) {
          const canvas = document.createElement('canvas');
          canvas.width = canvas.height = PLATE * s.dpr;
          plates.all.set(key, { canvas, i, j, used: 0, fresh: false });
        }
        const plate = plates.all.get(key);
        plate.used = turn;
        if (!plate.fresh) lacking.push(plate);
      }
    }
    for (const [key, plate] of plates.all) if (plates.all.size > PLATES && plate.used !== turn) plates.all.delete(key);
    const far = (/** @type {Plate} */ p) => abs(p.i * PLATE + PLATE / 2 + ox - s.w / 2) + abs(p.j * PLATE + PLATE / 2 + oy - s.h / 2);
    return lacking.sort((a, b) => far(a) - far(b));
  }

  /** @param {any} pen @param {any} s @param {typeof plates} set */
  function blit({ g, X, Y }, s, set) {
    const scale = 2 ** (s.z - set.z), whole = (/** @type {number} */ v) => round(v * s.dpr) / s.dpr; // on whole pixels: nothing is blurred
    const ox = whole(X(0)), oy = whole(Y(0)), side = PLATE * scale;
    for (const { canvas, i, j } of set.all.values()) {
      const x = ox + i * side, y = oy + j * side;
      if (x < s.w && y < s.h && x + side > 0 && y + side > 0) g.drawImage(canvas, x, y, side, side);
    }
  }

  /** @param {any} pen @param {any[]} level */
  function drawImages(pen, level) {
    const { g, X, Y, k, seen } = pen;
    const all = [];
    g.save();
    g.globalAlpha = dark.matches ? 0.6 : 1;
    for (const q of level) {
      for (const p of q.images) {
        const n = 2 ** p.z;
        if (p.x / n > seen[2] || (p.x + 1) / n < seen[0] || p.y / n > seen[3] || (p.y + 1) / n < seen[1]) continue;
        p.used = turn;
        if (!p.picture && p.blob) {
          const blob = p.blob;
          p.blob = null; // once: a picture that is none stays away
          createImageBitmap(blob).then((made) => { p.picture = made; p.again = blob; changed(); }, () => {});
        }
        const l = round(X(p.x / n)), t = round(Y(p.y / n)); // on whole pixels: no seams
        if (p.picture) g.drawImage(p.picture, l, t, round(X((p.x + 1) / n)) - l, round(Y((p.y + 1) / n)) - t);
      }
    }
    g.restore();
    for (const q of squares.values()) for (const p of q.images ?? []) if (p.picture) all.push(p);
    for (const p of all) if (all.length > PICTURES && p.used !== turn) { p.picture.close(); p.picture = null; p.blob = p.again; }
  }

  /** Writes a name on a straight piece of street, given in pixels. @param {any} pen @param {any} s @param {string} name @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 @returns {boolean} whether there was room */
  function write(pen, s, name, x1, y1, x2, y2) {
    const { g, taken, used, font } = pen, long = hypot(x2 - x1, y2 - y1), x = (x1 + x2) / 2, y = (y1 + y2) / 2;
    if (long < 40 || x < 0 || y < 0 || x > s.w || y > s.h || used.has(name)) return false;
    let w = widths.get(name);
    if (w === undefined) {
      if (widths.size > 3000) widths.clear();
      font(11);
      widths.set(name, (w = g.measureText(name).width / s.em));
    }
    w *= s.em;
    if (w + 8 > long) return false;
    let turned = atan2(y2 - y1, x2 - x1);
    if (abs(turned) > PI / 2) turned += turned > 0 ? -PI : PI; // never upside down
    const c = abs(Math.cos(turned)), n = abs(Math.sin(turned)), bw = (w * c + 14 * n) / 2, bh = (w * n + 14 * c) / 2;
    if (taken.some((/** @type {number[]} */ b) => x - bw < b[2] && b[0] < x + bw && y - bh < b[3] && b[1] < y + bh)) return false;
    taken.push([x - bw, y - bh, x + bw, y + bh]);
    used.add(name);
    font(11);
    g.save();
    g.translate(x, y);
    g.rotate(turned);
    pen.text(name, 0, 0);
    g.restore();
    return true;
  }

  return {
    /** Takes a view; whether streets cover all of it, so that nothing else need lie under them. @param {any} s @param {number} k @returns {boolean} */
    look(s, k) { look(s, k); return over; },
    /** Draws what lies under hubs. @param {any} pen @param {any} s @param {() => void} land */
    ground(pen, s, land) {
      const [coarse, fine] = shown();
      if (opts.images) for (const level of [coarse, fine]) drawImages(pen, level);
      else if (coarse.length + fine.length) {
        drawLand(pen, s, [...coarse, ...fine], land);
        drawPlates(pen, s, [...coarse, ...fine]);
      }
    },
    /** Writes names where there is room. @param {any} pen @param {any} s */
    names(pen, s) {
      const { X, Y, k, taken, used, font, g } = pen, fine = want.filter((q) => q.sheet);
      let left = min(NAMES, (s.w * s.h) / 8000); // more could not be read
      for (const q of fine) {
        const unit = k / 2 ** q.z / q.sheet.extent, ox = X(q.x / 2 ** q.z), oy = Y(q.y / 2 ** q.z);
        for (const [uk, en, rank, px, py] of q.sheet.places) {
          const name = (s.lang === 'en' && en) || uk, x = ox + px * unit, y = oy + py * unit;
          if (s.z < PLACES[rank] || used.has(name) || x < 0 || y < 0 || x > s.w || y > s.h) continue;
          font(12, 'italic');
          const w = g.measureText(name).width / 2 + 2;
          if (taken.some((/** @type {number[]} */ b) => x - w < b[2] && b[0] < x + w && y - 8 < b[3] && b[1] < y + 8)) continue;
          taken.push([x - w, y - 8, x + w, y + 8]);
          used.add(name);
          pen.text(name, x, y);
        }
      }
      // Small streets are named only where there is room for them.
      for (let rank = 0; rank < (s.z < 14.3 ? 3 : 5) && left > 0 && s.z > 12.5; rank++) {
        for (const q of fine) {
          const unit = k / 2 ** q.z / q.sheet.extent, ox = X(q.x / 2 ** q.z), oy = Y(q.y / 2 ** q.z), { labels, names, first } = q.sheet;
          for (let i = first[rank]; i < first[rank + 1] && left > 0; i += 6) {
            const x = ox + labels[i + 2] * unit, y = oy + labels[i + 3] * unit;
            if (write(pen, s, names[labels[i]], x, y, x + labels[i + 4] * unit, y + labels[i + 5] * unit)) left--;
          }
        }
      }
    },
    /** Whether all that the view needs is there. */
    ready: () => want.every((q) => q.sheet !== undefined) && (opts.images || !want.some((q) => q.sheet) || plates.z === seenZoom) && [...plates.all.values()].every((p) => p.fresh || p.used !== turn),
    /** Asks again for what could not be had. */
    retry() { for (const q of squares.values()) q.failed = 0; ask(); },
    close() {
      closed = true;
      clearTimeout(timer);
      clearTimeout(rest);
      for (const flight of flights.values()) flight.abort();
    },
  };
}
