// Asking for a link to set a new password. The answer is the same whether there is such an account or not.

import { call } from './api.js';
import { onSubmit } from './form.js';

const form = document.getElementById('forgotten');
const sent = document.getElementById('sent');

onSubmit(form, async (fields) => {
  const email = fields.get('email');
  await call('POST', '/api/v1/user/reset', { email });
  document.getElementById('to').textContent = email;
  form.hidden = true;
  sent.hidden = false;
  sent.focus();
});

document.getElementById('again').addEventListener('click', () => {
  sent.hidden = true;
  form.hidden = false;
  form.elements.email.select();
});
