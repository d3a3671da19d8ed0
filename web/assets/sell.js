// Selling by the keyboard: keys, type-ahead, change, and the pin pad in words as it goes.
// Without this file every step is a link or a form; nothing here decides anything.
const one = query => document.querySelector(query);
const all = query => [...document.querySelectorAll(query)];
const LOOK_MS = 1000;

// keys: only where no field needs them; level fields need digits alone
const TEXT = 'input:not([type=hidden]):not([type=checkbox]):not([type=radio]), textarea, select';
const needs = (field, key) => {
  if (!field.matches(TEXT)) return false;
  if (key === 'Escape') return field.type === 'search' && field.value !== '';
  if (field.matches('[data-n]')) return key.length === 1 && key >= '0' && key <= '9';
  return true;
};
const press = target => {
  const focus = target.dataset.focus ? document.getElementById(target.dataset.focus) : target;
  if (focus.matches(TEXT)) { focus.focus(); focus.select?.(); } else target.click();
};
addEventListener('keydown', e => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented) return;
  const at = e.target instanceof Element ? e.target : document.body;
  if (needs(at, e.key)) return;
  // a digit before any field has the focus is a quantity: it goes where it was meant for
  if (/^\d$/.test(e.key) && levels.length) { levels[0].focus(); return; }
  // the first Escape leaves a field, the next one the sale
  if (e.key === 'Escape' && at.matches(TEXT) && !at.matches('[data-n], [type=search]')) { at.blur(); return; }
  const name = e.key.length === 1 ? e.key.toLowerCase() : e.key;
  const holds = name === 'h' ? one('[data-hold] button') : null;
  const target = holds || all('[data-key]').find(t => t.dataset.key === name && !t.disabled && !t.hidden);
  if (!target) return;
  e.preventDefault();
  press(target);
});

// performances: what is typed narrows the list, Enter takes the first
const find = one('[data-find]');
if (find) {
  const input = find.querySelector('input'), none = one('[data-none]');
  const links = all('[data-shows] a');
  const shown = () => links.filter(a => !a.closest('li').hidden);
  const narrow = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const a of links) a.closest('li').hidden = !words.every(w => a.dataset.heard.includes(w));
    for (const day of all('[data-day]')) day.hidden = !day.querySelector('li:not([hidden])');
    none.hidden = shown().length > 0 || !words.length;
  };
  input.addEventListener('input', narrow);
  // nothing here fits: the form looks through the whole season
  find.addEventListener('submit', e => {
    const first = shown()[0];
    if (first) { e.preventDefault(); location.assign(first.href); }
  });
  const step = (from, by) => {
    const list = shown(), at = list.indexOf(from) + by;
    if (at < 0) input.focus(); else list[Math.min(at, list.length - 1)]?.focus();
  };
  find.parentNode.addEventListener('keydown', e => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!by) return;
    e.preventDefault();
    step(e.target, by);
  });
  if (input.value) narrow();
}

// quantities: a digit replaces what stood there, arrows go from level to level
const levels = all('[data-n]');
for (const [nth, field] of levels.entries()) {
  field.addEventListener('focus', () => field.select());
  field.addEventListener('input', () => field.classList.toggle('zero', !(+field.value > 0)));
  field.addEventListener('keydown', e => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!by) return;
    e.preventDefault();
    levels[nth + by]?.focus();
  });
}
if (levels.includes(document.activeElement)) document.activeElement.select();

// change, before the drawer opens; the house works it out again
const tender = one('[data-given]'), given = one('#given');
if (tender && given) {
  const say = one('[data-say-change]'), part = one('[data-part]'), { sample } = tender.dataset;
  const digits = (sample.match(/[.,](\d+)$/) || ['', ''])[1].length, unit = 10 ** digits;
  const money = minor => sample.replace(/\d.*$/, (minor / unit).toFixed(digits));
  const read = text => {
    const plain = text.replace(/[^\d.,]/g, '');
    const mark = /[.,](\d{1,3})$/.exec(plain);
    const part = mark && mark[1].length <= digits ? mark[1] : '';
    const whole = (part ? plain.slice(0, -part.length - 1) : plain).replace(/[.,]/g, '');
    return whole || part ? +whole * unit + +part.padEnd(digits, '0') : null;
  };
  const show = () => {
    const minor = read(given.value), due = (part && read(part.value)) || +tender.dataset.due;
    const words = minor === null ? '' : minor < due ? tender.dataset.short : tender.dataset.change;
    say.textContent = words.replace('{amount}', minor === null ? '' : money(Math.abs(minor - due)));
  };
  for (const field of [given, part]) field?.addEventListener('input', show);
  show();
}

// the pad, as the customer sees it: the answer waits for something new, and the question tells
// the box that somebody looks
const pad = one('[data-pad]');
if (pad) {
  const title = pad.querySelector('[data-pad-title]'), body = pad.querySelector('[data-pad-body]');
  const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };
  let seen = '';
  const look = async () => {
    let wait = 0;
    try {
      const answer = await fetch(`${pad.dataset.url}?seen=${seen}`, { credentials: 'same-origin' });
      if (!answer.ok) throw new Error(String(answer.status));
      const told = await answer.json();
      if (told.standing !== pad.dataset.standing) return location.reload();
      seen = told.seen;
      put(title, told.title);
      put(body, told.body);
      for (const [nth, step] of [...pad.querySelectorAll('[data-pad-steps] li')].entries()) {
        step.classList.toggle('done', nth < told.step);
        if (nth === told.step) step.setAttribute('aria-current', 'step'); else step.removeAttribute('aria-current');
      }
    } catch { put(body, pad.dataset.lost); seen = ''; wait = LOOK_MS; }
    setTimeout(look, wait);
  };
  look();
}

const print = one('[data-print]');
if (print) {
  print.hidden = false;
  print.addEventListener('click', () => window.print());
}
