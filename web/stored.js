// Boards without a network, made of the oblasts that the phone keeps (packs.js): what
// they say is reckoned from instants for the present minute, never an old page again.
import { make, speaker, card, ranked, ways, show } from './near.js';
import { load, stored, prefix } from './packs.js';

const place = document.getElementById('board'), lang = document.documentElement.lang;
const words = async (url) => (await fetch(url)).json();

/** The words of cards and of boards together. */
async function language() {
  const [near, own] = await Promise.all([words(place.dataset.near), words(place.dataset.words)]);
  return speaker({ ...near, words: { ...near.words, ...own.words }, plurals: { ...near.plurals, ...own.plurals } });
}

/** Says that this comes from the phone, from when it is, and what that means. */
function banner(doc, say) {
  const iso = new Date(doc.asOf).toISOString(), { t } = say;
  const until = doc.unsure ? t('stored_clock') : doc.now >= doc.until ? t('stored_late') : t('stored_until', { time: say.clock(doc.until, doc.now) });
  return make('p', { className: 'state amber', id: 'stored-as-of' }, make('span', { className: 'mark', 'aria-hidden': 'true' }, '!'), ` ${t('stored_banner')} `,
    make('time', { dateTime: iso, 'data-as-of': iso }, `${say.clock(doc.asOf, doc.now)} (${say.age(doc.asOf, doc.now)})`), `. ${until}`);
}

const heading = (text) => { document.querySelector('h1').textContent = text; document.title = text; };
const link = (path, text, attributes = {}) => make('a', { href: `${path}${path.includes('?') ? '&' : '?'}lang=${lang}`, ...attributes }, text);
const result = (say) => make('section', { className: 'hubs' }, make('h2', { className: 'skip' }, say.t('hubs')), make('div', { className: 'verdict', hidden: true }), make('p', { role: 'status', className: 'note' }), make('div', { className: 'chips' }), make('div', { className: 'cards' }));

/** A time of the week that is known. */
const day = (at) => new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : 'uk', { timeZone: 'Europe/Kyiv', weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);

/** Outages of a place, as the server's cards. */
function outages(doc, town, say) {
  const { t } = say, list = doc.out(town, doc.now);
  return make('section', {}, make('h2', {}, t('outages')), ...list.map((o) => {
    const words = o.status !== 'active' ? o.status : o.level === 'widespread' ? o.level : o.certainty === 'possible' ? o.certainty : 'active', iso = new Date(o.confirmed).toISOString();
    return make('article', { className: 'card out' }, make('h3', {}, t('service_' + o.service)),
      make('p', { className: 'state ' + (words === 'possible' ? 'amber' : 'red') }, make('span', { className: 'mark', 'aria-hidden': 'true' }, '▲'), ' ' + t('out_' + words)),
      make('p', { className: 'source' }, `${t('tier_' + o.tier)} · ${t('confirmed')} `, make('time', { dateTime: iso, 'data-as-of': iso }, say.age(o.confirmed, doc.now))));
  }), ...(list.length ? [] : [make('p', { className: 'note' }, t('no_outages'))]));
}

/** The board of a settlement, or of a larger area. */
function board(doc, town, say) {
  const { t } = say, own = doc.hubs.filter((hub) => hub.code.startsWith(town.code)), area = town.code.length < 12 && town.code !== 'UA80';
  const walk = area && own.length > 0, here = result(say), code = town.code;
  const all = ranked(ways(doc, town.at, doc.now, area ? '' : code, own.length ? own : doc.hubs, walk), doc.now, own.length);
  const lead = (n) => (own.length ? t('hubs_in', { hubs: say.n('hubs', n) }) : doc.withheld ? t('withheld') : n ? t('hubs_near') : t('near_none'));
  heading(town.name);
  show(here, doc, all, say, { from: walk ? undefined : town.at, now: doc.now, code: area ? undefined : code, found: lead });
  const inside = doc.towns.filter((x) => x.code !== code && x.code.startsWith(code) && x.code.length <= ({ 4: 9, 6: 9, 9: 12 })[code.length]);
  place.replaceChildren(banner(doc, say), here, outages(doc, town, say));
  if (inside.length) place.append(make('section', {}, make('h2', {}, t('inside')), make('ul', { className: 'oblasts' }, ...inside.map((x) => make('li', {}, link('/place/' + x.code, x.name))))));
}

/** One hub: its card, where it is, and when it is open in the days that are known. */
function hubPage(doc, hub, say) {
  const { t } = say, [lon, lat] = hub.at, code = hub.code, here = result(say), week = [];
  heading(hub.name);
  show(here, doc, ranked(ways(doc, hub.at, doc.now, code, [hub], true), doc.now), say, { now: doc.now, code, found: () => '' });
  for (let at = doc.now, open = doc.open(hub, at); open.next && week.length < 14; at = open.next, open = doc.open(hub, at)) {
    const ends = open.state === 'no' ? 0 : open.next;
    if (ends) week.push(make('li', {}, t(open.state === 'yes' || open.late ? 'stored_open' : 'stored_unsure', { from: day(at), to: day(ends) })));
  }
  here.querySelector('.chips').remove();
  place.replaceChildren(banner(doc, say), here);
  if (!hub.rough) place.append(make('p', {}, `${t('stored_at')}: ${lat.toFixed(5)}, ${lon.toFixed(5)}`));
  if (week.length) place.append(make('section', {}, make('h2', {}, t('stored_week')), make('ul', { className: 'grounds' }, ...week)));
  place.append(make('p', { className: 'chips' }, ...['open', 'closed'].map((s) => link(`/report?about=hub_status&state=${s}&hub=${hub.id}`, t('here_' + s), { className: 'chip' }))));
}

const fold = (text) => text.toLowerCase().replace(/[ʼ’'`"]/g, '');

/** Stored oblasts, or the places in them that a search finds. */
function list(docs, query, say) {
  const { t } = say, wanted = fold(query), rows = [];
  for (const doc of docs) {
    for (const town of wanted ? doc.towns.filter((x) => fold(x.name).includes(wanted) || fold(x.uk).includes(wanted)) : [doc.towns[0]]) {
      const inside = doc.towns.filter((x) => x.code !== town.code && town.code.startsWith(x.code)).map((x) => x.name).reverse().join(', ');
      rows.push({ sure: fold(town.name).startsWith(wanted) || fold(town.uk).startsWith(wanted), row: make('li', {}, link('/place/' + town.code, town.name, { className: 'name' }),
        make('span', { className: 'count' }, wanted ? inside : t('stored_age', { age: say.age(doc.asOf, doc.now) }))) });
    }
  }
  rows.sort((a, b) => b.sure - a.sure);
  place.replaceChildren(make('h2', {}, t(wanted ? 'search_title' : 'stored_oblasts')), make('ul', { className: 'oblasts' }, ...rows.slice(0, 30).map((r) => r.row)));
  if (!rows.length) place.append(make('p', { className: 'note' }, t('stored_nothing')));
  document.querySelector('.search').hidden = false;
  if (query) document.getElementById('q').value = query;
}

/** Fills the page for the address that was asked for, as far as the phone knows. */
export async function fill() {
  const [, kind, id = ''] = location.pathname.split('/'), drill = !!document.querySelector('.drill'), docs = [];
  for (const { adm1 } of await stored()) {
    // Another oblast's board needs no more than its own.
    if (kind === 'place' && prefix(id).slice(0, 4) !== adm1) continue;
    const doc = await load(adm1, lang, drill);
    if (doc) docs.push(doc);
  }
  if (!docs.length) return;
  const say = await language();
  for (const doc of docs) {
    const hub = kind === 'hubs' && doc.hubs.find((h) => h.id === id);
    // A settlement without a point is told as what it lies in.
    const towns = kind === 'place' ? doc.towns.filter((x) => prefix(id).startsWith(x.code)).sort((a, b) => b.code.length - a.code.length) : [];
    if (!hub && !towns.length) continue;
    // The banner says it all.
    for (const said of document.querySelectorAll('[data-plain]')) said.hidden = true;
    return hub ? hubPage(doc, hub, say) : board(doc, towns[0], say);
  }
  if (['', 'places', 'offline'].includes(kind)) list(docs, kind === 'places' ? new URLSearchParams(location.search).get('q') ?? '' : '', say);
}
