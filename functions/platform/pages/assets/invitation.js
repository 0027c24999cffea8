// Accepting an invitation with the token that stands in the link of a mail.

import { Refused, call } from './api.js';
import { onSubmit } from './form.js';
import * as session from './session.js';

const token = decodeURIComponent(location.pathname.split('/').pop());
const [strange, form, accepted] = ['strange', 'accept', 'accepted'].map((id) => document.getElementById(id));

function show(part) {
  for (const other of [strange, form, accepted]) other.hidden = other !== part;
}

for (const link of strange.querySelectorAll('[data-return]')) link.addEventListener('click', session.comeBackHere);
document.getElementById('other').addEventListener('click', () => {
  session.end();
  session.signIn();
});

const REFUSALS = {
  400: 'This invitation is not known, or you belong to the organization already.',
  406: 'This invitation is not open any more: it was revoked, or has expired. Ask for another one.',
  409: 'This invitation was accepted already.',
  417: 'This invitation was sent to another address. Sign in with the address that received it.',
};

async function organizations() {
  return (await call('GET', '/api/v1/me')).organizations;
}

onSubmit(form, async () => {
  const before = await organizations();
  try {
    const query = new URLSearchParams({ token });
    const { jwtToken } = await call('POST', `/api/v1/invitations/accept?${query}`);
    session.begin(jwtToken);
  } catch (problem) {
    const { user } = problem.problems ?? {};
    throw new Refused(problem.status, user ?? REFUSALS[problem.status] ?? problem.message);
  }
  const known = new Set(before.map(({ id }) => id));
  const joined = (await organizations()).find(({ id }) => !known.has(id));
  document.getElementById('organization').textContent = joined?.name ?? 'the organization';
  show(accepted);
  accepted.focus();
});

if (session.token()) {
  document.getElementById('who').textContent = session.claims().user.username;
  show(form);
} else {
  show(strange);
}
addEventListener('sessionended', () => show(strange));
session.onChange(() => location.reload());
