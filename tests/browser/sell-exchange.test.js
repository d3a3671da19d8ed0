// Tickets exchanged at the counter: for dearer ones in cash and by card, and for a cheaper one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PHONE } from './house/browser.js';
import { Counter, cash, take } from './house/counter.js';
import { look } from './house/looks.js';
import { ordered } from './house/staff.js';

// Tabs from the top of a page to whatever the keyboard must reach on it.
const TABS_MAX = 120;

const counter = new Counter('supervisor');

// An order for tonight, paid in cash.
const sold = async (desk, count) => {
  await counter.sale(desk, count);
  return cash(desk);
};

// Goes there by the Tab key alone.
const tabTo = async (desk, target) => {
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    if (await target.evaluate(element => element === document.activeElement)) return;
    await desk.keyboard.press('Tab');
  }
  throw new Error(`the keyboard does not reach ${target}`);
};

// The first tickets of an order, with the keyboard, as far as the choice of new ones.
const exchange = async (desk, order, count, asked) => {
  await desk.goto(`/desk/orders/${order}`);
  for (let nth = 0; nth < count; nth += 1) {
    await tabTo(desk, desk.getByRole('checkbox').nth(nth));
    await desk.keyboard.press('Space');
  }
  await tabTo(desk, desk.getByLabel('Reason'));
  await desk.keyboard.type('Wants to sit nearer');
  await desk.keyboard.press('Enter');
  const button = desk.getByRole('button', { name: 'Exchange', exact: true });
  await button.waitFor();
  if (asked) await look(desk, asked, { full: true });
  await tabTo(desk, button);
  await desk.keyboard.press('Enter');
  await desk.waitForURL('**/more/*');
  await desk.getByRole('heading', { name: /^Exchange of/ }).waitFor();
};

const balance = desk => desk.locator('dt:text-is("Balance") + dd').innerText();

test('two tickets for three, the difference in cash, with the keyboard alone', async () => {
  const desk = await counter.window();
  const old = await sold(desk, 2);
  await exchange(desk, old, 2, 'desk-exchange-ask');
  await look(desk, 'desk-exchange-choice');
  await take(desk, 3);
  await desk.getByText(`Exchanged tickets of order ${old}`).first().waitFor();
  await look(desk, 'desk-exchange-sale', { full: true });
  const fresh = await cash(desk);
  await look(desk, 'desk-exchange-sold', { full: true });
  await desk.goto(`/desk/sell/order/${fresh}/receipts`);
  await look(desk, 'desk-exchange-receipts', { full: true });
  await desk.goto(`/desk/orders/${old}`);
  assert.equal(await desk.getByText(`for tickets of order ${fresh}`).count(), 2);
  assert.equal(await desk.getByRole('checkbox').count(), 0, 'nothing of it can go back again');
  await look(desk, 'desk-exchange-old', { full: true });
  await desk.getByRole('link', { name: fresh, exact: true }).click();
  await desk.waitForURL(`**/desk/orders/${fresh}`);
  await desk.getByText('Exchanged from').waitFor();
  await look(desk, 'desk-exchange-new', { full: true });
  assert.deepEqual(desk.complaints, []);
});

test('two tickets for one: what is over is owed, in red, and paid back', async () => {
  const desk = await counter.window();
  const old = await sold(desk, 2);
  await exchange(desk, old, 2);
  await take(desk, 1);
  await desk.getByText('Owed to the customer afterwards').waitFor();
  await look(desk, 'desk-exchange-over', { full: true });
  await desk.keyboard.press('k');
  await ordered(desk);
  await look(desk, 'desk-exchange-sold-over', { full: true });
  await desk.keyboard.press('b');
  await desk.waitForURL(`**/desk/orders/${old}`);
  assert.match(await balance(desk), /^[-−]/);
  await look(desk, 'desk-exchange-owed', { full: true });
  await tabTo(desk, desk.getByRole('button', { name: /^Give back .* in cash$/ }));
  await desk.keyboard.press('Enter');
  await desk.getByText('Cash given back').first().waitFor();
  assert.doesNotMatch(await balance(desk), /^[-−]/);
  await look(desk, 'desk-exchange-settled', { full: true });
  assert.deepEqual(desk.complaints, []);
});

test('a card pays the difference at the pad, and an exchange that is left is a sale', async () => {
  const desk = await counter.window();
  const old = await sold(desk, 1);
  await exchange(desk, old, 1);
  await take(desk, 2);
  const { pays } = await counter.customer();
  await desk.keyboard.press('c');
  await desk.locator('[data-pad]').waitFor();
  await look(desk, 'desk-exchange-card', { full: true });
  await pays();
  const fresh = await ordered(desk);
  await exchange(desk, fresh, 1);
  const leave = desk.getByRole('button', { name: 'Leave the exchange' });
  await tabTo(desk, leave);
  await desk.keyboard.press('Enter');
  await desk.waitForURL(/\/desk\/sell\/cart\/[\d-]+$/);
  assert.equal(await leave.count(), 0);
  await desk.goto(`/desk/orders/${fresh}`);
  assert.equal(await desk.getByRole('checkbox').count(), 2, 'both tickets are good');
  assert.deepEqual(desk.complaints, []);
});

test('the map has the band of the exchange, too, on a desk and on a phone', async () => {
  const desk = await counter.window();
  const old = await sold(desk, 2);
  await exchange(desk, old, 1);
  await desk.keyboard.press('m');
  await desk.waitForURL('**/seats');
  await desk.getByRole('heading', { name: /^Exchange of/ }).waitFor();
  await look(desk, 'desk-exchange-map');
  await desk.goBack();
  await take(desk, 2);
  await desk.setViewportSize(PHONE);
  await look(desk, 'desk-exchange-sale', { full: true });
  assert.deepEqual(desk.complaints, []);
});
