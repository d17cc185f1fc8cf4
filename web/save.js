// The button that stores an oblast on the phone, and what it says meanwhile.
import { speaker } from './near.js';
import { save, stored, remove, renew, fingerprint } from './packs.js';

const button = document.querySelector('[data-act=save]'), box = button.closest('.save'), status = box.querySelector('[role=status]');
const { adm1 } = button.dataset, bar = box.querySelector('progress'), choice = box.querySelector('.choice');
const words = fetch(button.dataset.words).then((reply) => reply.json()), near = fetch(button.dataset.near).then((reply) => reply.json());
const language = async () => {
  const [own, shared] = [await words, await near];
  return speaker({ ...shared, words: { ...shared.words, ...own.words } });
};

const size = (n) => Math.max(1, Math.round(n / 1024));

/** A button of the choice. */
function offer(text, click) {
  const b = document.createElement('button');
  Object.assign(b, { type: 'button', className: 'quiet', textContent: text, onclick: click });
  choice.append(b);
}

/** Says what is stored of this oblast. */
export async function tell() {
  const { t, age } = await language(), kept = (await stored()).find((r) => r.adm1 === adm1);
  choice.replaceChildren();
  bar.hidden = true;
  button.disabled = false;
  button.textContent = kept ? t('save_again') : button.dataset.first;
  status.textContent = kept ? t('save_kept', { size: size(kept.bytes), age: age(kept.asOf, Date.now()) }) : '';
  if (kept) offer(t('save_remove'), async () => { await remove(adm1); await tell(); button.focus(); });
}

/** Stores it; a changed key is shown and asked about. */
export async function run(trusted) {
  const { t } = await language();
  button.disabled = true;
  choice.replaceChildren();
  bar.hidden = false;
  bar.removeAttribute('value');
  status.textContent = t('save_loading');
  try {
    await save(adm1, (have, all) => {
      if (all) Object.assign(bar, { max: all, value: have });
      status.textContent = t('save_progress', { have: size(have), all: all ? size(all) : '?' });
    }, trusted);
    await tell();
    button.focus();
  } catch (e) {
    await tell();
    status.textContent = t('save_' + (e.why ?? 'failed'));
    if (e.why !== 'key') return;
    status.textContent = t('save_key', { old: await fingerprint(e.old), now: await fingerprint(e.now) });
    choice.replaceChildren();
    offer(t('save_trust'), () => run(e.now));
    offer(t('save_distrust'), tell);
  }
}

/** Renews what is old while there is a network; a refusal is told. */
export async function refresh() {
  await tell();
  if (navigator.connection?.saveData || !(await stored()).length) return;
  try {
    await renew(adm1);
    await tell();
  } catch (e) {
    if (e.why === 'failed') return;
    status.textContent = (await language()).t(e.why === 'key' ? 'save_changed' : 'save_' + e.why);
  }
}
