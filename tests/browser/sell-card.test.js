// A card at the counter, both sides played: declined, paid, and a cable pulled in mid-payment.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counter } from './house/counter.js';
import { look } from './house/looks.js';
import { openTill, signIn } from './house/staff.js';

const counter = new Counter('cashier');

// The cashier with two tickets in hand, and the customer before the pad.
const both = async () => {
  const cashier = await counter.window();
  await counter.sale(cashier, 2);
  const { page, press } = await counter.customer();
  return { cashier, customer: page, press };
};

test('a declined card leaves the seats with the cashier, and the next card pays', async () => {
  const { cashier, customer, press } = await both();
  await cashier.keyboard.press('c');
  await cashier.locator('[data-pad]').waitFor();
  await look(cashier, 'desk-sell-card');
  await press('tap-refused');
  await cashier.getByRole('button', { name: /^Card/ }).waitFor();
  await look(cashier, 'desk-sell-declined');
  await cashier.keyboard.press('c');
  await press('insert');
  await press('wrong-pin');
  await press('right-pin');
  await look(customer, 'demo-pads-paying');
  await cashier.waitForURL('**/desk/sell/order/*');
  await look(cashier, 'desk-sell-sold-card');
  await cashier.keyboard.press('r');
  await cashier.waitForURL('**/receipts');
  const receipts = () => cashier.locator('main').innerText();
  const first = await receipts();
  assert.match(first, /\d{4}/);
  assert.doesNotMatch(first, /\d{13,19}/);
  await look(cashier, 'desk-sell-receipts-card');
  await cashier.reload();
  assert.equal(await receipts(), first);
  assert.deepEqual(cashier.complaints, []);
});

test('part in cash, the rest by card, by keys alone', async () => {
  const { cashier, press } = await both();
  await cashier.keyboard.press('k');
  await cashier.keyboard.type('20');
  await cashier.getByText(/short: press Card for the rest/).waitFor();
  await look(cashier, 'desk-sell-split');
  await cashier.keyboard.press('Escape');
  await cashier.keyboard.press('c');
  await cashier.getByText(/£20\.00 of it in cash/).waitFor();
  await press('tap');
  await cashier.waitForURL('**/desk/sell/order/*');
  await cashier.getByText('paid by card and in cash').waitFor();
  await look(cashier, 'desk-sell-sold-split');
  assert.deepEqual(cashier.complaints, []);
});

test('the cashier stops a payment, and the cart is theirs again', async () => {
  const { cashier } = await both();
  await cashier.keyboard.press('c');
  await cashier.locator('[data-pad]').waitFor();
  await cashier.getByRole('button', { name: /^(Stop|Cancel) / }).first().click();
  await cashier.getByRole('button', { name: /^Card/ }).waitFor();
  await cashier.keyboard.press('Escape');
  await cashier.waitForURL('**/desk/sell');
});

test('a cable pulled in mid-payment is told calmly, and the box finds out what was paid', async () => {
  const { cashier, press } = await both();
  await cashier.keyboard.press('c');
  await cashier.locator('[data-pad]').waitFor();
  await press('insert');
  await press('pull-cable');
  await cashier.getByText(/do not charge again/i).first().waitFor();
  await look(cashier, 'desk-sell-unknown');
  await press('right-pin');
  await press('plug-in');
  await cashier.waitForURL('**/desk/sell/order/*', { timeout: 120_000 });
  await cashier.getByText('paid by card').waitFor();
  assert.deepEqual(cashier.complaints, []);
});

test('a customer on the phone tells the card, and it is typed at the pad', async () => {
  const cashier = await counter.stranger();
  await signIn(counter.demo, cashier, 'supervisor');
  await openTill(cashier);
  await counter.sale(cashier, 2);
  await look(cashier, 'desk-sell-phone');
  const { press } = await counter.customer(1);
  await cashier.keyboard.press('t');
  await cashier.getByText('Type the card at the pad').waitFor();
  await look(cashier, 'desk-sell-phone-typing');
  await press('type-card');
  await cashier.waitForURL('**/desk/sell/order/*');
  await cashier.getByText('paid by card').first().waitFor();
  assert.deepEqual(cashier.complaints, []);
});
