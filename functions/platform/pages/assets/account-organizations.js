// The organizations of whoever is signed in, with the roles in each.

import { fill } from './account-parts.js';
import * as session from './session.js';

const section = document.getElementById('organizations');

/** The API names the organizations, and the token, which is fresh, the roles in each. */
export function show({ organizations }) {
  const roles = session.claims().user.roles ?? [];
  fill(section, organizations, (row, { id, name }) => {
    row.querySelector('[data-name]').textContent = name;
    const own = roles.filter(({ orgID }) => orgID === id);
    const badges = own.map(({ role }) => Object.assign(document.createElement('span'), { className: 'badge', textContent: role }));
    row.querySelector('[data-roles]').replaceChildren(...badges);
  });
}
