// Orders that are not paid at once: booked with a deposit, two cards for one sale, given back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counter } from './house/counter.js';
import { look } from './house/looks.js';
import { ordered } from './house/staff.js';

const counter = new Counter('supervisor');

// The cashier with two tickets in hand, and the customer before the pad.
const both = async () => {
  const desk = await counter.window();
  await counter.sale(desk, 2);
  return { desk, ...await counter.customer() };
};

// Opens what a part needs, by the key, and types it.
const part = async (desk, amount) => {
  await desk.keyboard.press('d');
  await desk.getByLabel('Part paid now').fill(amount);
};

test('a deposit in cash books the seats, and a card pays the rest later', async () => {
  const { desk, pays } = await both();
  await part(desk, '20');
  await desk.getByLabel('later, under the customer’s name').check();
  await look(desk, 'desk-sell-part', { full: true });
  await desk.getByRole('button', { name: /^Cash/ }).last().click();
  await desk.getByRole('heading', { name: 'Look at the customer again' }).waitFor();
  await desk.locator('#buyer').fill('Ada Finch');
  await desk.getByLabel('Cash given').fill('50');
  await desk.getByText(/^Change/).waitFor();
  await desk.getByRole('button', { name: /^Cash/ }).last().click();
  const order = await ordered(desk);
  await desk.getByRole('heading', { name: 'Balance due' }).waitFor();
  assert.equal(await desk.getByRole('link', { name: /^Print tickets/ }).count(), 0);
  await look(desk, 'desk-sell-booked', { full: true });
  await desk.goto('/desk/orders?due=yes');
  await desk.getByRole('link', { name: order, exact: true }).waitFor();
  await look(desk, 'desk-orders-due');
  await desk.getByRole('link', { name: order, exact: true }).click();
  await desk.getByRole('heading', { name: 'Balance due' }).waitFor();
  await look(desk, 'desk-order-due', { full: true });
  await desk.keyboard.press('c');
  await desk.locator('[data-pad]').waitFor();
  await look(desk, 'desk-order-paying', { full: true });
  await pays();
  await desk.getByText(/paid by card/).first().waitFor();
  assert.equal(await desk.getByRole('heading', { name: 'Balance due' }).count(), 0);
  await desk.getByRole('heading', { name: 'Payments' }).waitFor();
  await look(desk, 'desk-order-paid-up', { full: true });
  await desk.goto(`/desk/sell/order/${order}`);
  await desk.getByRole('link', { name: /^Print tickets/ }).waitFor();
  assert.deepEqual(desk.complaints, []);
});

test('two cards pay one sale at the counter, by keys alone', async () => {
  const { desk, press, pays } = await both();
  await part(desk, '20');
  await desk.keyboard.press('Escape');
  await desk.keyboard.press('c');
  await pays();
  const order = await ordered(desk);
  await desk.getByText('Due now').waitFor();
  await desk.keyboard.press('c');
  await desk.locator('[data-pad]').waitFor();
  await press('tap-refused');
  await desk.getByText(/^The payment of .* was declined/).first().waitFor();
  await look(desk, 'desk-sell-second-declined', { full: true });
  await desk.keyboard.press('c');
  await desk.locator('[data-pad]').waitFor();
  await look(desk, 'desk-sell-second-card', { full: true });
  await pays();
  await desk.getByRole('link', { name: /^Print tickets/ }).waitFor();
  await look(desk, 'desk-sell-two-cards', { full: true });
  await desk.keyboard.press('r');
  await desk.waitForURL('**/receipts');
  assert.doesNotMatch(await desk.locator('main').innerText(), /\d{13,19}/);
  // What both cards paid goes back to each of them.
  await desk.goto(`/desk/orders/${order}`);
  for (const box of await desk.getByRole('checkbox').all()) await box.check();
  await desk.getByLabel('Reason').fill('Fell ill');
  await desk.getByRole('button', { name: 'See what goes back' }).click();
  await desk.getByText(/^After that: Refund/).waitFor();
  await look(desk, 'desk-order-ask-parts', { full: true });
  await desk.getByRole('button', { name: /^Refund .* to / }).click();
  // The newest payment is taken back whole: that needs no card.
  await desk.getByRole('heading', { name: /is owed to the customer/ }).waitFor();
  await look(desk, 'desk-order-owed-back', { full: true });
  await desk.getByRole('button', { name: /^Refund .* to / }).click();
  await pays();
  await desk.getByRole('heading', { name: /is owed to the customer/ }).waitFor({ state: 'detached' });
  assert.deepEqual(desk.complaints, []);
});
