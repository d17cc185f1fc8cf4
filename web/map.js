// The map: our own canvas, buttons around it, no library. It repeats what the list
// says (CONTRACT: the map is never the only way), so the canvas is hidden from screen
// readers and everything that can be done by dragging can be done by buttons and keys.

import { worldX, worldY, toLon, toLat, scaleOf, OBLAST_ZOOM, decode, cluster, draw, palette, shapeOf, isRough, emptyBox, grow } from './mapview.js';
import { feed } from './mapdata.js';

/** @typedef {import('./mapview.js').Hub} Hub */
/** @typedef {import('./mapview.js').Mark} Mark */
/** @typedef {import('./mapdata.js').Change} Change */
/** @typedef {{code: string, name: string, lon: number, lat: number, hubs: number, outages: number}} Oblast */
/**
 * @typedef {object} Options
 * @property {'uk'|'en'} lang
 * @property {string} base URL of the base map, TopoJSON
 * @property {string} labels URL of [[nameUk, nameEn, lon, lat, population], ...], the largest first
 * @property {Oblast[]} oblasts
 * @property {?{lon: number, lat: number, zoom: number}} view null: the whole country
 * @property {string} hubsURL points of all hubs
 * @property {string} detailsURL who they are, followed by bounds
 * @property {string} outagesURL
 * @property {string} [liveURL] empty: the page calls update()
 * @property {string} [hubURL] a hub's page, with {id} in it; then the name in the popup is a link
 * @property {{module: string, url: string}} [curfew] the layer of curfews
 * @property {{module: string, images: boolean}} [street] streets, where the server has them
 * @property {Record<string, string>} texts zoomIn zoomOut left right up down hubs outages attribution open closed unknown label, and maybe full, standby, close
 * @property {(hub: Hub) => void} [onPick]
 */

const MAX_ZOOM = 17, STREET_ZOOM = 9.5, STEP = 100, BAR = 68, NEAR = 1e-4;
/** The country with a margin, in world coordinates. */
const COUNTRY = [worldX(22), worldY(52.5), worldX(40.4), worldY(44.3)];

/** Styles through CSSOM: the page's policy allows no style attributes. @template {HTMLElement} T @param {T} e @param {Record<string, string>} s @returns {T} */
function styled(e, s) {
  Object.assign(e.style, s);
  return e;
}

/**
 * @param {HTMLElement} el an empty <div class="map"> with a size
 * @param {Options} opts
 */
export function mount(el, opts) {
  const { texts } = opts;
  const canvas = styled(document.createElement('canvas'), { display: 'block', width: '100%', height: '100%' });
  canvas.setAttribute('aria-hidden', 'true');
  el.tabIndex = 0;
  el.setAttribute('aria-label', texts.label ?? '');
  if (!el.hasAttribute('role')) el.setAttribute('role', 'group');
  if (getComputedStyle(el).position === 'static') el.style.position = 'relative';
  el.append(canvas);

  let x = 0, y = 0, z = 5, whole = !opts.view, w = 0, h = 0, frame = 0, closed = false;
  let colours = palette(el), outagesShown = false;
  /** @type {ReturnType<typeof decode> | null} */
  let base = null;
  /** @type {any[]} */
  let labels = [];
  /** @type {number[][]} */
  let covered = [];
  /** @type {Mark[]} what the last frame drew */
  let marks = [];
  /** @type {{z: number, marks: Mark[]} | null} clusters of a quarter of a zoom step; null when the data changed */
  let clusters = null;
  /** @type {?Hub} */
  let picked = null;
  const oblasts = opts.oblasts.map((o) => ({ ...o, x: worldX(o.lon), y: worldY(o.lat), n: o.hubs, box: emptyBox() }));

  /** @type {(() => void)[]} */
  const undo = [];
  const on = (/** @type {any} */ target, /** @type {string} */ type, /** @type {any} */ fn, /** @type {any} */ how) => {
    target.addEventListener?.(type, fn, how);
    undo.push(() => target.removeEventListener?.(type, fn, how));
  };

  const data = feed(opts, (change) => {
    if (closed) return;
    clusters = null;
    if (picked) picked = data.hubs.get(picked.id) ?? null;
    if (data.read.hubs) {
      el.dataset.hubs = String(data.hubs.size);
      recount();
    }
    if (data.seq()) el.dataset.seq = String(data.seq());
    redraw();
    if (change) el.dispatchEvent(new CustomEvent('teplo:change', { detail: change }));
  });

  /** The server's number per oblast is of the page's making; with the hubs at hand we count ourselves. */
  function recount() {
    const by = new Map(oblasts.map((o) => [o.code, o]));
    let known = false;
    for (const hub of data.hubs.values()) if (by.has(hub.oblast)) { known = true; break; }
    if (!known) return;
    for (const o of oblasts) { o.n = 0; o.box = emptyBox(); }
    for (const hub of data.hubs.values()) {
      const o = by.get(hub.oblast);
      if (o) { o.n++; grow(o.box, hub.x, hub.y); }
    }
  }

  function redraw() {
    if (!frame && !closed) frame = requestAnimationFrame(paint);
  }

  function paint() {
    frame = 0;
    if (!w || !h) return;
    if (z >= OBLAST_ZOOM) {
      const q = Math.floor(z * 4) / 4;
      // A pinch passes many zooms; clusters are made anew when a finger leaves.
      if (clusters?.z !== q && !(clusters && down.size > 1)) clusters = { z: q, marks: cluster(data.hubs.values(), scaleOf(q)) };
    }
    const dpr = Math.min(3, devicePixelRatio || 1), em = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1;
    const cw = Math.round(w * dpr), ch = Math.round(h * dpr);
    if (canvas.width !== cw || canvas.height !== ch) { canvas.width = cw; canvas.height = ch; }
    const near = z >= STREET_ZOOM && streets(); // before: it may begin to load
    marks = draw(canvas, { w, h, dpr, x, y, z, colours, em, lang: opts.lang, base, labels, covered, oblasts, marks: clusters?.marks ?? null, outages: outagesShown ? data.outages.values() : null, picked, street: near || null, curfew: curfewShown ? curfew : null });
    if (opts.street) el.dataset.street = near && near.ready() ? 'ready' : '';
    if (data.read.hubs && base) el.dataset.ready = '1';
  }

  // --- layers of other modules

  /** @type {any} */
  let street = null, curfew = null, curfewShown = false, streetAsked = false;
  /** Streets, once they are near enough to be seen; nobody who saves data pays for them. @returns {any} */
  function streets() {
    if (opts.street && !street && !streetAsked && !(/** @type {any} */ (navigator).connection?.saveData)) {
      streetAsked = true;
      import(opts.street.module).then((m) => { if (!closed) street = m.street(opts.street, redraw); redraw(); }, () => { streetAsked = false; });
    }
    return street;
  }
  async function showCurfew() {
    curfewShown = !curfewShown;
    pressed();
    try {
      if (curfewShown && !curfew) curfew = (await import(opts.curfew.module)).curfewLayer(opts.curfew.url, () => { legend.textContent = curfew.legend(); el.dataset.curfew = '1'; pressed(); resize(); });
      if (curfewShown) await curfew.load();
    } catch { curfewShown = false; pressed(); }
    resize();
  }

  // --- view

  const fit = () => Math.max(3, Math.min(OBLAST_ZOOM - 0.1, zoomFor(COUNTRY, 12)));
  /** The zoom at which a box fills the part that no button covers. @param {number[]} box @param {number} margin */
  const zoomFor = (box, margin) => Math.log2(Math.min(Math.max(60, w - margin) / 256 / (box[2] - box[0] || 1e-9), Math.max(60, h - BAR - margin) / 256 / (box[3] - box[1] || 1e-9)));

  /** @param {number} nx @param {number} ny @param {number} nz */
  function move(nx, ny, nz) {
    z = Math.min(MAX_ZOOM, Math.max(fit(), nz));
    x = Math.min(COUNTRY[2], Math.max(COUNTRY[0], nx));
    y = Math.min(COUNTRY[3], Math.max(COUNTRY[1], ny));
    whole = false;
    redraw();
  }
  function showAll() {
    move((COUNTRY[0] + COUNTRY[2]) / 2, (COUNTRY[1] + COUNTRY[3]) / 2 + BAR / 2 / scaleOf(fit()), fit());
    whole = true;
  }
  const pan = (/** @type {number} */ dx, /** @type {number} */ dy) => move(x + dx / scaleOf(z), y + dy / scaleOf(z), z);
  /** Zooms so that the point under (px, py) stays there. */
  function zoomAt(/** @type {number} */ to, px = w / 2, py = h / 2) {
    const nz = Math.min(MAX_ZOOM, Math.max(fit(), to)), k = 1 / scaleOf(z) - 1 / scaleOf(nz);
    move(x + (px - w / 2) * k, y + (py - h / 2) * k, nz);
  }
  function showBox(/** @type {number[]} */ box, /** @type {number} */ least, /** @type {number} */ most) {
    const nz = Math.min(most, Math.max(least, zoomFor(box, 60)));
    move((box[0] + box[2]) / 2, (box[1] + box[3]) / 2 + BAR / 2 / scaleOf(nz), nz);
  }
  const setView = (/** @type {number} */ lon, /** @type {number} */ lat, /** @type {number} */ zoom) => move(worldX(lon), worldY(lat), zoom);

  function resize() {
    w = el.clientWidth;
    h = el.clientHeight;
    // What the buttons cover: names are not written there.
    covered = [...tools.children, ...bar.children, credit].filter((b) => b !== gap && b.clientWidth).map((b) => {
      const r = b.getBoundingClientRect(), o = el.getBoundingClientRect();
      return [r.left - o.left, r.top - o.top, r.right - o.left, r.bottom - o.top];
    });
    if (whole) showAll();
    else redraw();
  }

  // --- buttons

  /** @param {string} sign @param {string} label @param {() => void} act */
  function button(sign, label, act) {
    const b = styled(document.createElement('button'), {
      position: 'static', flex: 'none', minWidth: '48px', minHeight: '48px', padding: '0', font: 'inherit', fontSize: '1.25rem', fontWeight: '700', lineHeight: '1', touchAction: 'manipulation',
    });
    b.type = 'button';
    b.textContent = sign;
    b.setAttribute('aria-label', label);
    b.addEventListener('click', act);
    return b;
  }
  const bar = styled(document.createElement('div'), { position: 'absolute', left: '4px', right: '4px', bottom: '18px', display: 'flex', gap: '2px', pointerEvents: 'none' });
  const gap = styled(document.createElement('span'), { flex: '1' });
  bar.append(
    button('←', texts.left, () => pan(-STEP, 0)), button('↑', texts.up, () => pan(0, -STEP)), button('↓', texts.down, () => pan(0, STEP)), button('→', texts.right, () => pan(STEP, 0)),
    gap, button('−', texts.zoomOut, () => zoomAt(z - 1)), button('+', texts.zoomIn, () => zoomAt(z + 1)),
  );
  for (const b of bar.querySelectorAll('button')) b.style.pointerEvents = 'auto';

  const tools = styled(document.createElement('div'), { position: 'absolute', left: '4px', top: '4px', right: '56px', display: 'flex', flexWrap: 'wrap', gap: '2px', pointerEvents: 'none' });
  /** A layer that is on or off; its words are its name. @param {string} label @param {() => void} act */
  function layer(label, act) {
    const b = styled(button(label, '', act), { pointerEvents: 'auto', padding: '0 .6rem', fontSize: '.85rem' });
    b.removeAttribute('aria-label');
    return b;
  }
  const toggle = layer(texts.outages, async () => {
    outagesShown = !outagesShown;
    pressed();
    redraw();
    // Read when first asked for: most visitors look for warmth, not for darkness.
    if (outagesShown && !data.read.outages) await data.load('outages').catch(() => { outagesShown = false; pressed(); });
  });
  const curfewToggle = layer(texts.curfew, showCurfew);
  const legend = styled(document.createElement('p'), { flexBasis: '100%', margin: '0', padding: '.2rem .5rem', fontSize: '12px', lineHeight: '1.3', borderRadius: '.5rem' });
  tools.append(toggle, curfewToggle, legend);
  function pressed() {
    for (const [b, on, words] of /** @type {[HTMLElement, boolean, string][]} */ ([[toggle, outagesShown, texts.outages], [curfewToggle, curfewShown, texts.curfew]])) {
      b.setAttribute('aria-pressed', String(on));
      b.textContent = (on ? '✓ ' : '') + words;
    }
    legend.hidden = !curfewShown || !legend.textContent;
  }
  pressed();
  const credit = styled(document.createElement('small'), {
    position: 'absolute', left: 'auto', right: '6px', bottom: '1px', padding: '0 .2rem', fontSize: '11px', lineHeight: '15px', borderRadius: '3px', maxWidth: '95%', pointerEvents: 'none',
  });
  credit.textContent = texts.attribution ?? '';
  el.append(tools, bar, credit);

  // --- popup

  const popup = styled(document.createElement('div'), {
    position: 'absolute', left: '4px', right: '4px', bottom: BAR + 2 + 'px', maxWidth: '24rem', maxHeight: '60%', overflow: 'auto', boxSizing: 'border-box', padding: '.6rem 3.4rem .6rem .8rem', borderRadius: '.5rem', overflowWrap: 'anywhere',
  });
  popup.hidden = true;
  popup.setAttribute('aria-live', 'polite');
  el.append(popup);

  function theme() {
    colours = palette(el);
    styled(popup, { background: colours.ua, color: colours.text, border: '1px solid ' + colours.border });
    styled(credit, { color: colours.text, background: colours.ua });
    styled(legend, { background: colours.ua, color: colours.text });
    redraw();
  }

  /** @param {(HTMLElement | null)[]} lines */
  function openPopup(lines) {
    popup.textContent = '';
    const shut = button('×', texts.close ?? '×', () => { closePopup(); el.focus({ preventScroll: true }); });
    styled(shut, { position: 'absolute', right: '2px', top: '2px' });
    popup.append(...lines.filter((l) => l !== null), shut);
    popup.hidden = false;
  }
  function closePopup() {
    popup.hidden = true;
    popup.textContent = '';
    picked = null;
    redraw();
  }
  /** @param {string} text @param {string} [weight] */
  function line(text, weight = '400') {
    const p = styled(document.createElement('p'), { margin: '0', fontWeight: weight });
    p.textContent = text;
    return p;
  }
  const SIGNS = { open: '●', closed: '⊖', unknown: '?' };
  const word = (/** @type {Hub} */ hub) => SIGNS[shapeOf(hub.status)] + ' ' + (texts[hub.status] ?? texts[shapeOf(hub.status)]);

  /** @param {string} at an instant, RFC 3339 */
  function age(at) {
    const then = Date.parse(at), minutes = Math.round((then - Date.now()) / 60000);
    if (Number.isNaN(then)) return '';
    const [n, unit] = minutes > -90 ? [minutes, 'minute'] : minutes > -2160 ? [minutes / 60, 'hour'] : [minutes / 1440, 'day'];
    // Old engines have no words for spans: then the moment itself.
    return Intl.RelativeTimeFormat ? new Intl.RelativeTimeFormat(opts.lang).format(Math.min(0, Math.round(n)), /** @type {any} */ (unit)) : new Date(then).toLocaleString(opts.lang);
  }

  /** What is spoken of must not lie under the words. @param {{x: number, y: number}} place */
  function reveal(place) {
    const at = spot(place), top = popup.offsetTop - 24;
    if (at.y > top) pan(0, at.y - Math.max(40, top / 2));
    redraw();
  }

  /** Asks who stands there: the map itself knows only where. @param {number[]} box in degrees @param {{x: number, y: number}} place */
  async function ask(box, place) {
    const mine = (asked = {});
    openPopup([line('…')]);
    reveal(place);
    const { hubs, matched } = await data.details(box).catch(() => ({ hubs: [], matched: 0 }));
    if (asked !== mine || popup.hidden) return;
    if (hubs.length === 1) pick(hubs[0]);
    else if (hubs.length) list(hubs, matched, place);
    else closePopup();
  }
  /** @type {?object} the last question */
  let asked = null;

  /** @param {Hub} hub */
  function pick(hub) {
    if (!hub.name) { ask([hub.lon - NEAR, hub.lat - NEAR, hub.lon + NEAR, hub.lat + NEAR], hub); return; }
    const name = line('', '700'), link = opts.hubURL ? document.createElement('a') : name;
    link.textContent = hub.name || texts.hubs;
    if (link !== name) {
      /** @type {HTMLAnchorElement} */ (link).href = opts.hubURL.replace('{id}', encodeURIComponent(hub.id));
      link.style.color = 'inherit';
      name.append(link);
    }
    const said = word(hub) + (hub.confirmed_at ? ` · ${age(hub.confirmed_at)}` : '');
    openPopup([name, hub.address || isRough(hub) ? line((isRough(hub) ? '≈ ' : '') + (hub.address ?? '')) : null, line(said)]);
    picked = hub;
    reveal(hub);
    opts.onPick?.(hub);
  }

  /** Hubs of one place never part, however near one looks: they become a list. @param {Hub[]} inside @param {number} matched how many there are @param {{x: number, y: number}} place */
  function list(inside, matched, place) {
    const rows = inside.map((hub) => {
      const b = button(`${SIGNS[shapeOf(hub.status)]} ${hub.name || texts.hubs}`, '', () => { pick(hub); popup.querySelector('button')?.focus({ preventScroll: true }); });
      b.removeAttribute('aria-label');
      return styled(b, { display: 'block', width: '100%', padding: '.3rem .6rem', marginBottom: '2px', fontSize: '.95rem', textAlign: 'left' });
    });
    picked = null;
    openPopup([line(`${texts.hubs}: ${matched}`, '700'), ...rows, matched > rows.length ? line(`+ ${matched - rows.length}`) : null]);
    reveal(place);
  }

  // --- pointers and keys

  const spot = (/** @type {{x: number, y: number}} */ place) => ({ x: (place.x - x) * scaleOf(z) + w / 2, y: (place.y - y) * scaleOf(z) + h / 2 });
  /** @type {Map<number, {x: number, y: number}>} */
  const down = new Map();
  let tap = { x: 0, y: 0, at: 0, live: false }, last = { x: 0, y: 0, at: 0, acted: false };

  const where = (/** @type {MouseEvent} */ e) => {
    const r = canvas.getBoundingClientRect();
    return { x: e.clientX - r.left, y: e.clientY - r.top };
  };
  /** Middle of the fingers, and their distance. */
  const grip = () => {
    const [a, b = a] = [...down.values()];
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, d: Math.hypot(a.x - b.x, a.y - b.y) };
  };

  on(canvas, 'pointerdown', (/** @type {PointerEvent} */ e) => {
    if (e.button) return;
    const p = where(e);
    down.set(e.pointerId, p);
    canvas.setPointerCapture(e.pointerId);
    tap = { ...p, at: e.timeStamp, live: down.size === 1 };
  });
  on(canvas, 'pointermove', (/** @type {PointerEvent} */ e) => {
    if (!down.has(e.pointerId)) return;
    const p = where(e);
    // A finger trembles: eight pixels are not a drag.
    if (tap.live && Math.hypot(p.x - tap.x, p.y - tap.y) < 8) return;
    // Until the browser takes a vertical swipe for the page, it must not move the map.
    if (tap.live && down.size === 1 && e.pointerType === 'touch' && canvas.style.touchAction !== 'none' && Math.abs(p.y - tap.y) > Math.abs(p.x - tap.x)) {
      tap.live = false;
      down.delete(e.pointerId);
      return;
    }
    tap.live = false;
    const from = grip();
    down.set(e.pointerId, p);
    const to = grip();
    pan(from.x - to.x, from.y - to.y);
    if (down.size > 1 && from.d > 10 && to.d > 10) zoomAt(z + Math.log2(to.d / from.d), to.x, to.y);
  });
  on(canvas, 'pointerup', (/** @type {PointerEvent} */ e) => {
    if (!down.delete(e.pointerId)) return;
    redraw();
    el.focus({ preventScroll: true });
    if (tap.live && e.timeStamp - tap.at < 700) tapped(tap.x, tap.y, e.timeStamp);
    tap.live = false;
  });
  on(canvas, 'pointercancel', (/** @type {PointerEvent} */ e) => { down.delete(e.pointerId); tap.live = false; redraw(); });

  /** @param {number} px @param {number} py @param {number} at */
  function tapped(px, py, at) {
    const second = at - last.at < 350 && Math.hypot(px - last.x, py - last.y) < 30;
    // After a tap that zoomed, the second of a double tap would hit whatever came under it.
    if (second && last.acted) { last.at = 0; return; }
    let mark = null, near = 24;
    for (const m of marks) {
      const d = Math.max(0, Math.hypot(m.px - px, m.py - py) - m.r + 8);
      if (d < near) { near = d; mark = m; }
    }
    last = { x: px, y: py, at, acted: !!mark };
    if (second && !mark) { last.at = 0; zoomAt(z + 1, px, py); return; }
    if (!mark) { if (!popup.hidden) closePopup(); return; }
    if (mark.hub) return pick(mark.hub);
    if (!popup.hidden) closePopup();
    if (mark.oblast) {
      const { box, lon, lat } = mark.oblast;
      box[0] <= box[2] ? showBox(box, OBLAST_ZOOM + 0.1, 12) : setView(lon, lat, 7.5);
    } else if (z > MAX_ZOOM - 0.1 || Math.max(mark.box[2] - mark.box[0], mark.box[3] - mark.box[1]) * scaleOf(MAX_ZOOM) < 40) ask([toLon(mark.box[0]) - NEAR, toLat(mark.box[3]) - NEAR, toLon(mark.box[2]) + NEAR, toLat(mark.box[1]) + NEAR], mark);
    else showBox(mark.box, z + 1, MAX_ZOOM);
  }

  // The page must scroll with a finger or wheel that only passes over the map. So until
  // the map has the focus (a tap, a key), up and down belong to the page, and sideways and
  // two fingers to the map; then all belongs to the map, until the focus goes elsewhere.
  const mine = () => el.contains(document.activeElement);
  const touch = () => { canvas.style.touchAction = mine() ? 'none' : 'pan-y'; };
  on(el, 'focusin', touch);
  on(el, 'focusout', () => { canvas.style.touchAction = 'pan-y'; });
  touch();
  on(canvas, 'wheel', (/** @type {WheelEvent} */ e) => {
    if (!e.ctrlKey && !mine()) return;
    e.preventDefault();
    const p = where(e), turn = e.deltaY * (e.deltaMode ? 20 : 1) * (e.ctrlKey && Math.abs(e.deltaY) < 40 ? 5 : 1);
    zoomAt(z - Math.max(-1, Math.min(1, turn / 300)), p.x, p.y);
  }, { passive: false });

  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowLeft: () => pan(-STEP, 0), ArrowRight: () => pan(STEP, 0), ArrowUp: () => pan(0, -STEP), ArrowDown: () => pan(0, STEP),
    '+': () => zoomAt(z + 1), '=': () => zoomAt(z + 1), '-': () => zoomAt(z - 1), 0: showAll,
  };
  on(el, 'keydown', (/** @type {KeyboardEvent} */ e) => {
    if (e.key === 'Escape' && !popup.hidden) { closePopup(); el.focus({ preventScroll: true }); return; }
    const act = keys[e.key];
    if (!act || e.target !== el || e.ctrlKey || e.metaKey || e.altKey) return; // the browser's own zoom stays
    e.preventDefault();
    act();
  });

  // --- start

  for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', '(forced-colors: active)']) on(matchMedia(query), 'change', theme);
  on(window, 'resize', resize);
  on(window, 'online', () => { street?.retry(); if (!data.read.hubs) start(); });
  const sizes = window.ResizeObserver && new ResizeObserver(resize);
  sizes?.observe(el);
  theme();
  if (opts.view) setView(opts.view.lon, opts.view.lat, opts.view.zoom);
  resize();
  // The clamp of setView knows the size only now.
  if (opts.view) setView(opts.view.lon, opts.view.lat, opts.view.zoom);

  const json = async (/** @type {string} */ url) => {
    const reply = await fetch(url);
    if (!reply.ok) throw new Error(`${url}: ${reply.status}`);
    return reply.json();
  };
  function start() {
    delete el.dataset.error;
    const failed = (/** @type {Error} */ e) => { el.dataset.error = e.message; };
    if (!base) json(opts.base).then((b) => { base = decode(b); redraw(); }).catch(failed);
    if (!labels.length) json(opts.labels).then((rows) => {
      for (const row of rows) { row.x = worldX(row[2]); row.y = worldY(row[3]); }
      labels = rows;
      redraw();
    }).catch(failed);
    data.load('hubs').catch(failed);
  }
  start();

  return {
    setView,
    /** Takes a live change that the page's own stream brought. @param {Change} change */
    update: (change) => data.update(change),
    /** For tests: where a hub is, and how many hubs its mark stands for. @param {string} id */
    hubAt(id) {
      const hub = data.hubs.get(id), at = hub && spot(hub);
      return at && at.x >= 0 && at.y >= 0 && at.x <= w && at.y <= h ? { ...at, n: clusters ? hub.c?.n : undefined } : null;
    },
    close() {
      closed = true;
      cancelAnimationFrame(frame);
      undo.forEach((f) => f());
      sizes?.disconnect();
      data.close();
      street?.close();
      curfew?.close();
      el.textContent = '';
      for (const key of ['ready', 'hubs', 'seq', 'error', 'street', 'curfew']) delete el.dataset[key];
    },
  };
}
