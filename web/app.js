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
  const plan = main.querySelector('.radar'), drawn = fresh.querySelector('.radar');
  if (plan && drawn) plan.replaceWith(document.importNode(drawn, true)); // its numbers are those of the cards
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

/** What goes on without a network: the worker, and reports that wait. Not on the page that wipes the phone. */
function offline() {
  if (document.querySelector('[data-act=wipe]')) return;
  navigator.serviceWorker?.register(own.createScriptURL('')).catch(() => {});
  try { if (localStorage.outbox) import('./outbox.js'); } catch { /* nothing is kept here */ }
}

/** Loads the map once, on a tap; where there is room and no want of thrift, by itself. */
function mapOn(tap) {
  const el = document.getElementById('map'), button = document.getElementById('showmap');
  if (!el) return;
  const show = async () => {
    if (!button.isConnected) return; // by itself, and pressed
    button.parentNode.remove();
    const opts = JSON.parse(document.getElementById('mapdata').textContent);
    const { mount } = await import(opts.module);
    tap(mount(el, opts));
  };
  button.onclick = show;
  if (matchMedia('(min-width:60rem)').matches && !navigator.connection?.saveData) (globalThis.requestIdleCallback ?? setTimeout)(show);
  else button.hidden = false;
}

/** Shows the button that asks for a position: where the phone can tell one, and only on a tap. */
function nearOn() {
  const button = document.getElementById('near');
  if (!button || !isSecureContext || !navigator.geolocation) return;
  button.hidden = false;
  // The words come while nobody waits for them; the tap finds them kept.
  (globalThis.requestIdleCallback ?? setTimeout)(() => fetch(button.dataset.words).catch(() => {}));
  button.onclick = async () => (await import(button.dataset.module)).near(button);
}

/** Shows the button that stores an oblast, where the phone can; says what is stored, and renews it. */
function saveOn() {
  const button = document.querySelector('[data-act=save]');
  if (!button) return;
  if (!isSecureContext) button.closest('.save').querySelector('[role=status]').textContent = button.dataset.insecure;
  else if (navigator.serviceWorker) {
    const module = () => import(button.dataset.module);
    button.hidden = false;
    button.onclick = async () => (await module()).run();
    try { if (localStorage.packs) module().then((m) => m.refresh()); } catch { /* nothing is kept here */ }
  }
}

/** Ways on an iPhone: it has no geo:, but its own maps: for the same (an iPad calls itself a Mac with a touch screen). */
function waysOn() {
  const { userAgent, maxTouchPoints } = navigator;
  if (!/iPhone|iPad|iPod/.test(userAgent) && !(/Macintosh/.test(userAgent) && maxTouchPoints > 1)) return;
  document.addEventListener('click', (e) => {
    const way = e.target.closest?.('a[href^="geo:"]');
    if (way) way.href = `maps:?dirflg=w&daddr=${way.href.slice(4).split('?')[0]}`;
  }, true);
}

// When the page stands: what it needs itself comes first.
addEventListener('load', () => (globalThis.requestIdleCallback ?? setTimeout)(() => { offline(); saveOn(); }));
nearOn();
waysOn();
// The stream keeps a radio awake: only who looks at a map, or sits at a desk, has it. Others get the present words when they come back to the page.
mapOn((map) => follow((change) => map.update(change)));
let hiddenAt = 0;
document.addEventListener('visibilitychange', () => {
  if (document.hidden) hiddenAt = Date.now();
  else if (Date.now() - hiddenAt > 60e3) refresh().catch(() => {});
});
