// Reads the documents that phones store (.docs/API.md, "packs and cells") and reckons
// from their instants what the server would have said: nothing is looked up, no rule is
// known here. After valid_until nothing is a yes any more.

const KNOWN = 1, WALK = 1.1, DETOUR = 1.3, EARTH = 6371008.8, DAY = 1440;
const rad = (deg) => (deg * Math.PI) / 180;

/** @param {number[]} a lon, lat @param {number[]} b @returns {number} meters on the sphere */
export function meters(a, b) {
  const h = Math.sin(rad(b[1] - a[1]) / 2) ** 2 + Math.cos(rad(a[1])) * Math.cos(rad(b[1])) * Math.sin(rad(b[0] - a[0]) / 2) ** 2;
  return 2 * EARTH * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** @param {number[]} a @param {number[]} b @returns {number} the eighth of the compass, from north clockwise */
export function eighth(a, b) {
  const x = Math.cos(rad(a[1])) * Math.sin(rad(b[1])) - Math.sin(rad(a[1])) * Math.cos(rad(b[1])) * Math.cos(rad(b[0] - a[0]));
  const deg = (Math.atan2(Math.sin(rad(b[0] - a[0])) * Math.cos(rad(b[1])), x) * 180) / Math.PI;
  return Math.round(((deg + 360) % 360) / 45) % 8;
}

/** @param {number} lon @param {number} lat @param {number} [zoom] @returns {{x: number, y: number}} the Web-Mercator cell */
export function cellOf(lon, lat, zoom = 12) {
  const n = 2 ** zoom, s = Math.sin(rad(lat));
  const clamp = (v) => Math.max(0, Math.min(n - 1, Math.floor(v)));
  return { x: clamp(((lon + 180) / 360) * n), y: clamp((0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)) * n) };
}

/** Whether runs (off, on, off, ...) are on in a minute, and in which minute that ends; Infinity where nothing is said. */
function within(runs, minute) {
  let on = false, end = 0;
  for (const n of runs) {
    end += n;
    if (minute < end) return { on, end };
    on = !on;
  }
  return { on: false, end: Infinity };
}

/**
 * @param {any} doc a document; one that is not understood is an error
 * @param {'uk'|'en'} lang of names
 */
export function read(doc, lang) {
  if (doc.format !== KNOWN) throw new Error('format ' + doc.format);
  const asOf = Date.parse(doc.as_of), until = Date.parse(doc.valid_until), { hubs: h, legend, areas, curfew } = doc;
  const instant = (minute) => (minute === null ? 0 : asOf + minute * 60e3);
  const minute = (at) => Math.floor((at - asOf) / 60e3);
  const word = (list, i) => (i === null ? '' : legend[list][i]);
  let lon = 0, lat = 0;
  const hubs = h.id.map((id, i) => {
    lon += h.lon[i]; lat += h.lat[i];
    const area = h.area[i];
    return {
      id, at: [lon / 1e5, lat / 1e5], name: (lang === 'en' && h.name_en[i]) || h.name_uk[i] || h.name[i], english: !!h.name_en[i], address: h.address[i] ?? '',
      code: area === null ? '' : areas.code[area], town: area === null ? '' : (lang === 'en' && areas.name_en[area]) || areas.name_uk[area],
      rough: !['exact', 'street'].includes(word('geo_precision', h.geo_precision[i])), availability: word('availability', h.availability[i]),
      status: word('hub_status', h.status[i]), disputed: h.disputed[i] === 1, confirmed: instant(h.confirmed_at[i]), tier: word('tier', h.tier[i]),
      has: legend.amenity.filter((_, bit) => h.has[i] & (2 ** bit)), plan: h.plan[i],
    };
  });
  /** yes, unknown or no; and when that changes, 0 where nobody knows. What the timetable alone says after `until` is no yes. */
  function open(hub, at) {
    const m = minute(at), yes = within(doc.plans.open[hub.plan], m), unsure = within(doc.plans.unsure[hub.plan], m);
    if (m < 0 || m >= 7 * DAY) return { state: 'unknown', next: 0 };
    const late = at >= until && yes.on, state = late ? 'unknown' : yes.on ? 'yes' : unsure.on ? 'unknown' : 'no';
    const next = yes.on || !unsure.on ? yes.end : Math.min(yes.end, unsure.end);
    return { state, late, next: next >= 7 * DAY ? 0 : instant(next) };
  }
  function row(code) {
    let best = curfew.area.indexOf('');
    curfew.area.forEach((area, i) => { if (code.startsWith(area) && area.length > curfew.area[best].length) best = i; });
    return best;
  }
  /** By rows and first minute: the worst verdict up to each later minute. Many hubs share a walk's beginning. @type {Map<string, number[]>} */
  const worst = new Map();
  /** The worst verdict of all minutes from one instant to another, in all rows. */
  function verdict(rows, from, to) {
    const first = minute(from), last = minute(to) - first, key = rows + ' ' + first;
    if (!worst.has(key)) worst.set(key, []);
    const sofar = worst.get(key);
    for (let i = sofar.length; i <= last; i++) {
      const now = rows.map((r) => (within(curfew.no[r], first + i).on ? 2 : within(curfew.yes[r], first + i).on ? 0 : 1));
      sofar.push(Math.max(sofar[i - 1] ?? 0, ...now));
    }
    return ['yes', 'unconfirmed', 'no'][Math.max(sofar[last], to >= until ? 1 : 0)];
  }
  /** Rows that count for somebody in a place; without its code, all that may. */
  const starts = (code) => (code ? [row(code)] : doc.start.map((area) => curfew.area.indexOf(area)));
  const ruled = (code) => (code || doc.start.length ? starts(code) : [row('')]);
  /** What is told of a walk to a hub, from a place whose code may be known; an area is no place to walk from. */
  function reach(hub, from, at, code, area) {
    const rows = [row(hub.code), ...starts(code)];
    if (hub.rough) {
      const state = open(hub, at).state, go = verdict(rows, at, at + 3600e3);
      return { hub, meters: meters(from, hub.at), minutes: -1, arrival: state === 'yes' ? 'unknown' : state, go: go === 'yes' && code !== hub.code ? 'unconfirmed' : go, stays: false };
    }
    const way = meters(from, hub.at), minutes = area ? 0 : Math.ceil((way * DETOUR) / WALK / 60), there = at + minutes * 60e3;
    const arrival = open(hub, there).state, go = verdict(rows, at, there);
    return { hub, meters: way, minutes, arrival, go, stays: arrival === 'yes' && open(hub, there + 1800e3).state === 'yes' };
  }
  /** Whether a curfew is in force where the document is of, or in a place: yes, unknown or no, and until when. */
  function force(at, code) {
    const m = minute(at), all = ruled(code).map((r) => [within(curfew.in_force[r], m), within(curfew.unclear[r], m)]);
    const yes = all.some(([f]) => f.on), unsure = m < 0 || m >= 7 * DAY || all.some(([f, u]) => u.on || f.on !== all[0][0].on);
    const end = Math.min(...all.map(([f, u]) => Math.min(f.end, u.end)));
    return { state: unsure ? 'unknown' : yes ? 'yes' : 'no', until: end >= 7 * DAY || unsure ? 0 : instant(end) };
  }
  return { hubs, asOf, until, withheld: doc.withheld, instant, open, reach, force, verdict: (at, code) => verdict(ruled(code), at, at) };
}
