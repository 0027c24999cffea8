// Signing in, with a password or a passkey.

import { Refused, call } from './api.js';
import { attempt, onSubmit, tell } from './form.js';
import * as passkey from './passkey.js';
import * as session from './session.js';

if (session.token()) session.proceed();
session.onChange((token) => token && session.proceed());

const said = session.said();
const place = document.getElementById('said');
place.textContent = said ?? '';
place.hidden = !said;

function enter(token) {
  session.begin(token);
  session.proceed();
}

const form = document.getElementById('sign-in');
onSubmit(form, async (fields) => {
  try {
    enter(await call('POST', '/api/v1/signin', Object.fromEntries(fields)));
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    form.elements.password.select();
    throw new Refused(401, 'Wrong e-mail address or password.');
  }
});

const byPasskey = document.getElementById('by-passkey');
if (passkey.isPossible()) {
  byPasskey.hidden = false;
  const button = byPasskey.querySelector('button');
  button.addEventListener('click', async () => {
    await attempt(byPasskey, button, async () => enter(await passkey.signIn()));
    // The browser asks for one thing at a time; what it offered beside the form has ended with this.
    if (!session.token()) offerPasskeys();
  });
  offerPasskeys();
}

/** What goes wrong with one offer is said, and the next one stands. */
async function offerPasskeys() {
  for (let offers = 0; offers < 10; offers += 1) {
    try {
      return enter(await passkey.fromAutofill());
    } catch (problem) {
      tell(byPasskey, 'wrong', problem.message);
      // Whoever asked too often, or reached nobody, is not helped by more.
      if (problem.status !== 401) return undefined;
    }
  }
  return undefined;
}
