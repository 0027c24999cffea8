// Forms: what is wrong stands where it is wrong, is read out, and has the focus.

import { Refused } from './api.js';

/** The first notice of a kind, `wrong` or `right`, of a part of the page. */
function notice(part, kind) {
  return part.querySelector(`:scope > .notice.${kind}`);
}

/** Says a sentence in a part of the page; nothing takes it back. */
export function tell(part, kind, sentence) {
  for (const other of ['wrong', 'right']) {
    const place = notice(part, other);
    if (place) place.hidden = true;
  }
  const place = notice(part, kind);
  if (!place) return;
  place.textContent = sentence ?? '';
  place.hidden = !sentence;
}

/** Does what somebody asked for with `button`, once at a time; what goes wrong is said in `part` of the page. */
export async function attempt(part, button, act) {
  if (button.ariaDisabled === 'true') return;
  button.ariaDisabled = 'true';
  part.ariaBusy = 'true';
  tell(part, 'wrong');
  try {
    await act();
  } catch (problem) {
    explain(part, problem);
  } finally {
    button.ariaDisabled = null;
    part.ariaBusy = null;
  }
}

/** Calls `act` with the form's fields when it is sent. */
export function onSubmit(form, act) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const button = form.querySelector('[type=submit]');
    attempt(form, button, async () => {
      for (const field of form.elements) mark(field);
      const missing = [...form.elements].filter((field) => field.required && !field.value.trim());
      if (missing.length) {
        const problems = missing.map((field) => [field.name, field.dataset.missing]);
        throw new Refused(400, '', Object.fromEntries(problems));
      }
      await act(new FormData(form));
    });
  });
  for (const input of form.querySelectorAll('[type=password]')) showable(input);
}

function explain(part, problem) {
  if (!(problem instanceof Refused)) throw problem;
  let rest = problem.message;
  let first;
  for (const [name, text] of Object.entries(problem.problems)) {
    const field = part.elements?.namedItem(name);
    if (field instanceof HTMLElement) {
      mark(field, sentence(text));
      first ??= field;
      rest = '';
    } else {
      rest = text;
    }
  }
  tell(part, 'wrong', sentence(rest));
  first?.focus();
}

/** Says what is wrong with a field, or that nothing is. */
function mark(field, problem) {
  if (!field.id || !field.closest('.field')) return;
  const id = `${field.id}-problem`;
  document.getElementById(id)?.remove();
  const described = (field.getAttribute('aria-describedby') ?? '').split(' ').filter((other) => other && other !== id);
  if (problem) {
    const place = Object.assign(document.createElement('p'), { id, className: 'problem', textContent: problem });
    field.closest('.field').append(place);
    described.unshift(id);
  }
  field.ariaInvalid = problem ? 'true' : null;
  if (described.length) field.setAttribute('aria-describedby', described.join(' '));
  else field.removeAttribute('aria-describedby');
}

/** The API's messages are fragments, such as `must be an e-mail address`. */
function sentence(fragment) {
  if (!fragment) return fragment;
  const text = fragment[0].toUpperCase() + fragment.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Lets whoever types a password see it. */
function showable(input) {
  const button = Object.assign(document.createElement('button'), { type: 'button', className: 'show', textContent: 'Show' });
  button.ariaPressed = 'false';
  button.setAttribute('aria-label', 'Show the password');
  button.addEventListener('click', () => {
    const isShown = input.type === 'password';
    input.type = isShown ? 'text' : 'password';
    button.ariaPressed = String(isShown);
    button.textContent = isShown ? 'Hide' : 'Show';
  });
  const frame = Object.assign(document.createElement('div'), { className: 'showable' });
  input.replaceWith(frame);
  frame.append(input, button);
}
