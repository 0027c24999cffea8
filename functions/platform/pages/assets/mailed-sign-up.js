// Making an account for the address that a link was mailed to. Opening the page looks at the link and uses nothing up.

import { Refused, call } from './api.js';
import { onSubmit, tell } from './form.js';
import * as session from './session.js';

const card = document.getElementById('sign-up-card');
const form = document.getElementById('mailed-sign-up');
const authorization = `Bearer ${location.pathname.split('/').at(-1)}`;

const NO_LINK = 'This link does not work any more: it was used, is too old, or is incomplete.';

try {
  const { email } = await call('GET', '/auth/sign-up/verify-token', undefined, { authorization });
  form.elements.email.value = email;
  form.hidden = false;
  form.elements.password.focus();
} catch (problem) {
  if (!(problem instanceof Refused)) throw problem;
  tell(card, 'wrong', problem.status === 401 ? NO_LINK : problem.message);
}

onSubmit(form, async (fields) => {
  try {
    await call('POST', '/auth/sign-up/create-user', Object.fromEntries(fields), { authorization });
  } catch (problem) {
    if (problem.status === 401) throw new Refused(401, NO_LINK);
    if (problem.message === 'User already exists') throw new Refused(400, 'This address has an account already: sign in.');
    if (problem.status === 400) throw new Refused(400, '', { password: 'is too short or too easy to guess' });
    throw problem;
  }
  session.say('Your account is made. Sign in with your password.');
  location.replace('/account/sign-in');
});
