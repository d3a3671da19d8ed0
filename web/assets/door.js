// The door phone: the answer without a page change, sound, vibration, camera, live count.
// Without this file each code is a form and each verdict a page.
const door = document.querySelector('[data-door]');
const WAIT_MS_MAX = 15000, ANSWER_MS_MAX = 8000, SAME_MS = 3000;

const stand = () => {
  const d = door.dataset;
  const form = door.querySelector('form.entry');
  const code = form.querySelector('#code');
  let audio, seq = +d.seq, tries = 0, asking = false;

  const tone = (hz, from, length) => {
    const o = audio.createOscillator(), g = audio.createGain(), at = audio.currentTime + from;
    o.frequency.value = hz;
    g.gain.setValueAtTime(.3, at);
    g.gain.exponentialRampToValueAtTime(.001, at + length);
    o.connect(g).connect(audio.destination);
    o.start(at);
    o.stop(at + length);
  };
  const sound = kind => {
    navigator.vibrate?.(kind === 'go' ? 60 : kind === 'stop' ? 500 : [90, 90, 90]);
    if (!audio) return;
    if (kind === 'go') tone(1320, 0, .16);
    else if (kind === 'stop') tone(220, 0, .8);
    else { tone(660, 0, .15); tone(660, .25, .15); }
  };
  addEventListener('pointerdown', () => { audio ||= new AudioContext(); }, { once: true });

  const swap = (page, what) => {
    const fresh = page.querySelector(what), old = door.querySelector(what);
    if (fresh && old) old.replaceWith(document.importNode(fresh, true));
  };
  const kindOf = plate => ['go', 'stop', 'ask'].find(k => plate.classList.contains(k));
  const amber = () => {
    const plate = door.querySelector('[data-plate]');
    plate.className = 'plate ask';
    plate.querySelector('h1').textContent = d.oneMoment;
    plate.querySelector('.why').textContent = d.offline;
    plate.querySelector('.to')?.remove();
    sound('ask');
  };
  const ask = () => {
    if (asking || !code.value.trim()) return;
    asking = true;
    const send = new XMLHttpRequest();
    send.responseType = 'document';
    send.timeout = ANSWER_MS_MAX;
    send.open('POST', form.action);
    send.onloadend = () => {
      asking = false;
      const page = send.response, plate = page?.querySelector?.('[data-plate]');
      // no answer is never a refusal; the key stays, so a repeat is the same scan
      if (!plate) return amber();
      sound(kindOf(plate));
      for (const part of ['[data-plate]', '[data-counts]', '[data-last]', '[data-key]']) swap(page, part);
      document.title = page.title;
      code.value = '';
      code.focus();
    };
    send.send(new URLSearchParams(new FormData(form)));
  };
  form.addEventListener('submit', e => { e.preventDefault(); ask(); });

  // others' scans move the count between our own
  const connect = () => {
    const at = new URL(d.socket + seq, location.href);
    at.protocol = at.protocol.replace('http', 'ws');
    const socket = new WebSocket(at);
    socket.onopen = () => { tries = 0; };
    socket.onmessage = e => {
      let m;
      try { m = JSON.parse(e.data); } catch { return; }
      if (!Number.isInteger(m.seq) || m.seq <= seq) return;
      seq = m.seq;
      const inside = door.querySelector('[data-inside]');
      if (Number.isInteger(m.inside)) inside.textContent = m.inside;
    };
    socket.onclose = () => {
      tries += 1;
      setTimeout(connect, Math.min(WAIT_MS_MAX, 500 * 2 ** tries));
    };
  };
  connect();

  const camera = door.querySelector('[data-camera]');
  const video = door.querySelector('[data-video]');
  if ('BarcodeDetector' in globalThis && navigator.mediaDevices) {
    camera.hidden = false;
    let seen = '', when = 0;
    camera.addEventListener('click', async () => {
      try {
        const eye = new BarcodeDetector({ formats: ['qr_code'] });
        video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
        video.hidden = false;
        camera.hidden = true;
        await video.play();
        const look = async () => {
          const [found] = await eye.detect(video).catch(() => []);
          if (found && (found.rawValue !== seen || Date.now() - when > SAME_MS)) {
            seen = found.rawValue;
            when = Date.now();
            code.value = seen;
            ask();
          }
          requestAnimationFrame(look);
        };
        look();
      } catch { code.placeholder = d.noCamera; }
    });
  }
};

if (door) stand();
