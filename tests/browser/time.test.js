// Time running out on a cart, with the clocks of the box and of the page moved, not waited for.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { PHONE, farewell, open, visitor } from './house/browser.js';
import { Demo, until } from './house/demo.js';
import { look } from './house/looks.js';
import { bestSeats } from './house/shop.js';

let demo, browser;
before(async () => {
  [demo, browser] = await Promise.all([Demo.start({ clock: true }), open()]);
});
afterEach(farewell);
after(async () => { await browser?.close(); await demo?.stop(); });

test('time turns urgent at two minutes, then the seats go back and the page says so', async () => {
  const page = await visitor(browser, demo.url, { size: PHONE });
  await page.clock.install();
  await bestSeats(page, demo.tonight, { Adult: 2 });
  const held = (await demo.seats()).filter(seat => seat.state === 'held');
  assert.equal(held.length, 2);
  await page.getByRole('link', { name: 'Go to cart' }).click();
  const digits = page.locator('[data-clock] .digits');
  assert.match(await digits.textContent(), /^1[45]:\d\d$/);
  await look(page, 'cart');
  const [minutes, seconds] = (await digits.textContent()).split(':').map(Number);
  await page.clock.fastForward((minutes * 60 + seconds - 117) * 1000);
  await page.locator('[data-clock].urgent').waitFor();
  await page.locator('[data-say-time]', { hasText: /^2 minutes left to pay/ }).waitFor();
  assert.match(await digits.textContent(), /^[01]:\d\d$/);
  await look(page, 'cart-urgent');

  // The box is where the page is: past the hold. The sweeper gives the seats back.
  await demo.move('+16m');
  await until('the seats are free', async () => (await demo.state(held[0].guid)) === 'free');
  await page.clock.fastForward('02:00');
  await page.getByRole('heading', { name: 'Your seats went back on sale' }).waitFor();
  await look(page, 'cart-expired');
  assert.deepEqual(page.complaints, []);
});

test('a visitor who goes on looking keeps the seats', async () => {
  const page = await visitor(browser, demo.url);
  await demo.move('+16m');
  await bestSeats(page, demo.tonight, { Adult: 1 });
  const [held] = (await demo.seats()).filter(seat => seat.state === 'held');
  for (const by of ['+26m', '+36m', '+46m']) {
    await demo.move(by);
    await page.goto('/');
    await page.goto('/cart');
    await page.locator('[data-clock]').waitFor();
  }
  assert.equal(await demo.state(held.guid), 'held');
  await demo.move('+62m');
  await until('the seat is free', async () => (await demo.state(held.guid)) === 'free');
  assert.deepEqual(page.complaints, []);
});
