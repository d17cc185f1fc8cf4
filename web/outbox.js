// The report form without a network: what is sent goes into the queue first, then out.
import './queue.js';

const { all, get, add, update, remove, flush, channel } = globalThis.outbox;
const box = document.getElementById('outbox'), words = box?.dataset, lang = document.documentElement.lang;
let timer, busy;

/** An element with a text and attributes. */
function make(tag, text = '', attributes = {}) {
  const e = document.createElement(tag);
  e.textContent = text;
  for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
  return e;
}

/** "5 minutes ago" in the page's language. */
export function ago(ms) {
  const minutes = Math.trunc((ms - Date.now()) / 6e4), words = new Intl.RelativeTimeFormat(lang);
  if (minutes > -1) return box.dataset.now;
  if (minutes > -60) return words.format(minutes, 'minute');
  return minutes > -2880 ? words.format(Math.trunc(minutes / 60), 'hour') : words.format(Math.trunc(minutes / 1440), 'day');
}

/** A UUID; crypto.randomUUID is missing on plain http. */
export function uuid() {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = b[6] & 15 | 64;
  b[8] = b[8] & 63 | 128;
  return [...b].map((x, i) => ([4, 6, 8, 10].includes(i) ? '-' : '') + x.toString(16).padStart(2, '0')).join('');
}

/** A button of a row. */
function button(text, click) {
  const b = make('button', text, { type: 'button', class: 'quiet' });
  b.onclick = async () => { await click(); await send(true); };
  return b;
}

/** One item of the list, in words. */
function row(item) {
  const li = make('li', '', { class: 'card', 'data-queue': item.id, 'data-state': item.state });
  const head = make('p'), seen = new Date(item.seen).toISOString();
  head.append(make('span', [item.label, item.where].filter(Boolean).join(' · '), { lang: item.lang }), ' · ', make('time', ago(item.seen), { datetime: seen, 'data-as-of': seen }));
  const [tone, mark, text] = { sent: ['green', '✓', words.sent], refused: ['red', '!', words.refused], queued: ['amber', '…', item.id === busy ? words.sending : words.waiting] }[item.state];
  const state = make('p', '', { class: 'state ' + tone });
  state.append(make('span', mark, { class: 'mark', 'aria-hidden': 'true' }), ' ' + text);
  li.append(head, state);
  const places = (item.errors ?? []).filter((e) => e.field === 'place' && e.value.startsWith('UA'));
  // Some reasons come in both languages, as "uk / en".
  const reasons = item.errors?.filter((e) => !places.includes(e)).map((e) => e.reason.split(' / ')[+(lang === 'en')] ?? e.reason);
  const why = words['r' + item.status] ?? (reasons?.join('; ') || item.detail);
  if (item.state !== 'sent' && why) li.append(make('p', why));
  if (item.state === 'sent') li.append(make('a', words.receipt, { href: `/receipts/${item.receipt}?lang=${lang}` }));
  if (item.state === 'refused') {
    for (const p of places) {
      const fields = new URLSearchParams(item.fields);
      fields.set('place', p.value);
      li.append(button(p.reason, () => update(item.id, { state: 'queued', fields: String(fields), where: p.reason, errors: null, status: 0, next: 0, hold: 0 })));
    }
    li.append(button(words.dismiss, () => remove(item.id)));
  }
  return li;
}

/** Shows the queue; rows that say the same stay, for whoever listens to the page or stands in it. */
async function show() {
  const items = (await all()).sort((a, b) => b.seen - a.seen), waiting = items.filter((i) => i.state === 'queued').length;
  try { if (items.length) localStorage.outbox = 1; else localStorage.removeItem('outbox'); } catch { /* then other pages do not send */ }
  const count = document.querySelector('#queued b');
  count.textContent = waiting;
  document.getElementById('queued').hidden = box || !waiting;
  if (!box) return;
  box.hidden = !items.length;
  const list = box.querySelector('ul');
  for (const old of [...list.children]) if (!items.some((i) => i.id === old.dataset.queue)) old.remove();
  items.forEach((item, i) => {
    const now = row(item), old = list.querySelector(`[data-queue="${item.id}"]`);
    if (old?.textContent === now.textContent) return;
    if (old) old.replaceWith(now); else list.insertBefore(now, list.children[i] ?? null);
  });
  const press = box.querySelector('[data-act=flush]');
  press.hidden = !waiting;
  press.querySelector('span').textContent = waiting;
}

/** Sends what waits, now if somebody asks, else when it is due. */
async function send(pressed) {
  clearTimeout(timer);
  const next = await flush(pressed);
  await show();
  if (next < Infinity) timer = setTimeout(send, Math.max(1e3, next - Date.now()));
}

/** Readies a form for the next report: a form that a cache or the way back brings again must not bear a used id. */
function fresh(form) {
  if (!form) return;
  form.elements.id.value = uuid();
  form.querySelector('[data-act=send]').disabled = false;
}

/** Keeps the report, tries at once, and ends at the receipt if there is a network. */
async function submit(form) {
  const fields = new FormData(form), id = fields.get('id'), seen = Date.now() - fields.get('age_s') * 1000;
  const said = [...form.querySelectorAll('[type=radio]:checked:not([name=age_s])')].map((i) => i.parentNode.textContent.trim());
  const where = [...said, fields.get('name') || form.querySelector('.lead')?.textContent || form.querySelector('#place')?.value].filter(Boolean).join(' · ');
  fields.delete('age_s');
  const press = form.querySelector('[data-act=send]'), alert = box.querySelector('[role=alert]');
  press.disabled = true;
  alert.textContent = '';
  try {
    if (!await add({ id, seen, lang, label: form.dataset.label, where, fields: String(new URLSearchParams(fields)) })) {
      alert.textContent = words.full;
      press.disabled = false;
      return box.scrollIntoView();
    }
  } catch {
    return form.submit(); // the phone keeps nothing: then as without a script
  }
  navigator.serviceWorker?.ready.then((r) => r.sync?.register('outbox')).catch(() => {});
  busy = id;
  await show();
  await Promise.race([send(true), new Promise((done) => setTimeout(done, 15e3))]);
  busy = 0;
  const item = await get(id);
  if (item?.state === 'sent') return location.assign(`/receipts/${item.receipt}?lang=${lang}`);
  if (item?.state === 'queued') {
    form.reset();
    navigator.storage?.persist?.();
  }
  await show();
  // What was refused is corrected in the form and takes its place in the list.
  if (item?.state === 'refused' && item.status !== 409) press.disabled = false; else fresh(form);
  box.scrollIntoView();
}

document.addEventListener('submit', (e) => {
  if (!box || !e.target.matches('form.report')) return;
  e.preventDefault();
  submit(e.target);
});
addEventListener('pageshow', () => fresh(box && document.querySelector('form.report')));
addEventListener('online', () => send(true));
document.addEventListener('visibilitychange', () => { if (!document.hidden) send(true); });
if (channel) channel.onmessage = show;
if (box) {
  box.querySelector('[data-act=flush]').onclick = () => send(true);
  if (globalThis.SyncManager && isSecureContext) box.querySelector('.note').textContent = words.sync;
}
show().then(() => send(true));
