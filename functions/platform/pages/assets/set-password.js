// Setting a new password with the token that stands in the link of a mail of barong.

import { Refused } from './api.js';
import { post } from './barong.js';
import { onSubmit } from './form.js';
import * as session from './session.js';

const form = document.getElementById('set-password');
const token = new URLSearchParams(location.search).get('reset_token') ?? '';

// A password manager keeps the new password under the address, which the token says.
form.elements.email.value = session.claimsOf(token)?.email ?? '';

const PROBLEMS = {
  'password.requirements': 'needs 8 characters or more, with small letters, capitals and digits',
  'password.too_long': 'is too long',
  'password.weak': 'is too easy to guess',
};

onSubmit(form, async (fields) => {
  const password = fields.get('password');
  const parameters = { reset_password_token: token, password, confirm_password: password };
  const [key] = await post('/identity/users/password/confirm_code', parameters);
  if (key in PROBLEMS) throw new Refused(422, '', { password: `The password ${PROBLEMS[key]}` });
  if (key) throw new Refused(422, 'This link does not work any more: it was used, is too old, or a newer one was mailed.');
  // Every session has ended, this browser's too.
  session.end();
  session.say('Your password is set. Sign in with it.');
  location.replace('/account/sign-in');
});
