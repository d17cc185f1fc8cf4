// "Find near me": the position stays on the phone. It asks for the cell of zoom 12 that
// it lies in (CONTRACT §3.4), ranks what is there and shows cards like the server's.

import { read, eighth, cellOf } from './phone.js';

const FRESH = 2 * 3600e3, LIKELY = 12 * 3600e3, PAGE = 10, COARSE = 2000, FAR = 60;
const compass = ['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'];
const chips = ['heat', 'charging', 'internet', 'hot_drinks', 'sleeping', 'step_free'];

/** @param {string} tag @param {Record<string, any>} [props] @param {...(Node|string)} inside */
export function make(tag, props = {}, ...inside) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name in e && name !== 'lang') e[name] = value; else e.setAttribute(name, value);
  }
  e.append(...inside);
  return e;
}

/** Words of the page's language. @param {{words: Record<string, string>, plurals: Record<string, string[]>, months: string[], lang: 'uk'|'en'}} data */
export function speaker(data) {
  const rules = new Intl.PluralRules(data.lang), order = data.lang === 'en' ? ['one', 'other'] : ['one', 'few', 'many', 'other'];
  const t = (key, values = {}) => (data.words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const n = (key, count) => data.plurals[key][order.indexOf(rules.select(count))].replace('{n}', count);
  const kyiv = (at, options) => new Intl.DateTimeFormat(data.lang === 'en' ? 'en-GB' : 'uk', { timeZone: 'Europe/Kyiv', ...options }).formatToParts(at);
  const part = (parts, type) => parts.find((p) => p.type === type).value;
  const date = (at) => {
    const p = kyiv(at, { day: 'numeric', month: 'numeric', year: 'numeric' });
    return `${part(p, 'day')} ${data.months[part(p, 'month') - 1]} ${part(p, 'year')}`;
  };
  const clock = (at, now) => {
    const p = kyiv(at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }), text = `${part(p, 'hour')}:${part(p, 'minute')}`;
    return Math.abs(at - now) < 20 * 3600e3 ? text : `${text}, ${date(at)}`;
  };
  const age = (at, now) => {
    const m = Math.floor((now - at) / 60e3);
    if (!at) return t('age_unknown');
    if (m < 1) return m < -1 ? date(at) : t('ago_now');
    if (m < 60) return t('ago', { n: n('minutes', m) });
    if (m < 1440) return t('ago', { n: n('hours_n', Math.floor(m / 60)) });
    return m < 43200 ? t('ago', { n: n('days', Math.floor(m / 1440)) }) : date(at);
  };
  const distance = (m) => (m < 1000 ? t('m', { n: Math.round(m / 10) * 10 }) : t('km', { n: (m / 1000).toFixed(1).replace('.', data.lang === 'en' ? '.' : ',') }));
  return { t, n, age, clock, distance, lang: data.lang };
}

/** Age of what was said at an instant; what a drill's clock has not reached yet is as old as can be. */
const since = (at, now) => (now - at > -60e3 ? now - at : Infinity);

/** Rank of a hub as the server's boards have it: 0 usable, to 3 shut; 4 is too far to be offered. */
function rank(way, now) {
  if (way.minutes > FAR) return 4;
  if (way.arrival === 'no') return 3;
  if (!way.stays || way.go === 'no') return 2;
  return way.hub.disputed || since(way.hub.confirmed, now) > LIKELY ? 1 : 0;
}

/** The ways to hubs, all by default, from a place whose code may be known; area: it is no place to walk from. */
export const ways = (doc, from, now, code, hubs = doc.hubs, area) => hubs.map((hub) => ({ ...doc.reach(hub, from, now, code, area), doc }));

/** Those that are offered, in the order of cards; with `far` also what is too far for an answer, at the end. */
export function ranked(all, now, far) {
  return all.map((way) => ({ ...way, rank: rank(way, now), worth: way.meters * (since(way.hub.confirmed, now) > FRESH ? 1.3 : 1) }))
    .filter((way) => far || way.rank < 4)
    .sort((a, b) => a.rank - b.rank || a.hub.rough - b.hub.rough || a.worth - b.worth || (a.hub.id < b.hub.id ? -1 : 1));
}

/** What is known of a hub being open: the words of the server's cards. */
function state(hub, open, now, say) {
  const { t } = say, seen = since(hub.confirmed, now);
  if (hub.disputed) return ['amber', '!', t('st_disputed')];
  if (hub.availability === 'closed') return ['grey', '⊖', t('st_closed_for_good')];
  if (open.state === 'no') return ['grey', '⊖', t(hub.status === 'closed' ? 'st_closed' : 'st_shut')];
  if (open.late) return ['amber', '◐', t('st_timetable')];
  if (open.state === 'yes') return seen <= FRESH ? ['green', '●', t('st_open')] : ['amber', '◐', t(seen <= LIKELY ? 'st_should' : 'st_timetable')];
  if (['standby', 'reserve'].includes(hub.availability) || hub.status === 'standby') return ['amber', '◐', t('st_standby')];
  return hub.availability === 'mobile' ? ['amber', '◐', t('st_mobile')] : ['grey', '?', t('st_unknown')];
}

/** One card, with the marks and classes of the server's. */
export function card(way, from, now, say, coarse) {
  const { hub } = way, { t } = say, open = way.doc.open(hub, now), [tone, mark, words] = state(hub, open, now, say);
  let until = '';
  if (open.next && (open.state === 'yes' || open.late)) until = ' · ' + t('until', { time: say.clock(open.next, now) });
  if (open.next && open.state === 'no') until = ' · ' + t('opens', { time: say.clock(open.next, now) });
  const where = make('p', { className: 'where' });
  if (hub.rough) where.append(make('span', { lang: 'uk' }, hub.address ? t('in_town', { town: hub.town, address: hub.address }) : t('in_town_only', { town: hub.town })));
  else if (!from) where.append(make('span', { lang: 'uk' }, hub.address));
  else {
    const parts = [say.distance(way.meters), ...(coarse || way.rank > 3 ? [] : [t('minutes_on_foot', { n: way.minutes })]), t('dir_' + compass[eighth(from, hub.at)]), ...(way.rank > 3 ? [t('too_far')] : [])];
    where.append(make('span', { lang: 'uk' }, hub.address), hub.address ? ' · ' : '', make('b', {}, parts.join(' · ')));
  }
  const [lon, lat] = hub.at, iso = new Date(hub.confirmed).toISOString();
  return make('article', { className: 'card', 'data-hub': hub.id, 'data-open': open.state },
    make('h3', {}, make('a', { href: `/hubs/${hub.id}?lang=${say.lang}`, lang: say.lang === 'en' && hub.english ? 'en' : 'uk' }, hub.name)),
    make('p', { className: 'state ' + tone }, make('span', { className: 'mark', 'aria-hidden': 'true' }, mark), ` ${words}${until}`),
    where, make('p', { className: 'go' }, t('go_' + way.go)),
    ...(hub.has.length ? [make('ul', { className: 'amenities' }, ...hub.has.map((a) => make('li', {}, t('a_' + a))))] : []),
    ...(hub.rough ? [] : [make('p', {}, make('a', { className: 'chip', href: `geo:${lat},${lon}?q=${lat},${lon}` }, t('route')))]),
    make('p', { className: 'source' }, `${t('tier_' + hub.tier)} · ${t('confirmed')} `, make('time', { dateTime: iso, 'data-as-of': iso }, say.age(hub.confirmed, now))));
}

/** @returns {Promise<GeolocationPosition>} */
const locate = () => new Promise((done, failed) => navigator.geolocation.getCurrentPosition(done, failed, { enableHighAccuracy: false, maximumAge: 300e3, timeout: 8000 }));

async function json(url) {
  const reply = await fetch(url, { headers: { Accept: 'application/json' } });
  if (!reply.ok) throw new Error(`${url}: ${reply.status}`);
  return reply.json();
}

/**
 * Shows what is near the phone.
 * @param {HTMLButtonElement} button with data-words (URL of the words) and data-box (west, south, east, north of the service area)
 */
export async function near(button) {
  const words = json(button.dataset.words).then(speaker), box = button.dataset.box.split(',').map(Number), margin = 0.6;
  words.catch(() => {}); // told below, once
  const here = document.getElementById('here'), status = here.querySelector('[role=status]'), list = here.querySelector('.cards');
  here.hidden = false;
  button.disabled = true;
  const town = (key) => { status.textContent = say.t(key); list.replaceChildren(); document.getElementById('q')?.focus(); };
  let say;
  try {
    say = await words;
    status.textContent = say.t('near_locating');
    let place;
    try {
      place = await locate();
    } catch (e) {
      return town(e.code === 1 ? 'near_denied' : 'near_nofix');
    }
    const { longitude: lon, latitude: lat, accuracy } = place.coords, from = [lon, lat], coarse = accuracy > COARSE;
    if (lon < box[0] - margin || lat < box[1] - margin || lon > box[2] + margin || lat > box[3] + margin) return town('near_outside');
    const cell = cellOf(lon, lat);
    let docs;
    try {
      const doc = read(await json(`/api/cells/12/${cell.x}/${cell.y}.json`), say.lang);
      docs = [{ ...doc, now: doc.asOf }]; // the server's clock: a phone's may be wrong
    } catch (e) {
      docs = await (await import('./packs.js')).around(from, say.lang); // no network
      if (!docs.length) throw e;
    }
    const [{ now }] = docs;
    show(here, docs[0], ranked(docs.flatMap((doc) => ways(doc, from, now)), now), say, { from, coarse, now });
  } catch {
    status.textContent = say ? say.t('near_failed') : button.dataset.failed;
  } finally {
    button.disabled = false;
  }
}

/**
 * Fills a result: the verdict of the place, filters, cards.
 * @param {{from?: number[], coarse?: boolean, now: number, code?: string, found?: (n: number) => string}} about from: where one walks from; code: of that place
 */
export function show(here, doc, all, say, { from, coarse, now, code, found }) {
  const { t } = say, status = here.querySelector('[role=status]'), list = here.querySelector('.cards'), filters = here.querySelector('.chips');
  const wanted = new Set();
  let most = PAGE;
  const force = doc.force(now, code), go = doc.verdict(now, code);
  const rule = force.state === 'unknown' || !force.until ? '' : ' ' + t(force.state === 'yes' ? 'near_until' : 'near_from', { time: say.clock(force.until, now) });
  here.querySelector('.verdict').replaceChildren(make('p', { className: 'state ' + { yes: 'green', no: 'red', unconfirmed: 'amber' }[go] }, make('span', { className: 'mark', 'aria-hidden': 'true' }, { yes: '✓', no: '✕', unconfirmed: '?' }[go]), ` ${t('go_' + go)}.${rule}`),
    make('p', { className: 'note' }, t('alert_first')));
  here.querySelector('.verdict').hidden = false;
  function fill() {
    const shown = all.filter(({ hub }) => [...wanted].every((a) => hub.has.includes(a)));
    const exact = shown.filter(({ hub }) => !hub.rough).length, rough = shown.length - exact;
    status.textContent = found ? found(shown.length) : [
      exact ? t('near_found', { hubs: say.n('hubs', exact) }) : !rough && doc.withheld ? t('withheld') : t('near_none'), rough ? t('near_rough', { hubs: say.n('hubs', rough) }) : '',
      coarse && exact ? t('near_coarse') : '', t(doc.adm1 ? 'near_stored' : 'near_asof', { time: say.clock(doc.asOf, now) }),
    ].filter(Boolean).join(' ');
    list.replaceChildren(...shown.slice(0, most).map((way) => card(way, from, now, say, coarse)));
    if (shown.length > most) list.append(make('button', { className: 'quiet', type: 'button', onclick: () => { most += PAGE; fill(); } }, t('near_more')));
  }
  filters.replaceChildren(...chips.map((a) => make('button', {
    type: 'button', className: 'chip', 'aria-pressed': 'false', onclick(e) {
      const on = wanted.delete(a) ? false : !!wanted.add(a);
      e.currentTarget.setAttribute('aria-pressed', on);
      e.currentTarget.className = on ? 'chip on' : 'chip';
      e.currentTarget.textContent = (on ? '✓ ' : '') + t('a_' + a);
      fill();
    },
  }, t('a_' + a))));
  fill();
}

