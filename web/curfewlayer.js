// Where a curfew is in force, as a layer of the map. What is not known is drawn as not
// known: by dots, and everywhere until the server has answered. Loaded when somebody
// asks for it.

import { worldX, worldY, emptyBox, grow } from './mapview.js';

/** @typedef {{code: string, state: string, words: string, at: ?number[], rings: Float64Array[], box: number[]}} Area */

/** @param {number[][]} rows thousandths of a degree, as differences */
function ringsOf(rows, box) {
  return (rows ?? []).map((row) => {
    const out = new Float64Array(row.length);
    let lon = 0, lat = 0;
    for (let i = 0; i < row.length; i += 2) {
      out[i] = worldX((lon += row[i]) / 1e3);
      out[i + 1] = worldY((lat += row[i + 1]) / 1e3);
      grow(box, out[i], out[i + 1]);
    }
    return out;
  });
}

/** A pattern: crossing lines for yes, dots for unknown. @param {CanvasRenderingContext2D} g @param {string} state @param {string} colour */
function pattern(g, state, colour) {
  const tile = document.createElement('canvas'), t = tile.getContext('2d');
  tile.width = tile.height = state === 'yes' ? 14 : 10;
  t.strokeStyle = t.fillStyle = colour;
  t.beginPath();
  if (state === 'yes') for (const v of [0, 14]) { t.moveTo(v, 0); t.lineTo(v, 14); t.moveTo(0, v); t.lineTo(14, v); }
  else t.arc(5, 5, 1.3, 0, 7);
  state === 'yes' ? t.stroke() : t.fill();
  return g.createPattern(tile, 'repeat');
}

/** @param {string} url @param {() => void} changed */
export function curfewLayer(url, changed) {
  /** @type {Area[]} */
  let areas = [];
  let timer = 0, stale = true, legend = '', closed = false;
  /** @type {Map<string, CanvasPattern>} */
  const patterns = new Map();

  async function load() {
    if (closed || document.hidden) return;
    clearTimeout(timer);
    const reply = await fetch(url, { cache: 'no-cache' });
    if (!reply.ok) throw new Error(`${url}: ${reply.status}`);
    const doc = await reply.json();
    areas = doc.areas.map((/** @type {any} */ a) => {
      const box = emptyBox();
      return { ...a, box, rings: ringsOf(a.rings, box) };
    });
    legend = doc.legend;
    stale = false;
    // After that it may be otherwise; what cannot be asked is not known.
    timer = setTimeout(() => { stale = true; load().catch(() => {}); changed(); }, doc.seconds * 1e3);
    changed();
  }
  const seen = () => { if (!document.hidden && stale) load().catch(() => {}); };
  document.addEventListener('visibilitychange', seen);

  const stateOf = (/** @type {Area} */ a) => (stale ? 'unknown' : a.state);
  return {
    load,
    legend: () => legend,
    /** @param {any} pen @param {any} s */
    ground(pen, s) {
      const { g, X, Y, trace } = pen;
      const ring = (/** @type {Area} */ a) => { for (const r of a.rings) { trace(r); g.closePath(); } };
      for (const a of areas) {
        if (!a.rings.length || a.box[0] > pen.seen[2] || a.box[2] < pen.seen[0] || a.box[1] > pen.seen[3] || a.box[3] < pen.seen[1]) continue;
        const state = stateOf(a), colour = s.colours[state === 'yes' ? 'curfew' : 'text'];
        g.save();
        // Towns that are ruled otherwise stay out of the oblast around them.
        for (const inner of areas) {
          if (inner === a || !inner.code.startsWith(a.code) || !inner.rings.length || stateOf(inner) === state) continue;
          g.beginPath(); g.rect(0, 0, s.w, s.h); ring(inner); g.clip('evenodd');
        }
        g.beginPath(); ring(a);
        if (state !== 'no') {
          const key = state + colour;
          if (!patterns.has(key)) patterns.set(key, pattern(g, state, colour));
          g.globalAlpha = state === 'yes' ? 0.55 : 0.5;
          g.fillStyle = patterns.get(key); g.fill('evenodd');
          g.globalAlpha = 0.1; g.fillStyle = colour;
          if (state === 'yes') g.fill('evenodd');
        }
        g.restore();
        g.save();
        if (state === 'unknown') g.setLineDash([5, 4]);
        g.beginPath(); ring(a);
        pen.stroke(colour, state === 'yes' ? 2 : 1);
        g.restore();
      }
    },
    /** @param {any} pen @param {any} s */
    words(pen, s) {
      if (s.z < 5.5) return;
      for (const a of areas) {
        if (!a.at) continue;
        const x = pen.X(worldX(a.at[0])), y = pen.Y(worldY(a.at[1])) + 26 * s.em, words = stale ? '?' : a.words;
        pen.font(12, 'bold');
        const w = pen.g.measureText(words).width / 2 + 3;
        if (x - w < 0 || x + w > s.w || y < 10 || y > s.h - 10 || pen.taken.some((/** @type {number[]} */ b) => x - w < b[2] && b[0] < x + w && y - 9 < b[3] && b[1] < y + 9)) continue;
        pen.taken.push([x - w, y - 9, x + w, y + 9]);
        pen.text(words, x, y);
      }
    },
    close() {
      closed = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
    },
  };
}
