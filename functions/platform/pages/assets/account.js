// The account page: loads what its sections show, each of which knows how to change what is its own.

import * as organizations from './account-organizations.js';
import * as passkeys from './account-passkeys.js';
import * as profile from './account-profile.js';
import * as sessions from './account-sessions.js';
import { call, renew } from './api.js';
import { attempt, tell } from './form.js';
import * as session from './session.js';

const part = (id) => document.getElementById(id);

async function load() {
  // A fresh token names the roles of now.
  await renew();
  const [me] = await Promise.all([profile.load(), passkeys.load(), sessions.load()]);
  organizations.show(me);
  part('loading').hidden = true;
  for (const id of ['account', 'sign-out']) part(id).hidden = false;
  // The browser could not go to a section that was not shown.
  if (location.hash) part(location.hash.slice(1))?.scrollIntoView();
}

function open() {
  if (!session.token()) return session.signIn();
  return load().catch((problem) => {
    // Then the page is being left.
    if (problem.status === 401) return;
    part('loading').hidden = true;
    part('failed').textContent = problem.message;
    part('failed').hidden = false;
  });
}

addEventListener('sessionended', () => {
  session.say('Your session has ended. Sign in again.');
  session.signIn();
});
session.onChange((token) => (token ? location.reload() : session.signIn()));

const signOut = part('sign-out');
signOut.addEventListener('click', () =>
  attempt(document.body, signOut, async () => {
    // Whoever reaches nobody is signed out here all the same.
    await call('POST', '/api/v1/signout').catch(() => {});
    session.end();
    session.say('You are signed out.');
    location.replace('/account/sign-in');
  }),
);

const password = part('password');
const mailLink = part('mail-link');
mailLink.addEventListener('click', () =>
  attempt(password, mailLink, async () => {
    const { email } = profile.shown();
    await call('POST', '/api/v1/user/reset', { email });
    tell(password, 'right', `A mail to ${email} is on its way. Its link works once, within the hour.`);
  }),
);

open();
