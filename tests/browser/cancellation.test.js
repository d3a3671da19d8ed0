// A performance cancelled at the desk: who is told, and what goes back with one press, at a pad
// without the card, or when its customer comes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PHONE, inBar, press, tabTo } from './house/browser.js';
import { Counter, cash, take } from './house/counter.js';
import { until } from './house/demo.js';
import { look } from './house/looks.js';
import { BUYER, buy } from './house/shop.js';
import { openTill, ordered, signIn } from './house/staff.js';

const WHY = 'The boiler broke';
const GIVEN_MS_MAX = 120_000;

// The cashier has the other window, and its pad gives back without a card.
let cashier;
const counter = new Counter('supervisor', async page => {
  await openTill(page);
  const other = await counter.stranger();
  cashier = await signIn(counter.demo, other, 'cashier');
  await openTill(other);
});

// The cashier at the other window.
const beside = async () => {
  const desk = await counter.stranger();
  await desk.context().addCookies(cashier);
  return desk;
};

// A performance that no other test cancels.
const night = nth => counter.demo.told.performances[nth].id;

// An order of one ticket, as far as its payment.
const choose = async (desk, performance) => {
  await desk.goto(`/desk/sell/${performance}`);
  await take(desk, 1);
};

const byCash = async (desk, performance) => {
  await choose(desk, performance);
  return cash(desk);
};

const byCard = async (desk, performance, pad) => {
  const { pays } = await counter.customer(pad);
  await choose(desk, performance);
  await desk.keyboard.press('c');
  await pays();
  return ordered(desk);
};

const cancel = async (desk, performance) => {
  await desk.goto(`/desk/cancellations/${performance}`);
  await tabTo(desk, '#reason');
  await desk.keyboard.type(WHY);
  await desk.keyboard.press('Enter');
  await desk.getByRole('heading', { name: 'To be given back' }).waitFor();
};

const line = (desk, order) => desk.getByRole('row').filter({ hasText: order });

test('a cancelled performance is told at the desk, in the shop, to the buyer and by letter', async () => {
  const tonight = night(0);
  const desk = await counter.window();
  const orders = [
    await byCash(desk, tonight), await byCard(desk, tonight),
    await byCard(await beside(), tonight, 1),
  ];
  const patron = await counter.stranger();
  await buy(patron, tonight, { Adult: 2 });
  await desk.goto('/desk');
  await inBar(desk, '/desk/cancellations');
  await desk.getByRole('region', { name: 'To come' }).first().waitFor();
  await look(desk, 'desk-cancellations');
  await press(desk, `a[href="/desk/cancellations/${tonight}"]`);
  await desk.getByText(/^\d+ orders with \d+ tickets to take back, £.* to give back\.$/).waitFor();
  await look(desk, 'desk-cancellation-ask', { full: true });
  const go = desk.getByRole('button', { name: 'Cancel the performance' });
  await go.click();
  assert.ok(await desk.locator('#reason:invalid').count(), 'the browser wants a reason');
  await desk.getByLabel('Why').fill('   ');
  await go.click();
  await desk.getByText('Say why').first().waitFor();
  await look(desk, 'desk-cancellation-why', { full: true });
  await cancel(desk, tonight);
  for (const order of orders) await line(desk, order).waitFor();
  await look(desk, 'desk-cancellation', { full: true });
  const phone = await counter.window({ size: PHONE });
  await phone.goto(desk.url());
  await look(phone, 'desk-cancellation', { full: true });
  await phone.goto('/desk/cancellations');
  await look(phone, 'desk-cancellations');

  await patron.reload();
  await patron.getByText('This performance does not take place').waitFor();
  assert.equal(await patron.locator('.ticket svg').count(), 0, 'no code that a door would read');
  await look(patron, 'order-cancelled', { full: true });
  const visitor = await counter.stranger();
  await visitor.goto(`/performances/${tonight}`);
  await visitor.getByText('This performance is cancelled').waitFor();
  assert.equal(await visitor.locator('[data-best]').count(), 0, 'nothing is sold');
  await look(visitor, 'tickets-cancelled');
  await visitor.getByRole('link', { name: 'Other dates' }).click();
  await visitor.waitForURL('**/events/*');
  await look(visitor, 'event-cancelled', { full: true });
  await until('the letter has left', async () => {
    await desk.goto('/desk/letters');
    return desk.getByRole('row').filter({ hasText: BUYER.email })
      .filter({ hasText: 'Cancelled: ' }).filter({ hasText: 'Done' }).count();
  });
  await look(desk, 'desk-letters-cancelled');
  for (const page of [desk, patron, visitor]) assert.deepEqual(page.complaints, []);
});

test('with one press goes back what was paid in the shop, and a pad needs no card for its own', async () => {
  const performance = night(1);
  const order = await byCard(await beside(), performance, 1);
  const desk = await counter.window();
  await cancel(desk, performance);
  const shop = desk.getByRole('row').filter({ hasText: 'Card, in the shop' });
  assert.ok(await shop.count());
  await press(desk, 'form[action$="/refund"] button.primary');
  await desk.getByText(/being given back$/).first().waitFor();
  await shop.first().waitFor({ state: 'detached', timeout: GIVEN_MS_MAX });
  await look(desk, 'desk-cancellation-left', { full: true });
  await line(desk, order).getByRole('button', { name: /^Refund / }).click();
  await desk.waitForURL(`**/desk/orders/${order}`);
  await desk.getByText(/went back to the card/).first().waitFor();
  await desk.getByRole('link', { name: 'All refunds of this performance' }).click();
  await desk.getByText('Everything is given back.').waitFor();
  await look(desk, 'desk-cancellation-done', { full: true });
  assert.deepEqual(desk.complaints, []);
});

test('cash and a card go back when their customers come', async () => {
  const performance = night(2);
  const desk = await counter.window();
  const paid = await byCash(desk, performance);
  const card = await byCard(desk, performance);
  // What a pad booked last is taken back without its card; this one is not the last.
  await byCard(desk, night(3));
  await cancel(desk, performance);
  const { pays } = await counter.customer();
  for (const [order, said, pad] of [[paid, 'Cash given back'], [card, /went back to the card/, pays]]) {
    await line(desk, order).getByRole('link').click();
    await desk.waitForURL(`**/desk/orders/${order}?*`);
    assert.equal(await desk.getByLabel('Reason').inputValue(), WHY);
    assert.equal(await desk.locator('input[name=ticket]:checked').count(), 1);
    await look(desk, `desk-cancellation-order-${pad ? 'card' : 'cash'}`, { full: true });
    await desk.getByRole('button', { name: 'Refund', exact: true }).click();
    await pad?.();
    await desk.getByText(said).first().waitFor();
    await desk.getByRole('link', { name: 'All refunds of this performance' }).click();
    await desk.getByRole('heading', { name: 'To be given back' }).waitFor();
    assert.equal(await line(desk, order).count(), 0, 'off the list');
  }
  assert.deepEqual(desk.complaints, []);
});

test('a cashier sees how it stands, and a supervisor is asked for', async () => {
  const desk = await counter.window();
  const other = await beside();
  const performance = night(4);
  const buttons = other.locator('main').getByRole('button');
  await other.goto(`/desk/cancellations/${performance}`);
  await other.getByText('A supervisor or manager can cancel it.').waitFor();
  assert.equal(await buttons.count(), 0);
  await look(other, 'desk-cancellation-cashier');
  await cancel(desk, performance);
  await other.reload();
  await other.getByText('A supervisor or manager can give it back.').waitFor();
  assert.equal(await buttons.count(), 0);
  await look(other, 'desk-cancellation-cashier-queue');
  assert.deepEqual(other.complaints, []);
});
