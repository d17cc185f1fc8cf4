// The pages that the worker keeps: they fill themselves from the address that was asked for.
import { ago, uuid } from './outbox.js';

const asked = new URLSearchParams(location.search);
for (const time of document.querySelectorAll('[data-as-of]')) time.append(` (${ago(Date.parse(time.dateTime))})`);

// What the phone keeps of an oblast tells more than that there is no network.
const board = document.getElementById('board');
if (board) {
  const { fill } = await import(board.dataset.module);
  await fill();
  board.setAttribute('aria-busy', 'false');
  // A page that stays open must not go on saying yes.
  const again = () => { if (!document.hidden && !board.contains(document.activeElement)) fill(); };
  document.addEventListener('visibilitychange', again);
  setInterval(again, 60e3);
}

// Whoever asks again waits longer than the worker does by itself.
const again = new URL(location.href);
again.searchParams.set('wait', '1');
document.querySelector('[data-act=again]').href = again;

/** Makes the form of one kind of report, with what the address says already. */
function form(template) {
  const made = document.importNode(template.content, true), form = made.querySelector('form');
  form.elements.id.value = uuid();
  for (const [name, value] of asked) {
    const field = form.elements[name];
    if (['about', 'id', 'lang', 'wait'].includes(name)) continue;
    if (field) for (const input of field instanceof RadioNodeList ? field : [field]) {
      if (input.type === 'radio' || input.type === 'checkbox') input.checked = input.value === value; else input.value = value;
    } else if (['hub', 'lon', 'lat'].includes(name)) {
      const hidden = document.createElement('input');
      Object.assign(hidden, { type: 'hidden', name, value });
      form.append(hidden);
    }
  }
  if (asked.has('lon')) form.querySelector('#place')?.closest('p').remove();
  document.getElementById('form').replaceChildren(made);
}

const template = [...document.querySelectorAll('template')].find((t) => t.dataset.about === asked.get('about'));
if (template) form(template);
for (const kind of document.querySelectorAll('#kinds a')) {
  if (new URL(kind.href).searchParams.get('about') === asked.get('about')) { kind.classList.add('on'); kind.setAttribute('aria-current', 'true'); }
}
