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

const beside = async () => {
  const desk = await counter.stranger();
  await desk.context().addCookies(cashier);
  return desk;
};

// Each test cancels one of its own.
const night = nth => counter.demo.told.performances[nth].id;

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

const link = (desk, order) => desk.getByRole('link', { name: order, exact: true });
const line = (desk, order) => desk.getByRole('row').filter({ has: link(desk, order) });
const back = desk => desk.getByRole('link', { name: 'All refunds of this performance' }).click();

test('what is cancelled is told at the desk, in the shop, to its buyer and by letter', async () => {
  const tonight = night(0);
  const desk = await counter.window();
  const orders = [await byCash(desk, tonight), await byCard(desk, tonight)];
  orders.push(await byCard(await beside(), tonight, 1));
  const patron = await counter.stranger();
  await buy(patron, tonight, { Adult: 2 });
  await desk.goto('/desk');
  await inBar(desk, '/desk/cancellations');
  await desk.getByRole('heading', { name: 'To come' }).waitFor();
  await look(desk, 'desk-cancellations');
  await press(desk, `a[href="/desk/cancellations/${tonight}"]`);
  await desk.getByText(/^\d+ orders with \d+ tickets to take back, £.* to give back\.$/).waitFor();
  await look(desk, 'desk-cancellation-ask', { full: true });
  const go = desk.getByRole('button', { name: 'Cancel the performance' });
  await go.click();
  assert.equal(await desk.locator('#reason:invalid').count(), 1, 'the browser wants a reason');
  await desk.getByLabel('Why').fill('   ');
  await go.click();
  await desk.getByRole('heading', { name: 'Say why' }).waitFor();
  await look(desk, 'desk-cancellation-why');
  await cancel(desk, tonight);
  for (const order of orders) await line(desk, order).waitFor();
  await look(desk, 'desk-cancellation', { full: true });
  const phone = await counter.window({ size: PHONE });
  for (const [path, name] of [['', 'desk-cancellations'], [`/${tonight}`, 'desk-cancellation']]) {
    await phone.goto(`/desk/cancellations${path}`);
    await look(phone, name, { full: true });
  }

  await patron.reload();
  await patron.getByText('This performance does not take place').waitFor();
  assert.equal(await patron.locator('.ticket svg').count(), 0, 'no code to be scanned');
  await look(patron, 'order-cancelled', { full: true });
  const visitor = await counter.stranger();
  await visitor.goto(`/performances/${tonight}`);
  await visitor.getByText('This performance is cancelled').waitFor();
  assert.equal(await visitor.locator('[data-best]').count(), 0, 'nothing is sold');
  await look(visitor, 'tickets-cancelled');
  await until('the letter has left', async () => {
    await desk.goto('/desk/letters');
    return desk.getByRole('row').filter({ hasText: BUYER.email })
      .filter({ hasText: 'Cancelled: ' }).filter({ hasText: 'Done' }).count();
  });
  for (const page of [desk, phone, patron, visitor]) assert.deepEqual(page.complaints, []);
});

test('one press gives back what the shop sold, another what a pad needs no card for', async () => {
  const performance = night(1);
  const order = await byCard(await beside(), performance, 1);
  const desk = await counter.window();
  await cancel(desk, performance);
  const shop = desk.getByRole('row').filter({ hasText: 'Card, in the shop' });
  assert.notEqual(await shop.count(), 0);
  await press(desk, 'form[action$="/refund"] button.primary');
  await desk.getByRole('heading', { name: /being given back$/ }).waitFor();
  // The page looks again by itself as long as anything is on its way.
  await desk.getByText(/^1 order with 1 ticket to take back/).waitFor({ timeout: GIVEN_MS_MAX });
  assert.equal(await shop.count(), 0);
  await look(desk, 'desk-cancellation-left', { full: true });
  await line(desk, order).getByRole('button', { name: /^Refund / }).click();
  await desk.waitForURL(`**/desk/orders/${order}`);
  await desk.getByText(/went back to the card/).first().waitFor();
  await back(desk);
  await desk.getByText('Everything is given back.').waitFor();
  await look(desk, 'desk-cancellation-done', { full: true });
  assert.deepEqual(desk.complaints, []);
});

test('cash, and a card that its pad must see, go back when their customers come', async () => {
  const performance = night(2);
  const desk = await counter.window();
  const coins = await byCash(desk, performance);
  const card = await byCard(desk, performance);
  // A pad takes back without the card what it booked last: this is not for the card above.
  await byCard(desk, night(3));
  await cancel(desk, performance);
  const { pays } = await counter.customer();
  const ways = [[coins, 'Cash given back'], [card, /went back to the card/, pays]];
  for (const [order, said, customer] of ways) {
    await link(desk, order).click();
    await desk.waitForURL(`**/desk/orders/${order}?*`);
    assert.equal(await desk.getByLabel('Reason').inputValue(), WHY);
    assert.equal(await desk.locator('input[name=ticket]:checked').count(), 1);
    await look(desk, `desk-cancellation-order-${customer ? 'card' : 'cash'}`, { full: true });
    await desk.getByRole('button', { name: 'Refund', exact: true }).click();
    await customer?.();
    await desk.getByText(said).first().waitFor();
    await back(desk);
    await desk.getByRole('heading', { name: 'To be given back' }).waitFor();
    assert.equal(await link(desk, order).count(), 0, 'off the list');
  }
  assert.deepEqual(desk.complaints, []);
});

test('a cashier sees how it stands and is sent to a supervisor', async () => {
  const performance = night(4);
  const desk = await beside();
  const buttons = desk.locator('main').getByRole('button');
  await desk.goto(`/desk/cancellations/${performance}`);
  await desk.getByText('A supervisor or manager can cancel it.').waitFor();
  assert.equal(await buttons.count(), 0);
  await look(desk, 'desk-cancellation-cashier');
  await cancel(await counter.window(), performance);
  await desk.reload();
  await desk.getByText('A supervisor or manager can give it back.').waitFor();
  assert.equal(await buttons.count(), 0);
  await look(desk, 'desk-cancellation-cashier-queue');
  assert.deepEqual(desk.complaints, []);
});
