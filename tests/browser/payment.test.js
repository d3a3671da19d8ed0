// Checkout when it does not go smoothly: wrong fields, a declined card, no word from the bank.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { PHONE, farewell, open, visitor } from './house/browser.js';
import { Demo } from './house/demo.js';
import { look } from './house/looks.js';
import { BUYER, bestSeats, fill, pay, toCheckout } from './house/shop.js';

let demo, browser;
before(async () => { [demo, browser] = await Promise.all([Demo.start(), open()]); });
afterEach(farewell);
after(async () => { await browser?.close(); await demo?.stop(); });

test('a wrong address and an empty name are said beside their fields and on top', async () => {
  const page = await visitor(browser, demo.url);
  await bestSeats(page, demo.tonight, { Adult: 1 });
  await toCheckout(page);
  await fill(page, { name: '', email: 'ada@x' });
  await pay(page);
  const summary = page.locator('.notice.stop[role=alert]');
  await summary.waitFor();
  assert.equal(await summary.locator('a').count(), 2);
  for (const field of ['name', 'email']) {
    const input = page.locator(`#${field}`);
    assert.equal(await input.getAttribute('aria-invalid'), 'true');
    const ids = (await input.getAttribute('aria-describedby')).split(' ');
    assert.ok(ids.includes(`${field}-e`), `${field} names its error`);
    assert.notEqual(await page.locator(`#${field}-e`).textContent(), '');
  }
  assert.equal(await page.locator('#email').inputValue(), 'ada@x', 'what was typed is kept');
  assert.equal(await page.locator('#card-number').inputValue(), '', 'a card never comes back');
  await look(page, 'checkout-faults');
  await page.setViewportSize(PHONE);
  await look(page, 'checkout-faults', { full: true });
  await summary.locator('a[href="#email"]').click();
  assert.ok(await page.evaluate(() => document.activeElement.id === 'email'));
  assert.deepEqual(page.complaints, []);
});

test('a declined card leaves the seats held, and another card buys them', async () => {
  const page = await visitor(browser, demo.url);
  await bestSeats(page, demo.tonight, { Adult: 2 });
  await toCheckout(page);
  await fill(page, { ...BUYER, card: '4000 0000 0000 0002' });
  await pay(page);
  const notice = page.locator('.notice').filter({ hasText: 'Card was not accepted' });
  await notice.waitFor();
  assert.match(await notice.textContent(), /still held until \d\d:\d\d/);
  await look(page, 'checkout-declined');
  await fill(page);
  await pay(page);
  await page.waitForURL('**/orders/*');
  assert.equal(await page.locator('.ticket').count(), 2);
  assert.deepEqual(page.complaints, []);
});

test('while the bank is silent the page says so, and turns into the order by itself', async () => {
  const page = await visitor(browser, demo.url, { size: PHONE });
  const paying = await demo.buy(2, { card: 'tok_unknown' });
  assert.deepEqual([paying.status, paying.state], [202, 'confirming']);
  await page.goto(paying.url);
  await page.getByRole('heading', { name: /confirming your payment/ }).waitFor();
  await look(page, 'order-confirming');
  await page.locator('.ticket').first().waitFor({ timeout: 90_000 });
  assert.equal(await page.locator('.ticket').count(), 2);
  assert.deepEqual(page.complaints, []);
});

test('a bank that answers late but yes completes the order without anybody asking', async () => {
  const page = await visitor(browser, demo.url);
  const paying = await demo.buy(1, { card: 'tok_timeout' });
  assert.equal(paying.status, 202);
  await page.goto(paying.url);
  await page.locator('.ticket').first().waitFor({ timeout: 60_000 });
  const cart = await demo.ask('GET', `/carts/${paying.cart}`, { token: paying.token });
  assert.equal(cart.state, 'completed');
  assert.deepEqual(page.complaints, []);
});
