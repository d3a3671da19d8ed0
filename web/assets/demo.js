// The bench: lamps as they are now, without a page change. The forms work without this file.
const lamps = document.querySelector('[data-lamps]');
const LOOK_MS = 700;

if (lamps) {
  const adopt = page => {
    const fresh = page?.querySelector?.('[data-lamps]');
    // the same again is not said again
    if (fresh && !fresh.isEqualNode(lamps) && !lamps.contains(document.activeElement)) {
      lamps.replaceChildren(...[...fresh.childNodes].map(n => document.importNode(n, true)));
    }
  };
  const load = (method, url, body, then) => {
    const ask = new XMLHttpRequest();
    ask.responseType = 'document';
    ask.open(method, url);
    ask.onloadend = () => { adopt(ask.response); then?.(); };
    ask.send(body);
  };
  document.querySelectorAll('[data-beam-form]').forEach(form => form.addEventListener('submit', e => {
    e.preventDefault();
    load('POST', form.action, new URLSearchParams(new FormData(form)));
  }));
  document.querySelector('#scanner')?.addEventListener('change', e => {
    document.querySelectorAll('[data-scanner]').forEach(i => { i.value = e.target.value; });
  });
  const look = () => load('GET', '/demo', null, () => setTimeout(look, LOOK_MS));
  setTimeout(look, LOOK_MS);
}
