// Time running out on a cart, with the clocks of the box and of the page moved, not waited for.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { PHONE, WALL, farewell, open, visitor } from './house/browser.js';
import { Demo, until } from './house/demo.js';
import { BEAM, look, picture } from './house/looks.js';
import { bestSeats, signIn } from './house/shop.js';

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

const NAMES = [
  'Ada Merrow', 'Ruben Castell', 'Joan Pargeter', 'Tom Vasey', 'Nkem Abara', 'Luz Ferreday',
  'Oren Quill', 'Edie Tamsin', 'Bram Hollis', 'Greta Whitlow', 'Ines Harrowgate', 'Cal Ormerod',
];
// Who comes in each minute of the last three quarters of an hour.
const ARRIVALS = [
  0, 1, 0, 1, 1, 0, 2, 1, 2, 1, 2, 2, 3, 2, 3, 2, 4, 3, 3, 4, 5, 4, 3, 5, 6, 5, 4, 6, 5, 7, 6, 5, 7,
  6, 5, 6, 4, 5, 6, 4, 5, 3,
];
// After the tests above, and so that it ends a quarter of an hour before the curtain.
const FIRST_MINUTE = 64;
const SMALL_WALL = { width: 1280, height: 720 };

test('an evening at the doors, minute by minute, as the wall shows it', async () => {
  await demo.move(`+${FIRST_MINUTE - 1}m`);
  const parties = [];
  for (const name of [...NAMES, ...NAMES, ...NAMES]) parties.push(await demo.buy(6, { name }));
  const codes = parties.flatMap(party => party.tickets.map(ticket => ticket.code));
  const come = codes.map((_, at) => codes[at * 37 % codes.length]);
  const page = await visitor(browser, demo.url, { size: WALL });
  const scan = async code => {
    const body = { code, direction: 'in', nonce: crypto.randomUUID() };
    const said = await demo.ask('POST', '/scans', { token: demo.told.device_token, body });
    assert.equal(said.status, 200, JSON.stringify(said));
    return said.verdict;
  };
  let inside = 0;
  for (const [minute, count] of ARRIVALS.entries()) {
    await demo.move(`+${FIRST_MINUTE + minute}m`);
    for (let nth = 0; nth < count && inside < come.length; nth += 1) {
      if (await scan(come[inside]) === 'GO') inside += 1;
    }
    if (minute % 9 === 8) assert.equal(await scan(come[0]), 'STOP');
  }
  assert.equal(await scan('U2'), 'STOP');
  await signIn(page, demo.told.api_token, '/monitor');
  assert.equal(await page.locator('[data-inside]').textContent(), String(inside));
  const waiting = page.locator('[data-beam]', { hasText: 'not measured yet' });
  assert.equal(await waiting.count(), 1, 'no figure before the first measurement');
  const foot = await page.locator('.wall > footer').boundingBox();
  assert.ok(foot.y + foot.height <= WALL.height, 'the foot of the wall is on the wall');
  // A fresh line: the ping of the old one has seen the clock moved.
  await page.reload();
  // The last of them by the other door, where a scanner hangs.
  const newest = () => page.locator('[data-rows] tr').first().getAttribute('data-seq');
  for (const code of come.slice(inside, inside + 4)) {
    const before = await newest();
    await demo.beam(1, code);
    await until('the row is drawn', async () => await newest() !== before);
  }
  await page.locator('[data-beam]', { hasText: BEAM }).waitFor();
  await page.locator('.lanes tbody tr').nth(1).locator('.num', { hasText: /^[1-4]$/ }).waitFor();
  await look(page, 'monitor-evening');
  await page.setViewportSize(SMALL_WALL);
  await look(page, 'monitor-evening');
  picture('monitor-evening', SMALL_WALL, 'monitor');
  assert.deepEqual(page.complaints, []);
});
