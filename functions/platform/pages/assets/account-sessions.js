// The sessions of whoever is signed in: listed, ended.

import { confirmed, date, device, fill } from './account-parts.js';
import { call } from './api.js';
import { attempt, tell } from './form.js';
import * as session from './session.js';

const section = document.getElementById('sessions');
const endOthers = document.getElementById('end-others');

export async function load() {
  const { sub, jti } = session.claims();
  const sessions = await call('GET', `/api/v1/sessions/users/${sub}`);
  const here = sessions.filter(({ id }) => id === jti);
  const others = sessions.filter(({ id }) => id !== jti).reverse();
  fill(section, [...here, ...others], (row, { id, userAgent, ip, createdAt, lastSeen }) => {
    const name = device(userAgent);
    row.querySelector('[data-name]').textContent = name;
    row.querySelector('[data-detail]').textContent = `${ip}, since ${date(createdAt)}, last seen ${date(lastSeen)}`;
    row.title = userAgent;
    row.querySelector('[data-here]').hidden = id !== jti;
    const button = row.querySelector('button');
    // One's own ends by signing out.
    button.hidden = id === jti;
    button.setAttribute('aria-label', `End the session ${name}, since ${date(createdAt)}`);
    button.addEventListener('click', () => attempt(section, button, () => end(id)));
  });
  endOthers.hidden = others.length === 0;
}

async function end(id) {
  await call('DELETE', `/api/v1/sessions/${id}`);
  await load();
  tell(section, 'right', 'The session has ended.');
}

endOthers.addEventListener('click', () =>
  attempt(section, endOthers, async () => {
    const reason = 'Whoever uses your account elsewhere, you or somebody else, has to sign in again.';
    if (!(await confirmed('End all other sessions?', reason, 'End them'))) return;
    await call('DELETE', `/api/v1/sessions/users/${session.claims().sub}`);
    await load();
    tell(section, 'right', 'All other sessions have ended.');
  }),
);
