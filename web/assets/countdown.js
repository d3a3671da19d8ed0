// Time left: digits every second, words at five, two and one minute, urgent from two.
// Without this file the page says until when, which is just as true.
const clock = document.querySelector('[data-clock]');

if (clock) {
  const d = clock.dataset;
  const digits = clock.querySelector('.digits');
  const say = clock.querySelector('[data-say-time]');
  const until = +d.until - +d.now + Date.now();
  const said = new Set();
  const announce = (minutes, text) => {
    if (said.has(minutes)) return;
    said.add(minutes);
    say.textContent = text;
  };
  const urgent = () => {
    if (clock.classList.contains('urgent')) return;
    clock.classList.add('urgent');
    const keep = clock.querySelector('[data-keep]');
    clock.querySelector('p').textContent = d.urgent + ' ';
    if (keep) { keep.hidden = false; clock.querySelector('p').append(keep); }
  };
  const tick = () => {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    digits.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
    if (left <= 120) urgent();
    if (left <= 60 && left > 50) announce(1, d.announceOne);
    else if (left <= 120 && left > 110) announce(2, d.announceTwo);
    else if (left <= 300 && left > 290) announce(5, d.announceFive);
    if (left === 0) {
      clearInterval(beat);
      // the sweeper closes the cart within seconds; look when it has
      setTimeout(() => location.assign(d.over), 7000);
    }
  };
  const beat = setInterval(tick, 1000);
  addEventListener('pageshow', e => { if (e.persisted) location.reload(); });
  tick();
}
