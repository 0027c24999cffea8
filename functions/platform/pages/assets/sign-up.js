// Making an account, and signing in to it.

import { call } from './api.js';
import { onSubmit } from './form.js';
import * as session from './session.js';

const form = document.getElementById('sign-up');
onSubmit(form, async (fields) => {
  const account = Object.fromEntries(fields);
  await call('POST', '/api/v1/signup', account);
  const { email: username, password } = account;
  session.begin(await call('POST', '/api/v1/signin', { username, password }));
  session.proceed();
});
