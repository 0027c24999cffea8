// Who is signed in. The token stands in the browser's storage, where every tab of this origin finds it and no request takes
// it along by itself: the API reads it from a header only.

const TOKEN = 'countersign.token';
const NEXT = 'countersign.next';
const SAID = 'countersign.said';

/** Pages that somebody may come back to after signing in. */
const RETURNS = /^\/(account|auth\/invitations\/accept\/[\w=-]+)$/;

export function begin(token) {
  // By this device's clock: it may differ from the server's, but it measures how long something took.
  localStorage.setItem(TOKEN, JSON.stringify({ token, since: Date.now() }));
}

export function end() {
  localStorage.removeItem(TOKEN);
}

function kept() {
  try {
    const { token, since } = JSON.parse(localStorage.getItem(TOKEN));
    return token.split('.').length === 3 ? { token, since } : {};
  } catch {
    return {};
  }
}

export function token() {
  return kept().token;
}

/** What the token says, without a look at its signature: for what is shown, not for what is allowed. */
export function claims() {
  return claimsOf(token());
}

/** The same of any token; nothing of what is none. */
export function claimsOf(token) {
  try {
    const payload = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** Whether more than half of the token's life is over. */
export function isDue() {
  const { exp, iat } = claims();
  return Date.now() - kept().since > ((exp - iat) * 1000) / 2;
}

/** Calls back when another tab signs out, or signs somebody in. A fresh token of the same session is no change. */
export function onChange(callback) {
  const id = () => token() && claims().jti;
  const known = id();
  addEventListener('storage', () => {
    if (id() !== known) callback(token());
  });
}

/** Remembers this page as the one to come back to. */
export function comeBackHere() {
  sessionStorage.setItem(NEXT, location.pathname);
}

/** Leaves for the page that somebody wanted before signing in. */
export function proceed() {
  const next = sessionStorage.getItem(NEXT) ?? '';
  sessionStorage.removeItem(NEXT);
  location.replace(RETURNS.test(next) ? next : '/account');
}

export function signIn() {
  comeBackHere();
  location.replace('/account/sign-in');
}

/** Leaves a sentence for the next page. */
export function say(sentence) {
  sessionStorage.setItem(SAID, sentence);
}

export function said() {
  const sentence = sessionStorage.getItem(SAID);
  sessionStorage.removeItem(SAID);
  return sentence;
}
