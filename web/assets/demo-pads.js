// Card terminals as they are now, without a page change. The forms work without this file.
const LOOK_MS = 500;

if (document.querySelector('[data-pads]')) {
  const adopt = page => {
    for (const old of document.querySelectorAll('[data-live]')) {
      const fresh = page?.getElementById?.(old.id);
      // the same again is not said again
      if (!fresh || fresh.isEqualNode(old)) continue;
      for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
      for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
      if (!old.matches('button, .terminal') && !fresh.isEqualNode(old)) {
        old.replaceChildren(...[...fresh.childNodes].map(n => document.importNode(n, true)));
      }
    }
  };
  const load = (method, body, then) => {
    const ask = new XMLHttpRequest();
    ask.responseType = 'document';
    ask.open(method, '/demo/pads');
    ask.onloadend = () => { adopt(ask.response); then?.(); };
    ask.send(body);
  };
  document.querySelectorAll('[data-pad-form]').forEach(form => form.addEventListener('submit', e => {
    e.preventDefault();
    const key = e.submitter;
    if (!key || key.getAttribute('aria-disabled') === 'true') return;
    load('POST', new URLSearchParams([['pad', form.elements.pad.value], ['act', key.value]]));
  }));
  const look = () => load('GET', null, () => setTimeout(look, LOOK_MS));
  setTimeout(look, LOOK_MS);
}
