// The page's script: the live stream refreshes what the server rendered, and the
// map is loaded beside it. Without it the page is whole, only still.

/** The one policy that the CSP names: HTML of our own server, parsed, never executed; one script's address. */
const rules = { createHTML: (s) => s, createScriptURL: () => '/sw.js' };
const own = globalThis.trustedTypes?.createPolicy('teplo', rules) ?? rules;

/** Takes the server's present words for what is on the page: one renderer, no second truth. */
async function refresh() {
  const reply = await fetch(location.href, { headers: { Accept: 'text/html' }, cache: 'no-store' });
  if (!reply.ok) return;
  const fresh = new DOMParser().parseFromString(own.createHTML(await reply.text()), 'text/html').querySelector('main');
  const main = document.querySelector('main');
  for (const card of main.querySelectorAll('[data-hub]')) {
    const now = fresh.querySelector(`[data-hub="${CSS.escape(card.dataset.hub)}"]`);
    if (now && now.outerHTML !== card.outerHTML && !card.contains(document.activeElement)) card.replaceWith(document.importNode(now, true));
  }
  main.dataset.seq = fresh.dataset.seq;
}

/** Follows public changes from the number that the page was made at. */
function follow(changed) {
  const shown = new Set([...document.querySelectorAll('[data-hub]')].map((e) => e.dataset.hub));
  let stream, timer;
  const open = () => {
    stream = new EventSource(`/api/live?collections=hubs,outages&since=${document.querySelector('main').dataset.seq}`);
    for (const op of ['put', 'delete']) {
      stream.addEventListener(op, (e) => {
        const change = JSON.parse(e.data);
        document.querySelector('main').dataset.seq = change.seq;
        changed(change);
        if (shown.has(change.id)) { clearTimeout(timer); timer = setTimeout(refresh, 150); }
      });
    }
  };
  // A hidden page needs no radio.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) stream?.close(); else { open(); refresh(); }
  });
  open();
}

/** What goes on without a network: the worker, and reports that wait. */
function offline() {
  navigator.serviceWorker?.register(own.createScriptURL('')).catch(() => {});
  try { if (localStorage.outbox) import('./outbox.js'); } catch { /* nothing is kept here */ }
}

async function start() {
  offline();
  if (!document.querySelector('#map, [data-hub]')) return;
  let map;
  follow((change) => map?.update(change));
  const el = document.getElementById('map');
  if (!el) return;
  const opts = JSON.parse(document.getElementById('mapdata').textContent);
  const { mount } = await import(opts.module);
  map = mount(el, opts);
}
start();
