// The profile, with its picture.

import { call } from './api.js';
import { onSubmit, tell } from './form.js';

const form = document.getElementById('profile-form');
const { file, timezone } = form.elements;

/** Members that the API keeps when they are sent empty. */
const KEPT = { bio: 'About you', designation: 'Job title', country: 'Country', timezone: 'Time zone' };

let profile;

/** What is shown now. */
export function shown() {
  return profile;
}

/** Reads and shows who is signed in. */
export async function load() {
  const me = await call('GET', '/api/v1/me');
  profile = me.profile;
  const name = `${profile.firstName} ${profile.lastName}`.trim() || profile.email;
  document.getElementById('name').textContent = name;
  document.getElementById('address').textContent = profile.email;
  zones(profile.timezone);
  for (const field of form.elements) {
    if (field.name in profile) field.value = profile[field.name];
  }
  picture(profile.avatar, name);
  return me;
}

function zones(current) {
  const names = new Set([current, 'UTC', ...Intl.supportedValuesOf('timeZone')]);
  timezone.replaceChildren(...[...names].filter(Boolean).map((name) => new Option(name)));
}

/** Shows the picture, or the initials of whoever has none. */
function picture(url, name) {
  const initials = name.split(/\s+/).slice(0, 2).map((word) => [...word][0]).join('');
  for (const place of document.querySelectorAll('[data-avatar]')) {
    const image = Object.assign(new Image(), { src: url ?? '', alt: '' });
    place.replaceChildren(url ? image : initials.toUpperCase());
  }
}

let preview;

file.addEventListener('change', () => {
  if (preview) URL.revokeObjectURL(preview);
  preview = file.files[0] && URL.createObjectURL(file.files[0]);
  const place = form.querySelector('[data-avatar]');
  if (preview) place.replaceChildren(Object.assign(new Image(), { src: preview, alt: '' }));
});

onSubmit(form, async (fields) => {
  const stays = Object.keys(KEPT).filter((name) => profile[name] && !fields.get(name));
  await call('POST', '/api/v1/user/updateprofile', fields);
  file.value = '';
  await load();
  const also = stays.map((name) => KEPT[name]).join(', ');
  tell(form, 'right', also ? `Saved. Not emptied, because it can only be changed: ${also}.` : 'Saved.');
});
