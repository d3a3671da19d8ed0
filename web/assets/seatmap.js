// Seat map: roving focus, arrow keys, zoom, and a live list of what is chosen.
// Without this file each free seat is a plain link; nothing here holds a seat.
const root = document.querySelector('[data-seatmap]');

const start = () => {
  const view = root.querySelector('.mapview');
  const say = document.querySelector('[data-say]');
  const words = root.dataset;
  let svg, seats, at, current, zoom = 1, asked = 0, refreshing = 0;

  const tell = text => { if (say) say.textContent = text; };
  const picked = () => seats.filter(s => s.classList.contains('yours'));
  const guids = () => picked().map(s => s.dataset.g);
  const label = s => s.getAttribute('aria-label').split(', ').slice(0, -1).join(', ');

  const adopt = () => {
    svg = root.querySelector('svg.plan');
    seats = [...svg.querySelectorAll('a.seat')];
    at = new Map(seats.map(s => {
      const u = s.querySelector('use');
      return [s, { x: +u.getAttribute('x'), y: +u.getAttribute('y') }];
    }));
    for (const s of seats) {
      s.setAttribute('role', 'checkbox');
      s.setAttribute('aria-checked', s.classList.contains('yours'));
      s.tabIndex = -1;
    }
    current = picked()[0] || seats[0];
    if (current) current.tabIndex = 0;
  };

  const focus = s => {
    if (current) current.tabIndex = -1;
    current = s;
    s.tabIndex = 0;
    s.focus({ preventScroll: true });
    const p = at.get(s), x = p.x * zoom, y = p.y * zoom, edge = 40;
    if (x < view.scrollLeft + edge || x > view.scrollLeft + view.clientWidth - edge
      || y < view.scrollTop + edge || y > view.scrollTop + view.clientHeight - edge) centre(p);
  };
  const size = () => svg.getAttribute('viewBox').split(' ').slice(2).map(Number);
  const centre = p => view.scrollTo({ left: p.x * zoom - view.clientWidth / 2, top: p.y * zoom - view.clientHeight / 2 });
  const setZoom = (z, p) => {
    const [w, h] = size();
    zoom = Math.min(2.5, Math.max(view.clientWidth / w, z));
    svg.setAttribute('width', Math.floor(w * zoom));
    svg.setAttribute('height', Math.floor(h * zoom));
    if (p) centre(p);
  };
  const middle = list => {
    const pts = (list.length ? list : seats).map(s => at.get(s));
    if (!pts.length) { const [w, h] = size(); return { x: w / 2, y: h / 2 }; }
    return { x: pts.reduce((a, p) => a + p.x, 0) / pts.length, y: pts.reduce((a, p) => a + p.y, 0) / pts.length };
  };

  // along the row: next in the row; across: nearest seat of the nearest row that way
  const step = (from, key) => {
    const p = at.get(from), row = from.parentNode;
    if (key === 'ArrowLeft' || key === 'ArrowRight') {
      const sign = key === 'ArrowLeft' ? -1 : 1;
      return nearest(s => s.parentNode === row && (at.get(s).x - p.x) * sign > 1, s => Math.abs(at.get(s).x - p.x));
    }
    const sign = key === 'ArrowUp' ? -1 : 1;
    return nearest(s => s.parentNode !== row && (at.get(s).y - p.y) * sign > 8,
      s => (at.get(s).y - p.y) * sign + 2 * Math.abs(at.get(s).x - p.x));
  };
  const nearest = (fits, cost) => {
    let best, least = Infinity;
    for (const s of seats) {
      if (!fits(s)) continue;
      const c = cost(s);
      if (c < least) { least = c; best = s; }
    }
    return best;
  };

  const mark = (s, on) => {
    const u = s.querySelector('use');
    s.dataset.home ||= on ? u.getAttribute('href') : '#st-free';
    s.classList.toggle('yours', on);
    u.setAttribute('href', on ? '#st-yours' : s.dataset.home);
    s.setAttribute('aria-checked', on);
  };
  const toggle = s => {
    const on = s.getAttribute('aria-checked') !== 'true';
    if (on && picked().length >= +words.max) return tell(words.wordsMax);
    mark(s, on);
    tell((on ? words.wordsTaken : words.wordsGiven).replace('{seat}', label(s)) + ' ' + words.wordsCount.replace('{n}', picked().length));
    judge();
  };

  // the server words what is chosen, prices it and judges the single seat
  const query = () => {
    const q = new URLSearchParams();
    const part = new URLSearchParams(location.search).get('part');
    if (part) q.set('part', part);
    guids().forEach(g => q.append('pick', g));
    return q.toString();
  };
  const load = (path, then) => {
    const ask = new XMLHttpRequest();
    ask.responseType = 'document';
    ask.open('GET', `${words.action}/${path}?${query()}`);
    ask.onload = () => { if (ask.status === 200 && ask.response) then(ask.response); };
    ask.send();
  };
  const judge = () => {
    const q = query(), nth = ++asked;
    history.replaceState(null, '', q ? `?${q}` : location.pathname);
    load('chosen', page => {
      if (nth !== asked) return;
      for (const part of ['[data-chosen]', '[data-judged]']) {
        const from = page.querySelector(part), to = document.querySelector(part);
        if (from && to) to.replaceChildren(...[...from.childNodes].map(n => document.importNode(n, true)));
      }
    });
  };

  // others: taken seats change at once; freed ones come from the server with their names
  const gone = (s, state) => {
    const mine = s.classList.contains('yours'), had = s === current, p = at.get(s), name = label(s);
    const u = document.createElementNS(svg.namespaceURI, 'use');
    const kind = state === 'held' ? 'held' : state === 'sold' ? 'taken' : 'not';
    u.setAttribute('class', `seat ${kind}`);
    u.setAttribute('href', `#st-${kind}`);
    u.setAttribute('x', p.x);
    u.setAttribute('y', p.y);
    u.dataset.i = s.dataset.i;
    const next = had && (step(s, 'ArrowRight') || step(s, 'ArrowLeft') || step(s, 'ArrowDown'));
    const focused = document.activeElement === s;
    s.replaceWith(u);
    seats = seats.filter(other => other !== s);
    if (had) { current = next || seats[0]; if (current) { current.tabIndex = 0; if (focused) current.focus(); } }
    if (mine) { tell(words.wordsGone.replace('{seat}', name)); judge(); }
  };
  const refresh = () => {
    clearTimeout(refreshing);
    refreshing = setTimeout(() => load('map', page => {
      const fresh = page.querySelector('svg.plan');
      if (!fresh) return;
      const focused = svg.contains(document.activeElement) && current.dataset.i;
      const place = [view.scrollLeft, view.scrollTop];
      svg.replaceWith(document.importNode(fresh, true));
      adopt();
      listen();
      setZoom(zoom);
      view.scrollTo(...place);
      root.dataset.seq = fresh.dataset.seq;
      const again = seats.find(s => s.dataset.i === focused);
      if (again) { if (current) current.tabIndex = -1; current = again; again.tabIndex = 0; again.focus({ preventScroll: true }); }
    }), 400 + Math.random() * 600);
  };
  root.addEventListener('seats', e => {
    for (const [key, state] of e.detail) {
      const el = svg.querySelector(typeof key === 'number' ? `[data-i="${key}"]` : `[data-g="${CSS.escape(key)}"]`);
      const link = el && el.localName === 'a';
      if (state === 'free') { if (el && !link && !el.classList.contains('yours')) refresh(); }
      else if (link) gone(el, state);
      else if (el && !el.classList.contains('yours') && !el.classList.contains('not')) {
        const kind = state === 'held' ? 'held' : 'taken';
        el.setAttribute('class', `seat ${kind}`);
        el.setAttribute('href', `#st-${kind}`);
      }
    }
  });
  root.addEventListener('seats-reload', refresh);
  root.addEventListener('seats-stale', () => tell(words.wordsStale));

  const listen = () => {
    svg.addEventListener('keydown', e => {
      const s = e.target.closest('a.seat');
      if (!s || e.ctrlKey || e.metaKey || e.altKey) return;
      if (e.key.startsWith('Arrow')) { const n = step(s, e.key); if (n) focus(n); }
      else if (e.key === ' ' || e.key === 'Enter') toggle(s);
      else if (e.key === '+' || e.key === '-') setZoom(zoom * (e.key === '+' ? 1.25 : .8), at.get(s));
      else return;
      e.preventDefault();
    });
    svg.addEventListener('click', e => {
      const s = e.target.closest('a.seat');
      if (!s) return;
      e.preventDefault();
      if (moved < 6) { toggle(s); focus(s); }
    });
  };

  let moved = 0, from = null;
  view.addEventListener('pointerdown', e => {
    moved = 0;
    from = e.pointerType === 'mouse' && e.button === 0 ? { x: e.clientX, y: e.clientY, l: view.scrollLeft, t: view.scrollTop } : null;
  });
  addEventListener('pointermove', e => {
    if (!from) return;
    const dx = e.clientX - from.x, dy = e.clientY - from.y;
    moved = Math.max(moved, Math.hypot(dx, dy));
    if (moved >= 6) view.scrollTo(from.l - dx, from.t - dy);
  });
  addEventListener('pointerup', () => { from = null; });
  view.addEventListener('dragstart', e => e.preventDefault());
  view.addEventListener('wheel', e => {
    if (!e.ctrlKey) return;
    e.preventDefault();
    const box = svg.getBoundingClientRect();
    setZoom(zoom * (e.deltaY < 0 ? 1.1 : .9), { x: (e.clientX - box.left) / zoom, y: (e.clientY - box.top) / zoom });
  }, { passive: false });
  root.querySelectorAll('[data-zoom]').forEach(b => b.addEventListener('click', () => {
    const p = current ? at.get(current) : middle([]);
    setZoom(b.dataset.zoom === 'fit' ? 0 : zoom * (b.dataset.zoom === 'in' ? 1.25 : .8), p);
  }));

  adopt();
  listen();
  view.tabIndex = seats.length ? -1 : 0;
  root.querySelector('.zoomers').hidden = false;
  const mine = [...svg.querySelectorAll('use.seat.yours')].map(u => ({ x: +u.getAttribute('x'), y: +u.getAttribute('y') }));
  const fit = view.clientWidth / size()[0];
  // parts are larger than seats, and their names are to be read
  setZoom(fit > .7 ? fit : seats.length ? 1 : .7, mine[0] || middle(picked()));
};

if (root) start();
