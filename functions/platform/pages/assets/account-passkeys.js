// The passkeys of the account: listed, added, named, removed.

import { confirmed, date, device, fill } from './account-parts.js';
import { call } from './api.js';
import { attempt, onSubmit, tell } from './form.js';
import * as passkey from './passkey.js';

const section = document.getElementById('passkeys');
const form = document.getElementById('passkey-form');
const suggestion = document.getElementById('suggestion');

form.hidden = !passkey.isPossible();
document.getElementById('passkey-impossible').hidden = passkey.isPossible();

export async function load() {
  const passkeys = await call('GET', '/api/v1/webauthn/credentials');
  suggestion.hidden = passkeys.length > 0 || !passkey.isPossible();
  form.elements.name.value = device(navigator.userAgent);
  fill(section, passkeys, (row, { id, name, createdAt, transport }) => {
    row.querySelector('[data-name]').textContent = name;
    row.querySelector('[data-detail]').textContent = `${place(transport)}, added ${date(createdAt)}`;
    const button = row.querySelector('button');
    button.setAttribute('aria-label', `Remove ${name}`);
    button.addEventListener('click', () => attempt(section, button, () => remove(id, name)));
  });
}

/** Where the authenticator is, by how it is reached (WebAuthn §5.8.4). */
function place(transport) {
  const hints = transport.split(',');
  if (hints.includes('internal')) return 'On a device';
  if (hints.includes('hybrid')) return 'On a telephone';
  return hints.some((hint) => ['usb', 'nfc', 'ble'].includes(hint)) ? 'Security key' : 'Passkey';
}

async function remove(id, name) {
  const reason = 'It does not sign you in any more then. Your device may go on offering it: remove it there too.';
  if (!(await confirmed(`Remove “${name}”?`, reason, 'Remove'))) return;
  await call('DELETE', `/api/v1/webauthn/credentials/${id}`);
  await load();
  tell(section, 'right', `“${name}” is removed.`);
}

onSubmit(form, async (fields) => {
  tell(section, 'right');
  const name = fields.get('name').trim();
  await passkey.add(name);
  await load();
  tell(section, 'right', `“${name}” is added. Sign in with it next time.`);
});
