// The map: our own canvas, no library. It draws what the list says, redraws only
// when something changed, and asks nobody else for anything.

import { land, project, TILE } from './basemap.js';

const COUNTRY = { lon: 31.3, lat: 48.6, zoom: 5 };
const EDGE = [project(20, 54), project(42, 43)]; // of the base map
const MIN_ZOOM = 4.2, MAX_ZOOM = 15, CLUSTER_PX = 34, CITY_ZOOM = 6.5;

/**
 * Puts the map into el.
 * @param {HTMLElement} el
 * @param {object} opts as internal/site makes them
 * @returns {{setView(lon: number, lat: number, zoom: number): void, update(change: object): void, close(): void, hubAt(id: string): {x: number, y: number}|null}}
 */
export function mount(el, opts) {
  const t = opts.texts, lang = opts.lang === 'en' ? 1 : 0;
  const canvas = el.appendChild(document.createElement('canvas'));
  const ctx = canvas.getContext('2d');
  const hubs = new Map(), cells = new Map();
  const state = { x: 0, y: 0, z: 5, base: null, labels: [], outages: false, colors: {}, drawn: [], due: 0 };
  canvas.setAttribute('aria-hidden', 'true');
  el.tabIndex = 0;
  el.setAttribute('role', 'group');
  el.setAttribute('aria-label', t.label);
  el.classList.add('on');

  // --- what is where on the screen
  const size = () => TILE * 2 ** state.z;
  const toScreen = (p) => [(p[0] - state.x) * size() + canvas.clientWidth / 2, (p[1] - state.y) * size() + canvas.clientHeight / 2];
  const clamp = () => {
    state.z = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, state.z));
    state.x = Math.min(0.64, Math.max(0.54, state.x));
    state.y = Math.min(0.38, Math.max(0.31, state.y));
  };
  const redraw = () => { state.due ||= requestAnimationFrame(() => { state.due = 0; draw(); }); };
  const setView = (lon, lat, zoom) => { [state.x, state.y] = project(lon, lat); state.z = zoom; clamp(); redraw(); };
  const zoomAt = (px, py, by) => {
    const before = size();
    const wx = state.x + (px - canvas.clientWidth / 2) / before, wy = state.y + (py - canvas.clientHeight / 2) / before;
    state.z += by;
    clamp();
    state.x = wx - (px - canvas.clientWidth / 2) / size();
    state.y = wy - (py - canvas.clientHeight / 2) / size();
    clamp();
    redraw();
  };
  const pan = (dx, dy) => { state.x -= dx / size(); state.y -= dy / size(); clamp(); redraw(); };
  const middle = () => [canvas.clientWidth / 2, canvas.clientHeight / 2];

  // --- drawing
  const readColors = () => {
    const css = getComputedStyle(el);
    for (const name of ['sea', 'land', 'ua', 'border', 'river', 'text', 'halo', 'hub-open', 'hub-closed', 'hub-unknown', 'outage', 'cluster', 'cluster-text']) {
      state.colors[name] = css.getPropertyValue('--map-' + name).trim() || '#888';
    }
    redraw();
  };

  function path(rings) {
    ctx.beginPath();
    for (const ring of rings) {
      for (let i = 0; i < ring.length; i++) {
        const [x, y] = toScreen(ring[i]);
        if (i) ctx.lineTo(x, y); else ctx.moveTo(x, y);
      }
    }
  }

  function drawBase() {
    const c = state.colors;
    for (const area of state.base?.land ?? []) {
      path(area.rings);
      ctx.fillStyle = area.ua ? c.ua : c.land;
      ctx.fill('evenodd');
      ctx.strokeStyle = c.border;
      ctx.lineWidth = area.ua ? 1 : 0.6;
      ctx.stroke();
    }
    ctx.strokeStyle = c.river;
    ctx.lineWidth = 1.2;
    for (const river of state.base?.rivers ?? []) { path([river]); ctx.stroke(); }
  }

  function drawOutages() {
    ctx.fillStyle = ctx.strokeStyle = state.colors.outage;
    for (const cell of cells.values()) {
      path(cell.rings);
      ctx.globalAlpha = cell.level === 'widespread' ? 0.45 : 0.25;
      ctx.fill('evenodd');
      ctx.globalAlpha = 1;
      ctx.lineWidth = 1;
      ctx.stroke();
    }
  }

  const boxes = [];
  const free = (x, y, w, h) => {
    const b = [x - w / 2, y - h / 2, x + w / 2, y + h / 2];
    if (boxes.some((o) => b[0] < o[2] && b[2] > o[0] && b[1] < o[3] && b[3] > o[1])) return false;
    boxes.push(b);
    return true;
  };

  /** A number in a disc: its size grows with the count. */
  function disc(x, y, n, what) {
    const r = 12 + Math.min(14, Math.log2(n + 1) * 2.2);
    ctx.fillStyle = state.colors.cluster;
    ctx.beginPath(); ctx.arc(x, y, r, 0, 7); ctx.fill();
    ctx.fillStyle = state.colors['cluster-text'];
    ctx.font = '700 13px system-ui,sans-serif';
    ctx.textAlign = 'center'; ctx.textBaseline = 'middle';
    ctx.fillText(String(n), x, y + 0.5);
    boxes.push([x - r, y - r, x + r, y + r]);
    state.drawn.push({ x, y, r: Math.max(r, 22), ...what });
  }

  /** Shape and colour say the same: full disc open, barred ring closed, ring with a question mark unknown. */
  function hubMark(x, y, hub) {
    const kind = hub.status === 'open' ? 'open' : hub.status === 'closed' ? 'closed' : 'unknown';
    ctx.strokeStyle = ctx.fillStyle = state.colors['hub-' + kind];
    ctx.lineWidth = 2.5;
    ctx.beginPath(); ctx.arc(x, y, 8, 0, 7);
    if (kind === 'open') ctx.fill();
    else { ctx.save(); ctx.fillStyle = state.colors.halo; ctx.fill(); ctx.restore(); ctx.stroke(); }
    if (kind === 'closed') { ctx.beginPath(); ctx.moveTo(x - 4, y); ctx.lineTo(x + 4, y); ctx.stroke(); }
    if (kind === 'unknown') {
      ctx.font = '700 11px system-ui,sans-serif';
      ctx.textAlign = 'center'; ctx.textBaseline = 'middle';
      ctx.fillText('?', x, y + 0.5);
    }
    boxes.push([x - 9, y - 9, x + 9, y + 9]);
    state.drawn.push({ x, y, r: 24, hub });
  }

  function drawHubs() {
    if (state.z < CITY_ZOOM) {
      for (const o of opts.oblasts) {
        if (!o.hubs) continue;
        const [x, y] = toScreen(project(o.lon, o.lat));
        disc(x, y, o.hubs, { zoom: 7.5, at: project(o.lon, o.lat) });
      }
      return;
    }
    const w = canvas.clientWidth, h = canvas.clientHeight, groups = [], grid = new Map();
    for (const hub of hubs.values()) {
      const [x, y] = toScreen(hub.at);
      if (x < -40 || y < -40 || x > w + 40 || y > h + 40) continue;
      const gx = Math.floor(x / CLUSTER_PX), gy = Math.floor(y / CLUSTER_PX);
      let mine = null;
      for (let i = -1; i <= 1 && !mine; i++) for (let j = -1; j <= 1 && !mine; j++) {
        mine = (grid.get((gx + i) * 4096 + gy + j) ?? []).find((g) => Math.hypot(g.x - x, g.y - y) < CLUSTER_PX) ?? null;
      }
      if (mine) { mine.n++; continue; }
      const g = { x, y, n: 1, hub }, key = gx * 4096 + gy;
      groups.push(g);
      if (grid.has(key)) grid.get(key).push(g); else grid.set(key, [g]);
    }
    for (const g of groups) {
      if (g.n === 1) hubMark(g.x, g.y, g.hub);
      else disc(g.x, g.y, g.n, { zoom: state.z + 2, at: g.hub.at, same: g.hub });
    }
  }

  function drawLabels() {
    const least = state.z < 6 ? 240000 : state.z < 7.5 ? 60000 : state.z < 9 ? 15000 : 0;
    ctx.font = '13px system-ui,sans-serif';
    ctx.textAlign = 'center'; ctx.textBaseline = 'middle';
    ctx.lineWidth = 3; ctx.lineJoin = 'round';
    for (const l of state.labels) {
      if (l.population < least) break;
      const [x, y] = toScreen(l.at);
      if (x < 0 || y < 0 || x > canvas.clientWidth || y > canvas.clientHeight) continue;
      const w = l.width ??= ctx.measureText(l.name).width;
      if (!free(x, y - 14, w + 6, 16)) continue;
      ctx.strokeStyle = state.colors.halo; ctx.strokeText(l.name, x, y - 14);
      ctx.fillStyle = state.colors.text; ctx.fillText(l.name, x, y - 14);
      ctx.fillRect(x - 1.5, y - 1.5, 3, 3);
    }
  }

  function draw() {
    const ratio = Math.min(3, devicePixelRatio || 1), w = canvas.clientWidth, h = canvas.clientHeight;
    if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(h * ratio)) {
      canvas.width = Math.round(w * ratio);
      canvas.height = Math.round(h * ratio);
    }
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    // Beyond the edge of the base map there is land that it does not draw.
    ctx.fillStyle = state.colors.land;
    ctx.fillRect(0, 0, w, h);
    const [x0, y0] = toScreen(EDGE[0]), [x1, y1] = toScreen(EDGE[1]);
    ctx.fillStyle = state.colors.sea;
    ctx.fillRect(x0, y0, x1 - x0, y1 - y0);
    boxes.length = 0;
    state.drawn = [];
    drawBase();
    if (state.outages) drawOutages();
    drawHubs();
    drawLabels();
    if (state.loaded) el.dataset.ready = '1';
  }

  // --- data
  const rings = (g) => g.coordinates.flat().map((r) => r.map((p) => project(p[0], p[1])));
  function put(f) {
    const p = f.properties;
    if (f.geometry.type === 'Point') {
      hubs.set(f.id, { id: f.id, at: project(...f.geometry.coordinates), name: p.name, status: p.status, address: p.address });
    } else if (p.status === 'active') cells.set(f.id, { rings: rings(f.geometry), level: p.level, service: p.service });
    else cells.delete(f.id);
  }
  async function load(url) {
    while (url) {
      const page = await (await fetch(url)).json();
      page.features.forEach(put);
      url = page.links.find((l) => l.rel === 'next')?.href;
    }
  }
  function update(change) {
    if (change.op === 'delete') { hubs.delete(change.id); cells.delete(change.id); } else if (change.feature) put(change.feature);
    el.dataset.hubs = hubs.size;
    el.dataset.seq = change.seq;
    redraw();
  }

  // --- hands: pan, pinch, wheel, keys, buttons
  const fingers = new Map();
  let moved = 0, last = 0;
  const where = (e) => { const b = canvas.getBoundingClientRect(); return [e.clientX - b.left, e.clientY - b.top]; };
  canvas.addEventListener('pointerdown', (e) => {
    fingers.set(e.pointerId, where(e));
    canvas.setPointerCapture(e.pointerId);
    moved = 0;
    el.focus({ preventScroll: true });
  });
  canvas.addEventListener('pointermove', (e) => {
    const was = fingers.get(e.pointerId);
    if (!was) return;
    const now = where(e), other = [...fingers].find(([id]) => id !== e.pointerId)?.[1];
    moved += Math.hypot(now[0] - was[0], now[1] - was[1]);
    if (other) {
      const before = Math.hypot(was[0] - other[0], was[1] - other[1]), after = Math.hypot(now[0] - other[0], now[1] - other[1]);
      if (before > 0 && after > 0) zoomAt((now[0] + other[0]) / 2, (now[1] + other[1]) / 2, Math.log2(after / before));
    } else pan(now[0] - was[0], now[1] - was[1]);
    fingers.set(e.pointerId, now);
  });
  for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, (e) => {
    const at = fingers.get(e.pointerId);
    fingers.delete(e.pointerId);
    if (end === 'pointercancel' || !at || moved > 8 || fingers.size) return;
    const twice = e.timeStamp - last < 300;
    last = e.timeStamp;
    if (twice) zoomAt(at[0], at[1], 1); else tap(at);
  });
  // The page must scroll past the map: the wheel zooms only with Ctrl or when the map has the focus.
  canvas.addEventListener('wheel', (e) => {
    if (!e.ctrlKey && document.activeElement !== el) return;
    e.preventDefault();
    zoomAt(...where(e), Math.max(-1, Math.min(1, -e.deltaY / 240)));
  }, { passive: false });
  const keys = {
    ArrowLeft: () => pan(60, 0), ArrowRight: () => pan(-60, 0), ArrowUp: () => pan(0, 60), ArrowDown: () => pan(0, -60),
    '+': () => zoomAt(...middle(), 1), '=': () => zoomAt(...middle(), 1), '-': () => zoomAt(...middle(), -1),
    0: () => setView(COUNTRY.lon, COUNTRY.lat, fit()),
  };
  el.addEventListener('keydown', (e) => {
    if (e.target === el && keys[e.key] && !e.ctrlKey && !e.metaKey && !e.altKey) { e.preventDefault(); keys[e.key](); }
  });
  const button = (cls, text, label, act) => {
    const b = el.appendChild(document.createElement('button'));
    b.type = 'button'; b.className = cls; b.textContent = text;
    if (label) b.setAttribute('aria-label', label);
    b.addEventListener('click', act);
    return b;
  };
  button('zi', '+', t.zoomIn, () => keys['+']());
  button('zo', '−', t.zoomOut, () => keys['-']());
  button('pl', '‹', t.left, keys.ArrowLeft);
  button('pr', '›', t.right, keys.ArrowRight);
  button('pu', '⌃', t.up, keys.ArrowUp);
  button('pd', '⌄', t.down, keys.ArrowDown);
  const toggle = button('ou', '▲ ' + t.outages, '', () => {
    state.outages = !state.outages;
    toggle.setAttribute('aria-pressed', String(state.outages));
    redraw();
  });
  toggle.setAttribute('aria-pressed', 'false');

  // --- what a tap finds
  const note = el.appendChild(document.createElement('p'));
  note.className = 'mapnote';
  note.setAttribute('role', 'status');
  const credit = el.appendChild(document.createElement('small'));
  credit.textContent = t.attribution;
  function tap([x, y]) {
    const hit = state.drawn.filter((d) => Math.hypot(d.x - x, d.y - y) < d.r).sort((a, b) => Math.hypot(a.x - x, a.y - y) - Math.hypot(b.x - x, b.y - y))[0];
    note.replaceChildren();
    if (!hit) return;
    if (hit.at && state.z < MAX_ZOOM - 0.1) {
      [state.x, state.y] = hit.at;
      state.z = Math.max(state.z + 1, hit.zoom);
      clamp();
      redraw();
      return;
    }
    const hub = hit.hub ?? hit.same;
    const link = note.appendChild(document.createElement('a'));
    link.href = `/hubs/${encodeURIComponent(hub.id)}?lang=${opts.lang}`;
    link.textContent = hub.name;
    const word = hub.status === 'open' ? t.open : hub.status === 'closed' ? t.closed : t.unknown;
    note.append(' · ', word, hub.address ? ` · ${hub.address}` : '');
    opts.onPick?.(hub);
  }

  const fit = () => Math.max(MIN_ZOOM, Math.log2(Math.min(canvas.clientWidth / 0.056, canvas.clientHeight / 0.036) / TILE));
  const resize = new ResizeObserver(redraw);
  resize.observe(canvas);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', readColors);
  readColors();
  const v = opts.view ?? { lon: COUNTRY.lon, lat: COUNTRY.lat, zoom: fit() };
  setView(v.lon, v.lat, v.zoom);
  const get = async (url) => (await fetch(url)).json();
  get(opts.base).then((topo) => { state.base = land(topo); redraw(); });
  get(opts.labels).then((rows) => {
    state.labels = rows.map((r) => ({ name: (lang ? r[1] : r[0] || r[1]), at: project(r[2], r[3]), population: r[4] }));
    redraw();
  });
  Promise.all([load(opts.hubsURL), load(opts.outagesURL)]).then(() => { state.loaded = true; el.dataset.hubs = hubs.size; redraw(); });

  return {
    setView, update,
    hubAt(id) {
      const hub = hubs.get(id);
      if (!hub) return null;
      const [x, y] = toScreen(hub.at);
      return { x, y };
    },
    close() { resize.disconnect(); dark.removeEventListener('change', readColors); el.replaceChildren(); },
  };
}

