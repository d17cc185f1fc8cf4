// The data half of the map: collections page by page, and live changes on top of
// them. Only what is drawn or shown is kept: 12,000 whole features would fill the
// memory of an old phone.

import { worldX, worldY, emptyBox, grow } from './mapview.js';

/** @typedef {import('./mapview.js').Hub} Hub */
/** @typedef {import('./mapview.js').Outage} Outage */
/** @typedef {{seq: number, op: string, collection: string, id: string, rev?: number, feature: any}} Change */

/** All positions of a geometry as rings. @param {any} geometry @returns {number[][][]} */
function ringsOf(geometry) {
  const c = geometry?.coordinates;
  switch (geometry?.type) {
    case 'Point': return [[c]];
    case 'Polygon': return c;
    case 'MultiPolygon': return c.flat();
    default: return [];
  }
}

/** @param {any} f @returns {?Hub} null for a hub without a place */
function toHub(f) {
  const box = emptyBox(), p = f.properties ?? {};
  for (const ring of ringsOf(f.geometry)) for (const [lon, lat] of ring) grow(box, lon, lat);
  if (box[0] > box[2]) return null;
  // A hub known only by its area stands in the middle of it, marked as rough.
  const lon = (box[0] + box[2]) / 2, lat = (box[1] + box[3]) / 2;
  return {
    id: String(f.id ?? p.id), x: worldX(lon), y: worldY(lat), lon, lat, rev: p.rev ?? 0, oblast: p.adm1_pcode ?? null,
    name: p.name ?? '', status: p.status ?? 'unknown', confirmed_at: p.confirmed_at ?? null, address: p.address ?? null, geo_precision: p.geo_precision ?? null,
  };
}

/** @param {any} f @returns {?Outage} null for what is not drawn: only active ones are */
function toOutage(f) {
  const p = f.properties ?? {}, box = emptyBox();
  if (p.status !== 'active') return null;
  const rings = ringsOf(f.geometry).map((ring) => {
    const out = new Float64Array(ring.length * 2);
    ring.forEach(([lon, lat], i) => {
      out[2 * i] = worldX(lon); out[2 * i + 1] = worldY(lat);
      grow(box, out[2 * i], out[2 * i + 1]);
    });
    return out;
  });
  return { rings, box, style: (p.level === 'widespread' ? 1 : 0) | (p.certainty === 'possible' ? 2 : 0) };
}

const STATUS = { o: 'open', c: 'closed', s: 'standby', u: 'unknown' };

/** Hubs as /api/points.json has them: where and how they stand; who they are is asked for when somebody looks. @param {any} doc @returns {Map<string, Hub>} */
function pointsOf(doc) {
  const out = new Map();
  let lon = 0, lat = 0, i = 0;
  for (const [oblast, n] of doc.oblasts) {
    for (let end = i + n; i < end; i++) {
      lon += doc.lon[i]; lat += doc.lat[i];
      const at = [lon / 1e4, lat / 1e4], letter = doc.status[i], low = letter.toLowerCase();
      out.set('#' + i, {
        id: '#' + i, x: worldX(at[0]), y: worldY(at[1]), lon: at[0], lat: at[1], rev: 0, oblast, name: '', status: STATUS[low], confirmed_at: null, address: null,
        geo_precision: letter === low ? 'exact' : 'settlement',
      });
    }
  }
  return out;
}

const makers = { hubs: toHub, outages: toOutage };

/**
 * @param {{hubsURL: string, detailsURL: string, outagesURL: string, liveURL?: string}} opts
 * @param {(change?: Change) => void} changed called after every change of the data; with the change when it came from our own stream
 */
export function feed(opts, changed) {
  /** @type {Map<string, Hub>} */
  const hubs = new Map();
  /** @type {Map<string, Outage>} */
  const outages = new Map();
  const maps = { hubs, outages }, urls = { hubs: opts.hubsURL, outages: opts.outagesURL };
  /** Changes that arrive while their collection is being read wait here. @type {Record<string, ?Change[]>} */
  const waiting = { hubs: null, outages: null };
  /** Collections that were read, wholly. @type {Record<string, boolean>} */
  const read = { hubs: false, outages: false };
  let seq = 0, closed = false, retry = 0, late = 0;
  /** @type {?EventSource} */
  let stream = null;

  /** @param {Change} c */
  function apply(c) {
    const map = maps[c.collection];
    if (c.collection === 'hubs') adopt(c);
    const old = map?.get(c.id);
    if (!map || (old?.rev ?? 0) > (c.rev ?? Infinity)) return; // the page read was newer
    const thing = c.op === 'delete' || !c.feature ? null : makers[c.collection](c.feature);
    thing ? map.set(c.id, thing) : map.delete(c.id);
  }

  /** A hub that changed takes the place of the nameless point where it stands; one that went without a name is read away. @param {Change} c */
  function adopt(c) {
    if (hubs.has(c.id)) return;
    const now = c.feature && toHub(c.feature);
    if (!now) return again();
    for (const [key, hub] of hubs) {
      if (key[0] === '#' && Math.abs(hub.lon - now.lon) < 1e-4 && Math.abs(hub.lat - now.lat) < 1e-4) return hubs.delete(key);
    }
    return false;
  }
  /** Reads the points anew, at most once a minute. */
  function again() {
    if (!late) late = setTimeout(() => { late = 0; if (!closed && !document.hidden) load('hubs').catch(() => {}); }, 60e3);
  }

  /** Who stands in a box, at most 20, and how many there are. @param {number[]} box west, south, east, north @returns {Promise<{hubs: Hub[], matched: number}>} */
  async function details(box) {
    const reply = await fetch(opts.detailsURL + box.map((v) => v.toFixed(5)).join(','), { headers: { Accept: 'application/geo+json' } });
    if (!reply.ok) throw new Error(`details: ${reply.status}`);
    const page = await reply.json();
    return { hubs: page.features.map(toHub).filter(Boolean), matched: page.numberMatched };
  }

  /** Reads all pages of a collection, and then what changed meanwhile. @param {'hubs'|'outages'} name */
  async function load(name) {
    if (waiting[name]) return;
    const changes = (waiting[name] = []), fresh = new Map();
    try {
      for (let url = urls[name]; url;) {
        // Asks the server whether a kept copy still holds: an older one would lack changes that the stream will not repeat.
        const reply = await fetch(url, { cache: 'no-cache', headers: { Accept: 'application/geo+json, application/json' } });
        if (!reply.ok) throw new Error(`${url}: ${reply.status}`);
        const page = await reply.json();
        if (closed) return;
        if (page.status) {
          for (const [id, hub] of pointsOf(page)) fresh.set(id, hub);
          break;
        }
        for (const f of page.features) {
          const thing = makers[name](f);
          if (thing) fresh.set(String(f.id ?? f.properties.id), thing);
        }
        const next = page.links?.find((/** @type {any} */ l) => l.rel === 'next');
        // The server may name itself otherwise than we reached it; the page may only speak to its own origin.
        const to = next && new URL(next.href, new URL(url, location.href));
        url = to ? to.pathname + to.search : '';
      }
      maps[name].clear();
      for (const [id, thing] of fresh) maps[name].set(id, thing);
      read[name] = true;
    } finally {
      waiting[name] = null;
      changes.forEach(apply);
      changed();
    }
  }

  /** @param {Change} c @param {boolean} [own] it came from our own stream */
  function update(c, own) {
    seq = Math.max(seq, c.seq || 0);
    const changes = waiting[c.collection];
    if (changes) changes.push(c);
    else if (read[c.collection]) apply(c);
    changed(own ? c : undefined);
  }

  const reload = () => Promise.all(['hubs', 'outages'].filter((n) => read[n]).map(load)).catch(() => {});

  function listen() {
    if (!opts.liveURL || stream || closed || document.hidden) return;
    const url = new URL(opts.liveURL, location.href);
    if (seq) url.searchParams.set('since', String(seq));
    stream = new EventSource(url.pathname + url.search);
    for (const op of ['put', 'delete']) stream.addEventListener(op, (e) => update(JSON.parse(/** @type {MessageEvent} */ (e).data), true));
    stream.onerror = () => {
      if (stream?.readyState !== 2) return; // the browser tries again by itself
      // Refused for good: the number may be of another store. Begin anew, later.
      hush();
      seq = 0;
      retry = setTimeout(() => { reload(); listen(); }, 30000);
    };
  }
  function hush() {
    clearTimeout(retry);
    stream?.close();
    stream = null;
  }
  // A hidden page needs no radio. Without a number to go on from, all is read again.
  const seen = () => {
    if (document.hidden) return hush();
    if (opts.liveURL && !stream && !seq) reload();
    listen();
  };
  document.addEventListener('visibilitychange', seen);
  listen();

  return {
    hubs, outages, load, update, read, details,
    seq: () => seq,
    close() {
      closed = true;
      document.removeEventListener('visibilitychange', seen);
      hush();
    },
  };
}
