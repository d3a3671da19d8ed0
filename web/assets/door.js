// The door phone: the answer without a page change, sound, vibration, camera, live count.
// Without this file each code is a form and each verdict a page. What the door does when the box is
// silent is in door-alone.js.
import { able, nonce, standIn } from './door-alone.js';

const door = document.querySelector('[data-door]');
const WAIT_MS_MAX = 15000, ANSWER_MS_MAX = 8000, ANSWER_MS_MAX_WITH_LIST = 3000, SAME_MS = 3000;
// no answer at all, or one of something before a box that is away
const LOST = new Set([0, 502, 503, 504]);
const TICKET_NUMBER = /^\d{1,5}-\d{1,15}$/;

const stand = () => {
  const d = door.dataset;
  const form = door.querySelector('form.entry');
  const code = form.querySelector('#code');
  let audio, seq = +d.seq, tries = 0, asking = false, away = false, alone = null, knocks = 0, signedOut = false;

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
  const show = (kind, word, why) => {
    const plate = door.querySelector('[data-plate]');
    plate.className = `plate ${kind}`;
    plate.querySelector('.sign').replaceWith(door.querySelector(`[data-sign=${kind}]`).content.cloneNode(true));
    plate.querySelector('h1').textContent = word;
    plate.querySelector('.why').textContent = why;
    plate.querySelectorAll('.to, .note').forEach(part => part.remove());
    sound(kind);
    return plate;
  };
  const amber = why => show('ask', d.oneMoment, why);

  // --- without the box ---
  const clock = new Intl.DateTimeFormat(d.lang, { timeZone: d.zone, hourCycle: 'h23', hour: '2-digit', minute: '2-digit' });
  const reasons = new Map([...door.querySelectorAll('[data-reasons] li')].map(l => [l.dataset.name, l]));
  const part = (label, text) => {
    const div = document.createElement('div'), strong = document.createElement('strong');
    strong.textContent = text;
    div.append(label, strong);
    return div;
  };
  const showAlone = told => {
    const go = told.went === 'GO', reason = reasons.get(told.reason) ?? reasons.get('UNKNOWN');
    const plate = show(go ? 'go' : 'stop', go ? d.go : d.stop, reason.textContent);
    plate.classList.add('alone');
    const to = document.createElement('div');
    to.className = 'to';
    if (told.seat) to.append(part(d.wordsSeat, told.seat));
    if (reason.dataset.do) to.append(part(d.wordsDo, reason.dataset.do));
    if (to.childNodes.length) plate.append(to);
    const note = document.importNode(door.querySelector('[data-note]').content, true);
    note.querySelector('span').textContent = d.wordsAlone.replace('{time}', clock.format(alone.taken()));
    plate.append(note);
  };
  const waits = (count, refused) => {
    signedOut = refused;
    const line = door.querySelector('[data-waits]');
    line.hidden = !count;
    const words = count === 1 ? d.wordsWaitsOne : d.wordsWaits.replace('{count}', count);
    line.querySelector('span').textContent = signedOut ? `${words}. ${d.wordsSignIn}` : words;
    if (count && !signedOut) leave();
  };
  const leave = () => {
    if (away || !alone) return;
    away = true;
    knock();
  };
  // Asks now and then whether the box is back; what waits is told first. Who is not known to the box
  // any more judges nothing.
  const knock = async () => {
    const told = await alone.tell();
    if (signedOut || told && await alone.refresh() && !alone.waits()) {
      away = false;
      knocks = 0;
    } else {
      knocks += 1;
      setTimeout(knock, Math.min(WAIT_MS_MAX, 500 * 2 ** knocks));
    }
  };
  const judgeAlone = async (text, direction, attempt) => {
    if (!d.alone) return amber(d.offline);
    if (!alone) return amber(`${d.offline} ${able() ? d.wordsNoList : d.wordsInsecure}`);
    leave();
    if (TICKET_NUMBER.test(text)) return amber(d.wordsTyped);
    let told = null;
    try { told = await alone.decide(text, direction, attempt); } catch (fault) { console.warn(fault.message); }
    if (!told) return amber(`${d.offline} ${d.wordsNoList}`);
    // the unanswered key belongs to this scan; the next one is another
    form.querySelector('[data-key]').value = nonce();
    showAlone(told);
    code.value = '';
    code.focus();
  };
  if (d.alone && able()) {
    standIn({ changed: waits }).then(stand => {
      alone = stand;
      alone.refresh();
      if (alone.waits()) leave();
    }).catch(fault => console.warn(fault.message));
  }

  const ask = async () => {
    const text = code.value.trim();
    if (asking || !text) return;
    // as it will be told afterwards, so that the box knows it again
    code.value = text;
    const fields = new FormData(form), direction = fields.get('direction');
    asking = true;
    // a box known to be silent is not waited for
    if (away) {
      await judgeAlone(text, direction);
      asking = false;
      return;
    }
    const send = new XMLHttpRequest();
    send.responseType = 'document';
    send.timeout = alone?.taken() ? ANSWER_MS_MAX_WITH_LIST : ANSWER_MS_MAX;
    send.open('POST', form.action);
    send.onloadend = async () => {
      const page = send.response, plate = page?.querySelector?.('[data-plate]');
      if (plate) {
        const kind = kindOf(plate);
        sound(kind);
        for (const part of ['[data-plate]', '[data-counts]', '[data-last]', '[data-key]']) swap(page, part);
        document.title = page.title;
        code.value = '';
        code.focus();
        if (kind === 'go' && direction !== 'check' && !TICKET_NUMBER.test(text)) alone?.noted(text, direction);
      } else if (LOST.has(send.status)) {
        await judgeAlone(text, direction, fields.get('key'));
      } else {
        // the key stays, so a repeat is the same scan
        amber(d.offline);
      }
      asking = false;
    };
    send.send(new URLSearchParams(fields));
  };
  form.addEventListener('submit', e => { e.preventDefault(); ask(); });

  // others' scans move the count between our own
  const connect = () => {
    const at = new URL(d.socket + seq, location.href);
    at.protocol = at.protocol.replace('http', 'ws');
    const socket = new WebSocket(at);
    socket.onopen = () => {
      tries = 0;
      alone?.soon();
    };
    socket.onmessage = e => {
      let m;
      try { m = JSON.parse(e.data); } catch { return; }
      if (!Number.isInteger(m.seq) || m.seq <= seq) return;
      seq = m.seq;
      const inside = door.querySelector('[data-inside]');
      if (Number.isInteger(m.inside)) inside.textContent = m.inside;
      alone?.soon();
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
