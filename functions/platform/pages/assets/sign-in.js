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
    if (problem.problems.otpCode) {
      askForCode(form.elements.otpCode);
      throw problem;
    }
    form.elements.password.select();
    throw new Refused(401, 'Wrong e-mail address or password.');
  }
});

/** The account asks for a code: from now on the form does as well. */
function askForCode(field) {
  field.required = true;
  field.value = '';
  field.closest('.field').hidden = false;
}

/** Signs in by `way`; where the account asks for a code besides the passkey, its form comes up. */
async function goOn(way) {
  try {
    enter(await way());
  } catch (problem) {
    if (!problem.unanswered) throw problem;
    unanswered = problem.unanswered;
    codeForm.hidden = false;
    codeForm.elements.otpCode.value = '';
    codeForm.elements.otpCode.focus();
  }
}

/** What an authenticator said, which waits for a code beside it. */
let unanswered;
const codeForm = document.getElementById('passkey-code');
onSubmit(codeForm, async (fields) => {
  try {
    enter(await passkey.finish(unanswered, fields.get('otpCode').trim()));
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    // The challenge is spent.
    codeForm.hidden = true;
    tell(byPasskey, 'wrong', `${problem.message}. Use the passkey again.`);
  }
});

const byPasskey = document.getElementById('by-passkey');
if (passkey.isPossible()) {
  byPasskey.hidden = false;
  const button = byPasskey.querySelector('button');
  button.addEventListener('click', async () => {
    await attempt(byPasskey, button, async () => goOn(passkey.signIn));
    // The browser asks for one thing at a time; what it offered beside the form has ended with this.
    if (!session.token()) offerPasskeys();
  });
  offerPasskeys();
}

/** What goes wrong with one offer is said, and the next one stands. */
async function offerPasskeys() {
  for (let offers = 0; offers < 10; offers += 1) {
    try {
      return await goOn(passkey.fromAutofill);
    } catch (problem) {
      tell(byPasskey, 'wrong', problem.message);
      // Whoever asked too often, or reached nobody, is not helped by more.
      if (problem.status !== 401) return undefined;
    }
  }
  return undefined;
}
