// The wall: rows as they come, sums fetched again, and word back when a row is on the glass.
// Goes on after the last number it saw; says so when it hears nothing.
const wall = document.querySelector('[data-monitor]');
const ROWS_MAX = 40, REFRESH_MS = 2000, QUIET_MS = 15000, WAIT_MS_MAX = 15000, STALE_MS = 40000;

const run = () => {
  const d = wall.dataset;
  const rows = wall.querySelector('[data-rows]');
  const live = wall.querySelector('[data-live]');
  const reasons = new Map([...wall.querySelectorAll('[data-reasons] li')].map(l => [l.dataset.name, l.textContent]));
  const offset = +d.now - Date.now();
  const format = options => new Intl.DateTimeFormat(d.lang, { timeZone: d.zone, hourCycle: 'h23', ...options });
  const seconds = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const minutes = format({ hour: '2-digit', minute: '2-digit' });
  const day = format({ day: 'numeric', month: 'short' });
  let seq = +d.seq, heard = Date.now(), stale = false, tries = 0, due = 0, busy = false, last = Date.now();

  const setStale = on => {
    if (on === stale) return;
    stale = on;
    live.classList.toggle('stale', on);
    live.querySelector('use').setAttribute('href', on ? '#i-warn' : '#i-dot');
    live.querySelector('span').textContent = on
      ? d.wordsStale.replace('{time}', seconds.format(new Date(heard + offset))) : d.wordsLive;
  };
  const hear = () => { heard = Date.now(); setStale(false); };

  // the sums come from the box, so that they are never guessed here
  const refresh = () => {
    if (busy) return;
    busy = true;
    last = Date.now();
    const ask = new XMLHttpRequest();
    ask.responseType = 'document';
    ask.timeout = 10000;
    ask.open('GET', location.pathname + location.search);
    ask.onloadend = () => {
      busy = false;
      if (ask.status !== 200 || !ask.response) return;
      hear();
      for (const part of wall.querySelectorAll('[data-part]')) {
        const fresh = ask.response.querySelector(`[data-part="${part.dataset.part}"]`);
        if (fresh) part.replaceChildren(...[...fresh.childNodes].map(n => document.importNode(n, true)));
      }
      document.title = ask.response.title;
    };
    ask.send();
  };
  const soon = () => { if (!due) due = setTimeout(() => { due = 0; refresh(); }, REFRESH_MS); };

  const icon = name => {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('class', 'icon');
    svg.setAttribute('aria-hidden', 'true');
    const use = document.createElementNS(svg.namespaceURI, 'use');
    use.setAttribute('href', `#i-${name}`);
    svg.append(use);
    return svg;
  };
  const cell = (text, kind) => {
    const td = document.createElement('td');
    if (kind) td.className = kind;
    if (text) td.textContent = text;
    return td;
  };
  const span = (kind, ...inside) => {
    const s = document.createElement('span');
    s.className = kind;
    s.append(...inside);
    return s;
  };
  const clock = (text, how) => text ? how.format(new Date(text)) : '';
  const LOOK = { GO: ['ok', 'tick'], STOP: ['bad', 'bar'], PROVISIONAL: ['meh', 'ask'] };

  const dispute = reason => reason === 'ALREADY_USED'
    ? d.wordsDuplicate : d.wordsDispute.replace('{reason}', reasons.get(reason) || reason);

  const draw = m => {
    const [mark, sign] = LOOK[m.verdict] || LOOK.STOP;
    const tr = document.createElement('tr');
    tr.dataset.seq = m.seq;
    const starts = m.starts_at ? `${day.format(new Date(m.starts_at))} ${clock(m.starts_at, minutes)}` : '';
    const time = cell();
    time.append(span(mark, icon(sign)), ' ' + clock(m.at, seconds));
    const name = cell(m.name, 'nm');
    if (m.verdict === 'STOP') {
      if (m.name) name.append(', ');
      name.append(span('bad', reasons.get(m.reason) || m.reason));
    }
    if (m.dispute) name.append(span('note bad', icon('warn'), ' ' + dispute(m.dispute)));
    if (m.offline) name.append(span('note', icon('alone'), ' ' + d.wordsAlone));
    tr.append(cell(m.title, 'ttl'), cell(m.play_code), cell(starts), time, name,
      cell(clock(m.scan_in, minutes)), cell(clock(m.scan_out, minutes)), cell('', 'num'));
    rows.prepend(tr);
    while (rows.rows.length > ROWS_MAX) rows.deleteRow(-1);
    shares();
    wall.querySelector('[data-none]')?.remove();
  };
  // tenths of a percent by largest remainder: equal shares, the first rows take what is over
  const shares = () => {
    const n = rows.rows.length, each = Math.floor(1000 / n), over = 1000 - each * n;
    [...rows.rows].forEach((r, i) => { r.lastElementChild.textContent = ((each + (i < over ? 1 : 0)) / 10).toFixed(1); });
  };

  const takeBack = row => {
    if (!row || row.classList.contains('undone')) return;
    row.classList.add('undone');
    const name = row.querySelector('.nm');
    if (name.textContent) name.append(', ');
    name.append(span('back', d.wordsUndone));
  };

  const take = (socket, text) => {
    hear();
    let m;
    try { m = JSON.parse(text); } catch { return; }
    if (Number.isFinite(m.beam_ms)) {
      wall.querySelector('[data-beam]').textContent = m.beam_ms < 1
        ? d.wordsBeamUnder : d.wordsBeam.replace('{ms}', Math.round(m.beam_ms));
    }
    if (!Number.isInteger(m.seq) || m.seq <= seq) return;
    seq = m.seq;
    const ours = !d.shown || d.shown === String(m.performance);
    if (m.verdict && ours) draw(m);
    // taken back: nobody went through, or a supervisor undid it
    if (m.undone) takeBack(rows.querySelector(`[data-seq="${+m.undone}"]`));
    if (d.counted === String(m.performance) && Number.isInteger(m.inside)) wall.querySelector('[data-inside]').textContent = m.inside;
    soon();
    requestAnimationFrame(() => { if (socket.readyState === 1) socket.send(JSON.stringify({ drawn: m.seq })); });
  };
  const connect = () => {
    const at = new URL(d.socket + seq, location.href);
    at.protocol = at.protocol.replace('http', 'ws');
    const socket = new WebSocket(at);
    socket.onopen = () => { tries = 0; hear(); };
    socket.onmessage = e => take(socket, e.data);
    socket.onclose = () => {
      setStale(true);
      tries += 1;
      setTimeout(connect, Math.min(WAIT_MS_MAX, 250 * 2 ** tries) * (.5 + Math.random() / 2));
    };
  };

  setInterval(() => {
    const now = Date.now();
    wall.querySelector('[data-clock]').textContent = seconds.format(new Date(now + offset));
    if (now - last > QUIET_MS) refresh();
    if (now - heard > STALE_MS) setStale(true);
  }, 1000);
  connect();
};

if (wall) run();
