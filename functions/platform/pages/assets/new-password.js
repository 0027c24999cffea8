// Setting a new password with the token that stands in the link of a mail.

import { Refused, call } from './api.js';
import { onSubmit } from './form.js';
import * as session from './session.js';

const form = document.getElementById('new-password');
const token = location.pathname.split('/').pop();
const address = new URLSearchParams(location.search).get('u');
if (address) {
  form.elements.email.value = address;
  form.elements.email.readOnly = true;
}

onSubmit(form, async (fields) => {
  try {
    await call('POST', `/api/v1/user/changepassword/${encodeURIComponent(token)}`, Object.fromEntries(fields));
  } catch (problem) {
    const isOver = problem.status === 404 || 'Token' in (problem.problems ?? {});
    if (!isOver) throw problem;
    document.getElementById('another').hidden = false;
    throw new Refused(400, 'This link does not work any more: it was used, is too old, or a newer one was mailed.');
  }
  // Every session has ended, this browser's too.
  session.end();
  session.say('Your password is set. Sign in with it.');
  location.replace('/account/sign-in');
});
