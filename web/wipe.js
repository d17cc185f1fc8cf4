// Deletes what this site keeps on the phone; the form then lets the cookies expire.
// Nothing is believed deleted that was not: one failure and the page says "in part".

const form = document.querySelector('[data-act="wipe"]');

/** Deletes a database; one that another tab holds open is a failure, not a wait. */
const drop = (name) => new Promise((resolve, reject) => {
  const asked = indexedDB.deleteDatabase(name);
  asked.onsuccess = resolve;
  asked.onerror = asked.onblocked = reject;
});

const steps = [
  async () => {
    for (const worker of await navigator.serviceWorker?.getRegistrations() ?? []) await worker.unregister();
  },
  async () => {
    for (const name of await globalThis.caches?.keys() ?? []) await caches.delete(name);
  },
  async () => Promise.all((await indexedDB.databases()).map(({ name }) => drop(name))),
  async () => localStorage.clear(),
  async () => sessionStorage.clear(),
];

form.addEventListener('submit', async (e) => {
  e.preventDefault();
  // Each by itself: a failing one must not spare the others.
  const done = (await Promise.allSettled(steps.map((step) => step()))).every((d) => d.status === 'fulfilled');
  form.elements.wiped.value = done ? 'all' : 'part';
  try {
    await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout?.(8e3) });
    form.submit();
  } catch {
    // Cookies that scripts cannot see wait for the server; the rest is gone already.
    const said = form.querySelector('[role=status]');
    said.textContent = form.dataset[done ? 'offline' : 'part'];
    said.scrollIntoView();
  }
});
