// What the sections of the account page have in common.

/** Fills a section's list, one row of its template for each of `items`. */
export function fill(section, items, furnish) {
  const template = section.querySelector('template');
  const rows = items.map((item) => {
    const row = template.content.cloneNode(true).firstElementChild;
    furnish(row, item);
    return row;
  });
  section.querySelector('.rows').replaceChildren(...rows);
  const empty = section.querySelector('.empty');
  if (empty) empty.hidden = rows.length > 0;
}

const dialog = document.getElementById('confirm');

/** Asks whether something that cannot be taken back is meant. */
export function confirmed(question, reason, yes) {
  document.getElementById('confirm-question').textContent = question;
  document.getElementById('confirm-reason').textContent = reason;
  document.getElementById('confirm-yes').textContent = yes;
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}

const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** A time of the API, as its reader writes it. */
export function date(text) {
  return format.format(new Date(text));
}

const BROWSERS = [['Edg', 'Edge'], ['OPR', 'Opera'], ['Firefox', 'Firefox'], ['Chrome', 'Chrome'], ['Safari', 'Safari'], ['curl', 'curl']];
const SYSTEMS = [['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Android', 'Android'], ['Windows', 'Windows'], ['Mac OS', 'Mac'], ['CrOS', 'Chromebook'], ['Linux', 'Linux']];

/** What a User-Agent says of browser and system, roughly. */
export function device(userAgent) {
  const named = (known) => known.find(([mark]) => userAgent.includes(mark))?.[1];
  const [browser, system] = [named(BROWSERS), named(SYSTEMS)];
  if (browser && system) return `${browser} on ${system}`;
  return browser ?? system ?? (userAgent.slice(0, 60) || 'Unknown device');
}
