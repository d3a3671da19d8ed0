// Who buys: the register narrows while a name is typed; arrows and Enter choose, Escape closes.
// Without this file the list behind "Find in the register" does the same; the box chooses, not this.
const one = query => document.querySelector(query);
const WAIT_MS = 120;

const field = one('[data-patrons]'), input = one('#buyer'), list = one('#matches');
const said = one('[data-matches-said]'), choose = one('#choose');
let waiting, asked, at = -1;

for (const [name, value] of Object.entries({
  role: 'combobox', 'aria-autocomplete': 'list', 'aria-controls': list.id, 'aria-expanded': 'false',
})) input.setAttribute(name, value);

said.textContent = field.dataset.hint;

const options = () => [...list.children];
const mark = to => {
  at = to;
  for (const [nth, option] of options().entries()) option.setAttribute('aria-selected', String(nth === at));
  const marked = options()[at];
  if (marked) { input.setAttribute('aria-activedescendant', marked.id); marked.scrollIntoView({ block: 'nearest' }); }
  else input.removeAttribute('aria-activedescendant');
};
const show = shown => {
  list.hidden = !shown;
  input.setAttribute('aria-expanded', String(shown));
  if (!shown) mark(-1);
};
const take = option => {
  choose.elements.patron.value = option.dataset.patron;
  choose.requestSubmit();
};
const option = ({ patron, name, about }, nth) => {
  const row = document.createElement('li'), strong = document.createElement('strong');
  const more = document.createElement('span');
  strong.textContent = name;
  more.textContent = about;
  row.append(strong, more);
  row.id = `match-${nth}`;
  row.dataset.patron = patron;
  row.setAttribute('role', 'option');
  row.setAttribute('aria-selected', 'false');
  return row;
};

const ask = async () => {
  const text = input.value.trim();
  asked?.abort();
  if (!text) { said.textContent = field.dataset.hint; list.replaceChildren(); return show(false); }
  const mine = asked = new AbortController();
  try {
    const address = `${field.dataset.url}?find=${encodeURIComponent(text)}`;
    const answer = await fetch(address, { credentials: 'same-origin', signal: mine.signal });
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    if (mine !== asked || document.activeElement !== input) return;
    list.replaceChildren(...told.patrons.map(option));
    said.textContent = told.said;
    show(told.patrons.length > 0);
  } catch {
    if (mine.signal.aborted) return;
    show(false);
    said.textContent = field.dataset.lost;
  }
};

input.addEventListener('input', () => {
  clearTimeout(waiting);
  waiting = setTimeout(ask, WAIT_MS);
});
input.addEventListener('keydown', e => {
  const open = !list.hidden, count = options().length;
  if (e.key === 'Enter') {
    // a name typed to the end is kept; it never pays
    e.preventDefault();
    if (open && at >= 0) take(options()[at]); else input.blur();
  } else if (e.key === 'Escape' && open) {
    e.preventDefault();
    show(false);
  } else if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
    e.preventDefault();
    if (!count) return;
    const by = e.key === 'ArrowDown' ? 1 : -1;
    show(true);
    mark(at < 0 && by < 0 ? count - 1 : (at + by + count) % count);
  }
});
input.addEventListener('blur', () => { clearTimeout(waiting); asked?.abort(); show(false); });
list.addEventListener('mousedown', e => e.preventDefault());
list.addEventListener('click', e => {
  const row = e.target.closest('[role=option]');
  if (row) take(row);
});
