// Live seats: a socket that goes on where it was, a poll where there is none.
// Only passes on what the house says; what is drawn is the map's affair.
const root = document.querySelector('[data-seatmap]');
const POLL_MS = 5000, WAIT_MS_MAX = 30000, SILENT_MS_MAX = 45000;

const follow = () => {
  let tries = 0, opened = false, polling = 0, heard = Date.now(), stale = false;
  const emit = (name, detail) => root.dispatchEvent(new CustomEvent(name, { detail }));
  const fresh = () => { heard = Date.now(); stale = false; };

  const take = text => {
    fresh();
    let m;
    try { m = JSON.parse(text); } catch { return; }
    if (m.reload) return emit('seats-reload');
    if (Number.isInteger(m.seq)) root.dataset.seq = m.seq;
    if (Array.isArray(m.seats)) {
      emit('seats', m.seats.map(s => Array.isArray(s) ? s : [s.guid, s.state]));
    }
  };
  const connect = () => {
    const at = new URL(root.dataset.socket + root.dataset.seq, location.href);
    at.protocol = at.protocol.replace('http', 'ws');
    const socket = new WebSocket(at);
    opened = false;
    socket.onopen = () => { opened = true; tries = 0; fresh(); clearInterval(polling); polling = 0; };
    socket.onmessage = e => take(e.data);
    socket.onclose = () => {
      tries += 1;
      if (tries > 2 && !polling) polling = setInterval(poll, POLL_MS);
      setTimeout(connect, Math.min(WAIT_MS_MAX, 500 * 2 ** tries) * (.5 + Math.random() / 2));
    };
  };
  const poll = async () => {
    try {
      const answer = await fetch(root.dataset.poll + root.dataset.seq, { credentials: 'same-origin' });
      if (answer.ok) take(await answer.text());
    } catch { /* the next one may come through */ }
  };
  setInterval(() => {
    if (!opened && !stale && Date.now() - heard > SILENT_MS_MAX) { stale = true; emit('seats-stale'); }
  }, POLL_MS);
  connect();
};

if (root && root.dataset.socket) follow();
