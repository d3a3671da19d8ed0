// Looks again by itself while a payment is being confirmed; the link does the same by hand.
const link = document.querySelector('[data-wait]');
const LOOK_MS = 5000;

const look = () => {
  if (document.visibilityState === 'visible') location.replace(link.href);
  else document.addEventListener('visibilitychange', look, { once: true });
};
if (link) setTimeout(look, LOOK_MS);
