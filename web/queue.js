// The queue of reports that wait for a network, for pages and the worker alike: they
// may send at once, and only the id of a report makes that safe. A classic script,
// because workers take modules only in some browsers.
globalThis.outbox = (() => {
  const most = 50, week = 7 * 864e5, refusals = [400, 403, 404, 409, 410, 413, 415];
  const channel = globalThis.BroadcastChannel && new BroadcastChannel('outbox');

  // Another store in this database is a new version of it, made here.
  const stores = { outbox: 'id', packs: 'adm1' };
  const open = () => new Promise((done, failed) => {
    const asked = indexedDB.open('teplo', 2);
    asked.onupgradeneeded = () => {
      for (const [name, keyPath] of Object.entries(stores)) if (!asked.result.objectStoreNames.contains(name)) asked.result.createObjectStore(name, { keyPath });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });

  /** Resolves with the result of the request that `work` returns, once the disk has it. */
  async function transact(mode, work, name = 'outbox') {
    const db = await open();
    try {
      return await new Promise((done, failed) => {
        const t = db.transaction(name, mode, { durability: 'strict' });
        const asked = work(t.objectStore(name));
        t.oncomplete = () => done(asked.result);
        t.onabort = () => failed(t.error);
      });
    } finally {
      db.close(); // an open one would block other versions of the page
      if (mode !== 'readonly') channel?.postMessage(0);
    }
  }

  const all = () => transact('readonly', (store) => store.getAll());
  const get = (id) => transact('readonly', (store) => store.get(id));
  const remove = (id) => transact('readwrite', (store) => store.delete(id));

  /** Stores a report; false where too many wait, and then nothing is stored. */
  async function add(item) {
    let room;
    await transact('readwrite', (store) => {
      const asked = store.getAll();
      asked.onsuccess = () => {
        room = asked.result.filter((i) => i.state !== 'sent' && i.id !== item.id).length < most;
        if (room) store.put({ state: 'queued', tries: 0, next: 0, hold: 0, ...item });
      };
      return asked;
    });
    return room;
  }

  /** Changes an item, unless the other sender has brought it home meanwhile. */
  const update = (id, change) => transact('readwrite', (store) => {
    const asked = store.get(id);
    asked.onsuccess = () => { if (asked.result && asked.result.state !== 'sent') store.put({ ...asked.result, ...change }); };
    return asked;
  });

  /** Sends one; returns when to come back to the network if there was no answer of the server. */
  async function send(item) {
    const body = new URLSearchParams(item.fields);
    body.set('age_s', Math.max(0, Math.round((Date.now() - item.seen) / 1000)));
    let reply, said;
    try {
      reply = await fetch('/report?lang=' + item.lang, { method: 'POST', body, headers: { Accept: 'application/json' }, signal: AbortSignal.timeout?.(20e3) });
      said = await reply.json();
    } catch { /* no network, or somebody else's page in its place */ }
    if (reply?.ok && said?.id) {
      // What was said need not lie on the phone any more.
      await update(item.id, { state: 'sent', receipt: said.id, at: Date.now(), fields: '', where: '' });
    } else if (refusals.includes(said?.status) && said.status === reply.status) {
      await update(item.id, { state: 'refused', status: reply.status, detail: said.detail, errors: said.errors });
    } else {
      const after = reply?.headers.get('Retry-After') ?? 0;
      const hold = after ? (after > 0 ? Date.now() + after * 1000 : Date.parse(after)) || 0 : 0;
      const next = Math.max(hold, Date.now() + Math.min(600, 5 * 2 ** item.tries) * 1000);
      await update(item.id, { tries: item.tries + 1, status: said?.status, hold, next });
      return said?.status ? 0 : next;
    }
    return 0;
  }

  /** Sends what is due, or with `pressed` all that no Retry-After holds; returns when the next one is due, 0 for none. */
  async function sendDue(pressed) {
    let silent = 0;
    for (const item of await all()) {
      if (item.state === 'sent' && item.at < Date.now() - week) await remove(item.id);
      if (item.state !== 'queued' || (pressed ? item.hold : item.next) > Date.now()) continue;
      if (silent) await update(item.id, { next: silent }); else silent = await send(item);
    }
    return Math.min(...(await all()).filter((i) => i.state === 'queued').map((i) => i.next), Infinity);
  }
  const flush = (pressed) => navigator.locks ? navigator.locks.request('outbox', () => sendDue(pressed)) : sendDue(pressed);

  return { all, get, add, update, remove, flush, channel, transact };
})();
