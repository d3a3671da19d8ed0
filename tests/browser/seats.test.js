// Seats that several people want: live holds, the race for one seat, the single that would be left.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { farewell, open, visitor } from './house/browser.js';
import { Demo } from './house/demo.js';
import { look, overlaps } from './house/looks.js';

let demo, browser;
before(async () => { [demo, browser] = await Promise.all([Demo.start(), open()]); });
afterEach(farewell);
after(async () => { await browser?.close(); await demo?.stop(); });

const picks = seats => seats.map(seat => `pick=${encodeURIComponent(seat.guid)}`).join('&');

test('what others hold shows on an open map, and comes back when they let go', async () => {
  const page = await visitor(browser, demo.url);
  const { seats } = await demo.neighbours(2);
  await page.goto(`/performances/${demo.tonight}`);
  const index = await page.locator(`a.seat[data-g="${seats[0].guid}"]`).getAttribute('data-i');
  const began = performance.now();
  const { cart, token } = await demo.take(seats.map(seat => seat.guid));
  await page.locator(`use.seat.held[data-i="${index}"]`).waitFor();
  console.log(`hold to map: ${Math.round(performance.now() - began)} ms, the request included`);
  for (const seat of seats) {
    const given = await demo.ask('DELETE', `/carts/${cart}/seats/${seat.guid}`, { token });
    assert.equal(given.status, 200, JSON.stringify(given));
  }
  await page.locator(`a.seat.free[data-g="${seats[0].guid}"]`).waitFor();
  assert.deepEqual(page.complaints, []);
});

test('a seat that was chosen and goes to somebody else is said to be gone', async () => {
  const page = await visitor(browser, demo.url);
  const { seats } = await demo.neighbours(2);
  await page.goto(`/performances/${demo.tonight}`);
  await page.locator(`a.seat[data-g="${seats[0].guid}"]`).click();
  await page.locator('#chosen button').waitFor();
  await demo.take(seats.map(seat => seat.guid));
  await page.getByText('was just taken').waitFor();
  await page.locator('#chosen button').waitFor({ state: 'detached' });
  assert.deepEqual(page.complaints, []);
});

test('of two browsers that press at once one gets the seats and the other is told kindly', async () => {
  const { seats } = await demo.neighbours(2);
  const two = await Promise.all([visitor(browser, demo.url), visitor(browser, demo.url)]);
  for (const page of two) {
    await page.goto(`/performances/${demo.tonight}?${picks(seats)}`);
    await page.locator('#chosen button').waitFor();
  }
  await Promise.all(two.map(page => page.locator('#chosen button').click()));
  const outcome = page => page.locator('.result .seats, .notice h2').first();
  await Promise.all(two.map(page => outcome(page).waitFor()));
  const told = await Promise.all(two.map(page => page.locator('.notice h2').count()));
  assert.deepEqual(told.toSorted(), [0, 1], 'one has them, one is told');
  const loser = two[told.indexOf(1)];
  assert.equal(await loser.locator('.notice h2').textContent(), 'Somebody was faster');
  await look(loser, 'tickets-taken');
  const winner = two[told.indexOf(0)];
  await winner.goto('/cart');
  assert.equal(await winner.locator('.lines li').count(), 2);
  for (const page of two) assert.deepEqual(page.complaints, []);
});

test('a choice that leaves one seat alone is said on the map, with seats that fit as a button', async () => {
  const page = await visitor(browser, demo.url);
  const { seats, suggestions } = await demo.neighbours(2, 'LeavesSingle');
  assert.ok(suggestions.length > 0);
  await page.goto(`/performances/${demo.tonight}`);
  for (const seat of seats) {
    const answered = page.waitForResponse(answer => answer.url().includes('/chosen?'));
    await page.locator(`a.seat[data-g="${seat.guid}"]`).click();
    await answered;
  }
  await page.locator('[data-judged] .notice').waitFor();
  assert.match(await page.locator('[data-judged]').textContent(), /leave one seat alone/);
  await look(page, 'tickets-single');
  await page.locator('[data-judged] button').first().click();
  await page.locator('.result .seats').waitFor();
  for (const guid of suggestions[0]) assert.equal(await demo.state(guid), 'held');
  assert.deepEqual(page.complaints, []);
});

test('a choice that leaves one seat alone is refused on the page too, without scripts', async () => {
  const page = await visitor(browser, demo.url, { scripts: false });
  const { seats } = await demo.neighbours(2, 'LeavesSingle');
  await page.goto(`/performances/${demo.tonight}?${picks(seats)}`);
  await page.locator('#chosen button').click();
  await page.getByText('leave one seat alone').first().waitFor();
  for (const seat of seats) assert.equal(await demo.state(seat.guid), 'free');
  assert.deepEqual(page.complaints, []);
});

test('a party that cannot sit together is asked before it is split', async () => {
  const page = await visitor(browser, demo.url);
  const blocked = await scattered();
  await page.goto(`/performances/${blocked}`);
  await page.getByLabel('Adult', { exact: true }).fill('10');
  await page.locator('[data-best]').click();
  const result = page.locator('.result');
  await result.waitFor();
  assert.match(await result.textContent(), /No 10 together|together/);
  assert.deepEqual(await overlaps(page, '.zone-name', '.row-name'), [], 'names can be read');
  await look(page, 'tickets-split');
  assert.deepEqual(page.complaints, []);
});

// The fullest performance that still sells: where ten are the least likely to sit together.
const scattered = async () => {
  const { performances } = await demo.ask('GET', '/performances');
  const open = performances.filter(one => one.on_sale && one.places_left >= 10);
  return open.toSorted((a, b) => a.places_left - b.places_left)[0].id;
};
