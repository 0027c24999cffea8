// Speaks to barong's surface, whose errors are keys.

import { Refused, call } from './api.js';

/** Sends parameters: the keys of what is wrong, or none. */
export async function post(path, parameters) {
  try {
    await call('POST', `/api/v2${path}`, parameters);
    return [];
  } catch (problem) {
    if (problem.status === 429) throw new Refused(429, 'That was tried too often. Wait a while and try again.');
    if (!Array.isArray(problem.problems)) throw problem;
    return problem.problems;
  }
}
