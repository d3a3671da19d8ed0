// Tickets given back at the counter: in cash, to the card at its pad, declined, cut off, and through
// the gateway of the shop.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PHONE, press, tabTo } from './house/browser.js';
import { Counter, cash } from './house/counter.js';
import { look } from './house/looks.js';
import { bestSeats, fill, pay, toCheckout } from './house/shop.js';
import { ordered } from './house/staff.js';

const FOUND_MS_MAX = 120_000;

const counter = new Counter('supervisor');

// The first ticket of an order, and what it makes.
const choose = async (desk, order) => {
  await desk.goto(`/desk/orders/${order}`);
  await desk.getByRole('checkbox').first().check();
  await desk.getByLabel('Reason').fill('Fell ill');
  await desk.getByRole('button', { name: 'See what goes back' }).click();
  await desk.getByRole('heading', { name: /^Refund 1 ticket/ }).waitFor();
};

// The customer before the pad, and an order that their card paid.
const card = async desk => {
  const { press, pays } = await counter.customer();
  await counter.sale(desk, 2);
  await desk.keyboard.press('c');
  await pays();
  return { press, pays, order: await ordered(desk) };
};

const refund = desk => desk.getByRole('button', { name: 'Refund', exact: true }).click();

test('a ticket paid in cash goes back in cash and is cancelled', async () => {
  const desk = await counter.window();
  await counter.sale(desk, 2);
  const order = await cash(desk);
  await desk.goto('/desk/orders');
  await look(desk, 'desk-orders');
  await desk.getByRole('link', { name: order, exact: true }).first().click();
  await desk.waitForURL(`**/desk/orders/${order}`);
  await look(desk, 'desk-order', { full: true });
  await choose(desk, order);
  await desk.getByText('in cash from your drawer').first().waitFor();
  await look(desk, 'desk-order-ask', { full: true });
  await refund(desk);
  await desk.getByText('Cash given back').first().waitFor();
  assert.equal(await desk.getByRole('checkbox').count(), 1, 'one ticket is left');
  await look(desk, 'desk-order-refunded', { full: true });
  assert.deepEqual(desk.complaints, []);
});

test('a card is credited at its pad, and a declined refund changes nothing', async () => {
  const desk = await counter.window();
  const { press, pays, order } = await card(desk);
  await choose(desk, order);
  await desk.getByText('to the card at its pad').first().waitFor();
  await refund(desk);
  await desk.locator('[data-pad]').waitFor();
  await look(desk, 'desk-order-pad', { full: true });
  await press('tap-refused');
  await desk.getByText(/^The refund of .* was declined/).first().waitFor();
  assert.equal(await desk.getByRole('checkbox').count(), 2, 'both tickets are good');
  await choose(desk, order);
  await refund(desk);
  await pays();
  await desk.getByText(/went back to the card/).first().waitFor();
  assert.equal(await desk.getByRole('checkbox').count(), 1);
  await look(desk, 'desk-order-card-back', { full: true });
  assert.deepEqual(desk.complaints, []);
});

test('a cable pulled while money goes back is told calmly, and the box finds it out', async () => {
  const desk = await counter.window();
  const { press, order } = await card(desk);
  await choose(desk, order);
  await refund(desk);
  await desk.locator('[data-pad]').waitFor();
  await press('insert');
  await press('pull-cable');
  await desk.getByText(/give nothing back in another way/).first().waitFor();
  assert.equal(await desk.getByRole('checkbox').count(), 0, 'nothing else goes back');
  await look(desk, 'desk-order-unknown', { full: true });
  await press('right-pin');
  await press('plug-in');
  await desk.getByText(/went back to the card/).first().waitFor({ timeout: FOUND_MS_MAX });
  assert.deepEqual(desk.complaints, []);
});

test('a whole payment just taken is taken back at its pad, and nobody needs the card', async () => {
  const desk = await counter.window();
  const { pays } = await counter.customer();
  await counter.sale(desk, 1);
  await desk.keyboard.press('c');
  await pays();
  const order = await ordered(desk);
  await choose(desk, order);
  await refund(desk);
  await desk.getByText(/went back to the card/).first().waitFor();
  await desk.getByText('Card payment taken back').first().waitFor();
  assert.equal(await desk.getByRole('checkbox').count(), 0, 'no ticket is left');
  await look(desk, 'desk-order-taken-back', { full: true });
  assert.deepEqual(desk.complaints, []);
});

test('an order of the shop goes back through the gateway, by keyboard alone', async () => {
  const patron = await counter.stranger();
  await bestSeats(patron, counter.demo.tonight, { Adult: 2 });
  await toCheckout(patron);
  await fill(patron);
  await pay(patron);
  await patron.waitForURL('**/orders/*');
  const code = (await patron.locator('.ticket .typed').first().textContent()).replaceAll(/\s/g, '');
  const desk = await counter.window();
  await desk.goto('/desk/orders');
  await tabTo(desk, '#find');
  await desk.keyboard.type(code);
  await desk.keyboard.press('Enter');
  await desk.waitForURL('**/desk/orders?find=*');
  await press(desk, 'main a[href^="/desk/orders/"]');
  await desk.waitForURL(url => /\/desk\/orders\/[^/?]+$/.test(url.href));
  await look(desk, 'desk-order-web', { full: true });
  await tabTo(desk, 'input[name=ticket]');
  await desk.keyboard.press('Space');
  await tabTo(desk, '#reason');
  await desk.keyboard.type('Fell ill');
  await desk.keyboard.press('Enter');
  await desk.getByText('to the card, through the web gateway').first().waitFor();
  await look(desk, 'desk-order-web-ask', { full: true });
  await press(desk, 'form[action$="/refund"] button.primary');
  await desk.getByText(/went back to the card/).first().waitFor();
  assert.equal(await desk.getByRole('checkbox').count(), 1, 'one ticket is left');
  await look(desk, 'desk-order-web-back', { full: true });
  const phone = await counter.window({ size: PHONE });
  await phone.goto(desk.url());
  await look(phone, 'desk-order-web-back', { full: true });
  assert.deepEqual(desk.complaints, []);
});

test('a batch is closed from the bar, and the terminal counts as the house does', async () => {
  const desk = await counter.window();
  await card(desk);
  await desk.goto('/desk/pads');
  await look(desk, 'desk-pads', { full: true });
  const money = desk.locator('.deskbar summary', { hasText: 'Money' });
  await money.focus();
  await desk.keyboard.press('Enter');
  await look(desk, 'desk-bar-open');
  await desk.getByRole('link', { name: 'Card batches' }).click();
  await desk.waitForURL('**/desk/batches');
  const unsettled = desk.getByRole('region', { name: 'Not at the bank yet' });
  await unsettled.getByText('Open').first().waitFor();
  await look(desk, 'desk-batches', { full: true });
  await unsettled.getByRole('row', { name: 'Left pad' }).getByRole('link').click();
  await desk.getByRole('heading', { name: /^Batch: / }).waitFor();
  await look(desk, 'desk-batch', { full: true });
  await desk.getByRole('button', { name: 'Close the batch' }).click();
  await desk.locator('.headfacts').getByText('Settled', { exact: true }).waitFor();
  const [ours, theirs] = await desk.locator('dl.facts dd').allTextContents();
  assert.match(ours, /^\d+ payments?, £/);
  assert.equal(theirs, ours, 'the terminal tells what the books have');
  await look(desk, 'desk-batch-settled', { full: true });
  assert.deepEqual(desk.complaints, []);
});
