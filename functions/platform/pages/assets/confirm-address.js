// Confirming an address with the token that stands in the link of a mail. It takes a click: opening the page does nothing.

import { Refused } from './api.js';
import { post } from './barong.js';
import { onSubmit } from './form.js';

const form = document.getElementById('confirm');
const confirmed = document.getElementById('confirmed');
const token = new URLSearchParams(location.search).get('confirmation_token') ?? '';

onSubmit(form, async () => {
  const keys = await post('/identity/users/email/confirm_code', { token });
  if (keys.includes('identity.user.active_or_doesnt_exist')) {
    throw new Refused(422, 'There is nothing to confirm: the address is confirmed already, or the account is gone.');
  }
  if (keys.length) throw new Refused(422, 'This link does not work: it was used already, is too old, or is incomplete.');
  form.hidden = true;
  confirmed.hidden = false;
  confirmed.focus();
});
