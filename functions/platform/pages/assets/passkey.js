// Passkeys: between the API, which gives challenges, and the browser, which lets an authenticator answer them.

import { Refused, call } from './api.js';

/** Whether this browser has passkeys, and may use ours: they are bound to a domain. */
export function isPossible() {
  const { rpId } = document.body.dataset;
  const { hostname } = location;
  const isOurs = hostname === rpId || hostname.endsWith(`.${rpId}`);
  return isOurs && typeof globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON === 'function';
}

/** Adds a passkey of this name to the account. */
export async function add(name) {
  const { publicKey } = await call('POST', '/api/v1/webauthn/register/begin');
  const options = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey);
  const credential = await ask(() => navigator.credentials.create({ publicKey: options }));
  const query = new URLSearchParams({ name });
  return call('POST', `/api/v1/webauthn/register/finish?${query}`, credential.toJSON());
}

/** An offer that waits beside the form for somebody to choose a passkey from what the browser suggests. */
let offer;

/** Signs in with whatever passkey is chosen now: a token. */
export async function signIn() {
  // A browser asks one authenticator at a time.
  offer?.abort();
  return answer(await challenge(), {});
}

// A challenge is good for five minutes; an offer may stand longer, so it is renewed before.
const RENEWED_AFTER = 4 * 60_000;

/** Offers passkeys in the autofill of the field whose autocomplete says `webauthn`, until one is chosen: a token. */
export async function fromAutofill() {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return new Promise(() => {});
  for (;;) {
    if (document.hidden) await isSeen();
    offer = new AbortController();
    const { signal } = offer;
    const renewal = setTimeout(() => offer.abort('renewed'), RENEWED_AFTER);
    try {
      return await answer(await challenge(), { mediation: 'conditional', signal });
    } catch (problem) {
      if (!signal.aborted) throw problem;
      if (signal.reason !== 'renewed') return await new Promise(() => {});
    } finally {
      clearTimeout(renewal);
    }
  }
}

function isSeen() {
  return new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }));
}

async function challenge() {
  const { publicKey } = await call('POST', '/api/v1/webauthn/login/begin', {});
  return PublicKeyCredential.parseRequestOptionsFromJSON(publicKey);
}

async function answer(publicKey, how) {
  const credential = await ask(() => navigator.credentials.get({ publicKey, ...how }));
  return finish(credential.toJSON());
}

/**
 * Signs in with an authenticator's response: a token. Where the account asks for a code as well, what is thrown has the
 * response as `unanswered`, to be sent again with it.
 */
export async function finish(response, otpCode) {
  try {
    return await call('POST', '/api/v1/webauthn/login/finish', { ...response, otpCode });
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    if (problem.problems.otpCode) throw otpCode ? problem : Object.assign(problem, { unanswered: response });
    throw new Refused(401, 'This passkey does not sign in here. It may have been removed from the account.');
  }
}

/** Lets the browser ask, and says in words what came of it. */
async function ask(browser) {
  try {
    return await browser();
  } catch (problem) {
    const words = {
      AbortError: 'The browser stopped asking for a passkey. Try again.',
      InvalidStateError: 'This device holds a passkey of your account already.',
      NotAllowedError: 'No passkey was used: it was cancelled, or took too long.',
      SecurityError: 'Passkeys of this service do not work at this address.',
    };
    throw new Refused(0, words[problem.name] ?? 'The passkey could not be used. Try again.');
  }
}
