// Selling at the counter: by the keyboard alone, counted; off the map; and without scripts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tabTo } from './house/browser.js';
import { Counter } from './house/counter.js';
import { look } from './house/looks.js';
import { openTill } from './house/staff.js';

const KEYS_MAX = 12;
const NARROW = { width: 800, height: 900 };

// The first window of the cashier has no till at first.
const counter = new Counter('cashier', async page => {
  await page.goto('/desk/sell');
  await page.getByText('You have no till open').waitFor();
  await look(page, 'desk-sell-no-till');
  await page.getByRole('link', { name: 'Open a till' }).click();
  await page.waitForURL('**/desk/till');
  await openTill(page);
});

test('two tickets for tonight are sold for cash with at most twelve keys', async () => {
  const page = await counter.window();
  let keys = 0;
  const press = async key => { keys += 1; await page.keyboard.press(key); };
  await page.goto('/desk/sell');
  await look(page, 'desk-sell');
  await press('Enter');
  await page.locator('[data-levels]').waitFor();
  await look(page, 'desk-sell-choice');
  await press('2');
  await press('Enter');
  await page.waitForURL('**/desk/sell/cart/*');
  await look(page, 'desk-sell-sale');
  await press('k');
  await press('Enter');
  await page.waitForURL('**/desk/sell/order/*');
  assert.ok(keys <= KEYS_MAX, `${keys} keys`);
  await page.getByText('paid in cash').waitFor();
  await look(page, 'desk-sell-sold');
  await page.keyboard.press('r');
  await page.waitForURL('**/receipts');
  await look(page, 'desk-sell-receipts');
  await page.keyboard.press('Escape');
  await page.waitForURL('**/desk/sell/order/*');
  await page.keyboard.press('n');
  await page.waitForURL('**/desk/sell');
  assert.deepEqual(page.complaints, []);
});

test('what is typed narrows the list, and change is told before the drawer opens', async () => {
  const page = await counter.window({ size: NARROW });
  await counter.sale(page, 1);
  await look(page, 'desk-sell-sale');
  const due = Number(await page.locator('[data-due]').getAttribute('data-due'));
  await page.keyboard.press('k');
  await page.keyboard.type('0.01');
  await page.getByText(/ short: press Card for the rest$/).waitFor();
  await page.locator('#given').fill(String(due / 100 + 5));
  await page.getByText('Change £5.00').waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/desk/sell/order/*');
  assert.equal((await page.locator('.due .amount').textContent()).trim(), '£5.00');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/desk/sell');
  const all = await page.locator('[data-shows] li:visible').count();
  const title = await page.locator('[data-shows] a').last().locator('span').nth(1).textContent();
  await page.keyboard.type(title);
  const left = await page.locator('[data-shows] li:visible').count();
  assert.ok(left > 0 && left < all, `${left} of ${all}`);
  assert.deepEqual(page.complaints, []);
});

test('seats off the map by keys alone go back at once when the sale is cancelled', async () => {
  const page = await counter.window(), { demo } = counter;
  const { seats } = await demo.neighbours(1);
  await page.goto(`/desk/sell/${demo.tonight}`);
  await page.keyboard.press('m');
  await page.waitForURL('**/seats');
  await tabTo(page, 'a.seat');
  await page.goto(`/desk/sell/${demo.tonight}/seats?pick=${seats[0].guid}`);
  await look(page, 'desk-sell-seats');
  await page.keyboard.press('h');
  await page.waitForURL('**/desk/sell/cart/*');
  assert.equal(await demo.state(seats[0].guid), 'held');
  await page.keyboard.press('Escape');
  await page.waitForURL('**/desk/sell');
  assert.equal(await demo.state(seats[0].guid), 'free');
  assert.deepEqual(page.complaints, []);
});

test('a sale needs no script', async () => {
  const page = await counter.window({ scripts: false });
  await page.goto('/desk/sell');
  await page.locator('[data-shows] a').first().click();
  await page.locator('input.n').first().fill('2');
  await page.getByRole('button', { name: /^Best seats|^Add places/ }).click();
  await page.getByLabel('Cash given').fill('500');
  await page.getByRole('button', { name: /^Cash/ }).click();
  await page.getByText('Change due').waitFor();
});
