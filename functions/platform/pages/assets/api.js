// Speaks to the public API, the same that every client uses.

import * as session from './session.js';

/** An answer that is not a success. `problems` names members of the request, each with what is wrong with it. */
export class Refused extends Error {
  constructor(status, message, problems = {}) {
    super(message);
    this.status = status;
    this.problems = problems;
  }
}

const TOO_LONG = 30_000;

/**
 * Calls an operation: its body as it is, a text or JSON. `body` is sent as JSON, a form as it is. With `headers` of its own a
 * request is not that of whoever is signed in.
 */
export async function call(method, path, body, headers) {
  const token = headers ? undefined : session.token();
  headers ??= token ? { 'X-Auth': token } : {};
  const isJson = body !== undefined && !(body instanceof FormData);
  const answer = await send(path, {
    method,
    headers: isJson ? { ...headers, 'Content-Type': 'application/json' } : headers,
    body: isJson ? JSON.stringify(body) : body,
    signal: AbortSignal.timeout(TOO_LONG),
  });
  const content = await read(answer);
  if (answer.ok) {
    // Another tab may have signed out meanwhile; then there is nothing to renew.
    if (token && token === session.token() && session.isDue()) renew().catch(() => {});
    return content;
  }
  if (answer.status === 401 && token) {
    session.end();
    dispatchEvent(new Event('sessionended'));
  }
  const { message, errors } = content?.error ?? content ?? {};
  throw new Refused(answer.status, message ?? 'Something went wrong here. Try again in a moment.', errors);
}

async function send(path, request) {
  try {
    return await fetch(path, request);
  } catch {
    throw new Refused(0, 'The service cannot be reached. Check the connection and try again.');
  }
}

async function read(answer) {
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.startsWith('application/json');
  try {
    return isJson ? JSON.parse(text) : text;
  } catch {
    return null;
  }
}

let renewing;

/** A fresh token of the same session, which knows the roles of now. Several who ask at a time get one. */
export function renew() {
  renewing ??= call('POST', '/api/v1/renew')
    .then(session.begin)
    .finally(() => (renewing = undefined));
  return renewing;
}
