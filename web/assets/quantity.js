// Quantities: plus and minus without a round trip, and the count on the big button.
// Without this file each button is a page of its own with one more or fewer.
const form = document.querySelector('[data-quantity]');

if (form) {
  const inputs = [...form.querySelectorAll('.qty input')];
  const best = form.querySelector('[data-best]');
  const max = Math.max(...inputs.map(i => +i.max));
  const count = () => inputs.reduce((sum, i) => sum + (+i.value || 0), 0);
  const show = () => {
    const n = count();
    if (best.dataset.plain && best.dataset.words) {
      best.textContent = n && !best.hasAttribute('data-flat') ? best.dataset.words.replace('{n}', n) : best.dataset.plain;
    }
  };
  form.addEventListener('click', e => {
    const b = e.target.closest('.qty .btn');
    if (!b) return;
    e.preventDefault();
    const input = b.parentNode.querySelector('input');
    const by = b.name === 'more' ? 1 : -1;
    if (by > 0 && count() >= max) return;
    input.value = Math.min(max, Math.max(0, (+input.value || 0) + by));
    show();
  });
  form.addEventListener('input', show);
}
