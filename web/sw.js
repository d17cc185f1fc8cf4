// The worker: keeps the form, the page that says that there is no network and what is
// kept here, and sends the queue when the network comes back. It keeps no page with a
// verdict: that of yesterday is none; boards are made anew of stored oblasts (stored.js). The server puts `shell` before this text: the version, the
// paths to keep, the URL of the queue.
const own = self.trustedTypes?.createPolicy('teplo', { createScriptURL: (s) => s }) ?? { createScriptURL: (s) => s };
importScripts(own.createScriptURL(shell.queue));

const kept = 'teplo-shell-' + shell.version, patience = 3500, unkept = /^\/(api|admin|moderate|o|join|a)(\/|$)/;

self.addEventListener('install', (e) => e.waitUntil((async () => {
  const cache = await caches.open(kept);
  await cache.addAll(shell.paths.map((path) => new Request(path, { credentials: 'omit', cache: path.startsWith('/a/') ? 'default' : 'reload' })));
  await self.skipWaiting();
})()));

self.addEventListener('activate', (e) => e.waitUntil((async () => {
  const old = (await caches.keys()).filter((name) => name.startsWith('teplo-shell-') && name !== kept);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
})()));

/** The language last used: the address's, kept for addresses that name none. */
async function language(url) {
  const cache = await caches.open('teplo-lang'), named = url.searchParams.get('lang');
  if (['uk', 'en'].includes(named)) {
    await cache.put('/lang', new Response(named));
    return named;
  }
  return await (await cache.match('/lang'))?.text() ?? 'uk';
}

/** What stands for a page without a network. */
const standIn = (url, lang) => caches.match(`${{ '/report': '/offline/report', '/privacy': '/privacy' }[url.pathname] ?? '/offline'}?lang=${lang}`, { cacheName: kept });

/** The network, while it is patient; a congested one hangs rather than fails. */
async function navigate(request, url) {
  const lang = language(url), network = fetch(request);
  const late = new Promise((_, fail) => setTimeout(fail, url.searchParams.has('wait') ? 10 * patience : patience));
  try {
    return await Promise.race([network, late]);
  } catch {
    return await standIn(url, await lang) ?? network;
  }
}

self.addEventListener('fetch', (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== 'GET' || url.origin !== location.origin) return;
  if (e.request.mode === 'navigate') {
    if (!unkept.test(url.pathname)) e.respondWith(navigate(e.request, url));
  } else if (shell.paths.includes(url.pathname)) {
    e.respondWith(caches.match(e.request, { cacheName: kept }).then((found) => found ?? fetch(e.request)));
  }
});

// A rejection asks the browser to come back later.
self.addEventListener('sync', (e) => e.waitUntil(self.outbox.flush(true).then((next) => { if (next < Infinity) throw new Error('later'); })));
