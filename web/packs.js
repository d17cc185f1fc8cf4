// Oblasts that the phone keeps to answer without a network: signed documents (CONTRACT
// §3.4, .docs/API.md "packs for phones"). None is stored or used whose signature is not
// good under the key that the phone has trusted since its first one; another key is
// shown with its fingerprint and asked about.
import './queue.js';
import { read, cellOf, meters } from './phone.js';

const { transact } = globalThis.outbox;
const MOST = 8 << 20, SKEW = 5 * 60e3, STALE = 30 * 60e3, NEAR = 30e3, PINNED = '';
const curve = { name: 'ECDSA', namedCurve: 'P-256' };

/** Why an oblast was not stored: `why` is the end of a word's name, `now` the key that the server shows. */
export class Refused extends Error {
  constructor(why, now = '', old = '') {
    super(why);
    Object.assign(this, { why, now, old });
  }
}

const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
const inStore = (mode, work) => transact(mode, work, 'packs');
const record = (adm1) => inStore('readonly', (store) => store.get(adm1));

/** A public key as people compare it: 32 hex digits in fours. @param {string} key base64 */
export async function fingerprint(key) {
  const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes(key)));
  return [...sum.slice(0, 16)].map((b, i) => (i && i % 2 === 0 ? ' ' : '') + b.toString(16).padStart(2, '0')).join('');
}

/** Whether a body was signed with a key; what cannot be read was not. */
async function signed(body, key, sig) {
  try {
    return await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, await crypto.subtle.importKey('raw', bytes(key), curve, false, ['verify']), bytes(sig), body);
  } catch {
    return false;
  }
}

/** Takes a reply in, and says how much of it is there. */
async function body(reply, progress) {
  const parts = [], reader = reply.body.getReader();
  let have = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    have += part.value.length;
    if (have > MOST) throw new Refused('wrong');
    parts.push(part.value);
    progress(have, +reply.headers.get('Teplo-Pack-Bytes'));
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/**
 * Loads an oblast and stores it; what was stored stays where that fails.
 * @param {string} adm1 p-code @param {(have: number, all: number) => void} progress in bytes; all 0: not known
 * @param {string} [trusted] the changed key that somebody has just accepted
 * @throws {Refused}
 */
export async function save(adm1, progress = () => {}, trusted = '') {
  let reply, content;
  try {
    reply = await fetch(`/api/packs/${adm1}.json`, { cache: 'no-cache', headers: { Accept: 'application/json' } });
    if (!reply.ok) throw new Refused(reply.status === 507 ? 'nokey' : 'failed');
    content = await body(reply, progress);
  } catch (e) {
    throw e instanceof Refused ? e : new Refused('failed');
  }
  const [, key, sig] = /^key=([^,]+), sig=(.+)$/.exec(reply.headers.get('Teplo-Pack-Signature')) ?? [];
  if (!key || !await signed(content, key, sig)) throw new Refused('wrong');
  let doc;
  try {
    doc = JSON.parse(new TextDecoder().decode(content));
    read(doc, 'uk');
  } catch {
    throw new Refused('wrong');
  }
  if (doc.adm1 !== adm1) throw new Refused('wrong');
  const pin = (await record(PINNED))?.key;
  if (pin && pin !== key && trusted !== key) throw new Refused('key', key, pin);
  const old = await record(adm1), asOf = Date.parse(doc.as_of);
  if (old?.key === key && (doc.seq < old.seq || asOf < old.asOf)) throw new Refused('older');
  const wire = performance.getEntriesByName(reply.url).at(-1)?.encodedBodySize || content.length;
  try {
    await inStore('readwrite', (store) => {
      store.put({ adm1: PINNED, key });
      return store.put({ adm1, content, key, sig, seq: doc.seq, asOf, saved: Date.now(), bytes: wire });
    });
  } catch {
    throw new Refused('room');
  }
  try { localStorage.packs = 1; } catch { /* then pages do not renew it by themselves */ }
  navigator.storage?.persist?.();
}

/** What is stored: p-code, asOf, saved (ms), bytes on the wire, and whether under the trusted key. */
export async function stored() {
  const all = await inStore('readonly', (store) => store.getAll()), pin = all.find((r) => r.adm1 === PINNED)?.key;
  return all.filter((r) => r.adm1 !== PINNED).map(({ adm1, asOf, saved, bytes: size, key }) => ({ adm1, asOf, saved, bytes: size, trusted: key === pin }));
}

export const remove = (adm1) => inStore('readwrite', (store) => store.delete(adm1));

/** Renews what is stored and old, as far as the trusted key signs it. */
export async function renew(adm1) {
  const found = (await stored()).find((r) => r.adm1 === adm1);
  if (found && (!found.trusted || Date.now() - found.asOf > STALE)) await save(adm1);
}

/** Places and outages of a pack, in a language. */
function more(raw, lang, doc) {
  const { towns: t, outages: o, legend } = raw, word = (list, i) => (i === null ? '' : legend[list][i]);
  let lon = 0, lat = 0;
  const towns = t.code.map((code, i) => {
    lon += t.lon[i]; lat += t.lat[i];
    return { code, uk: t.name_uk[i], name: (lang === 'en' && t.name_en[i]) || t.name_uk[i], at: [lon / 1e5, lat / 1e5] };
  });
  const outages = o.id.map((id, i) => ({
    id, service: word('service', o.service[i]), status: word('outage_status', o.status[i]), level: word('level', o.level[i]), certainty: word('certainty', o.certainty[i]),
    tier: word('tier', o.tier[i]), code: o.area[i] === null ? '' : raw.areas.code[o.area[i]], cell: o.cell[i], confirmed: doc.instant(o.confirmed_at[i]), expires: doc.instant(o.expires_at[i]),
  }));
  /** Outages of a place, of what it lies in and of what lies in it, and cells at its point. */
  const out = (town, now) => outages.filter((f) => {
    if (f.expires && f.expires <= now) return false;
    const own = prefix(f.code), [z, x, y] = f.cell?.split('/').map(Number) ?? [], cell = f.cell && town.code.length > 9 && cellOf(...town.at, z);
    return own && (town.code.startsWith(own) || own.startsWith(town.code)) || cell && cell.x === x && cell.y === y;
  });
  return { ...doc, adm1: raw.adm1, towns, out };
}

/** What everything in an area's code begins with. */
export const prefix = (code) => code.slice(0, [4, 6, 9, 12].find((n) => /^0*$/.test(code.slice(n, 14))) ?? 14);

/**
 * Opens a stored oblast, or nothing where it is missing, damaged or of an unknown key.
 * With it comes `now`: where the phone's clock and the document disagree, nothing is a yes.
 * @param {string} adm1 @param {'uk'|'en'} lang @param {boolean} drill the server's clock is not the phone's
 */
export async function load(adm1, lang, drill) {
  const found = await record(adm1), pin = (await record(PINNED))?.key;
  if (!found || found.key !== pin || !await signed(found.content, found.key, found.sig)) return;
  const raw = JSON.parse(new TextDecoder().decode(found.content)), shift = found.asOf - found.saved;
  const now = Date.now() + (drill ? shift : 0), unsure = !drill && Math.abs(shift) > SKEW || now < found.asOf - 60e3;
  if (unsure) raw.valid_until = raw.as_of;
  return { ...more(raw, lang, read(raw, lang)), now: Math.max(now, found.asOf), unsure };
}

/** Opens all stored oblasts that have a place within a day's walk, the nearest first. @param {number[]} at lon, lat */
export async function around(at, lang) {
  const found = [], drill = !!document.querySelector('.drill');
  for (const { adm1 } of await stored()) {
    const doc = await load(adm1, lang, drill);
    if (doc) found.push({ ...doc, far: Math.min(...doc.towns.map((town) => meters(at, town.at))) });
  }
  return found.filter((doc) => doc.far < NEAR).sort((a, b) => a.far - b.far);
}
