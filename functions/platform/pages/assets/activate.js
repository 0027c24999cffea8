// Activating an account with the code that stands in the link of a mail. It takes a click: opening the page does nothing.

import { Refused, call } from './api.js';
import { onSubmit } from './form.js';

const form = document.getElementById('activate');
const activated = document.getElementById('activated');
const [uid, code] = location.pathname.split('/').slice(-2);

onSubmit(form, async () => {
  try {
    await call('POST', `/identity/v1/public/activate/${uid}/${code}`);
  } catch (problem) {
    if (problem.status !== 400 && problem.status !== 404) throw problem;
    throw new Refused(problem.status, 'This link does not work: it was used already, is too old, or is incomplete.');
  }
  form.hidden = true;
  activated.hidden = false;
  activated.focus();
});
