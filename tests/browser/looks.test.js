// Every page and state that no other test comes by: axe in both schemes, pictures, console, width.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { DESK, PHONE, WALL, farewell, open, visitor } from './house/browser.js';
import { Demo } from './house/demo.js';
import { look, overlaps, picture } from './house/looks.js';
import { bestSeats, buy, signIn, toCheckout } from './house/shop.js';

let demo, browser, performances;
before(async () => {
  [demo, browser] = await Promise.all([Demo.start(), open()]);
  ({ performances } = await demo.ask('GET', '/performances'));
});
afterEach(farewell);
after(async () => { await browser?.close(); await demo?.stop(); });

const SIZES = [PHONE, DESK];

const seen = async (address, name, sizes = SIZES) => {
  for (const size of sizes) {
    const page = await visitor(browser, demo.url, { size });
    const answer = await page.goto(address);
    assert.ok(answer.status() < 500, `${address}: ${answer.status()}`);
    await look(page, name);
    assert.deepEqual(page.complaints.filter(one => !one.includes('status of 404')), []);
    await page.context().close();
  }
};

const of = wanted => performances.find(wanted)?.id;

test("what's on, by posters and by month", async () => {
  await seen('/', 'whats-on');
  picture('whats-on', DESK, 'shop');
  await seen('/?view=month', 'calendar');
});

test('an event', () => seen('/events/lamplighter', 'event'));

test('tickets, with a map', async () => {
  await seen(`/performances/${demo.tonight}`, 'tickets');
  const page = await visitor(browser, demo.url, { size: PHONE });
  await page.goto(`/performances/${demo.tonight}`);
  const head = await page.locator('.perfhead').boundingBox();
  const asked = await page.locator('.choose legend').first().boundingBox();
  const gap = asked.y - head.y - head.height;
  assert.ok(gap <= 32, `${gap} px of nothing above the quantities`);
});

test('a house too large for one map opens on its parts, and a part on its seats', async () => {
  const large = performances.toSorted((a, b) => b.places_left - a.places_left)[0];
  assert.ok(large.places_left > 1_500);
  const page = await visitor(browser, demo.url);
  await page.goto(`/performances/${large.id}`);
  await look(page, 'tickets-overview');
  assert.equal(await page.locator('a.seat[data-g]').count(), 0);
  const names = await page.locator('a.part').evaluateAll(parts => parts.map(part => {
    const name = part.querySelector('.part-name');
    name.scrollIntoView({ block: 'center', inline: 'center' });
    const box = name.getBoundingClientRect();
    const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    const lines = [...part.querySelectorAll('text')].map(line => line.textContent);
    return { name: name.textContent, pressed: part.contains(hit), lines };
  }));
  assert.ok(names.length > 20);
  assert.deepEqual(names.filter(part => !part.pressed), [], 'each part can be pressed at its name');
  for (const { lines } of names) {
    assert.match(lines.join(' | '), /^.+ \| from £\d+\.\d\d \| \d+ left$|Sold out$/);
  }
  assert.deepEqual(await overlaps(page, 'a.part .part-name', '.zone-name'), []);
  await page.locator('svg.plan a').first().focus();
  await page.keyboard.press('Enter');
  await page.waitForURL('**?part=*');
  assert.ok(await page.locator('svg.plan .seat').count() > 0);
  await look(page, 'tickets-part');
  assert.deepEqual(page.complaints, []);
});

test('the parts of a large house can be read and pressed on a phone', async () => {
  const large = performances.toSorted((a, b) => b.places_left - a.places_left)[0];
  const page = await visitor(browser, demo.url, { size: PHONE });
  await page.goto(`/performances/${large.id}#map`);
  const { height } = await page.locator('a.part .part-name').first().boundingBox();
  assert.ok(height >= 14, `names are ${height} px high`);
  await look(page, 'tickets-overview');
  await page.locator('#list summary').click();
  await look(page, 'tickets-overview-list', { full: true });
  await page.locator('#list a').first().click();
  await page.waitForURL('**?part=*');
  await page.locator('svg.plan a.seat').first().waitFor();
  assert.deepEqual(page.complaints, []);
});

test('found seats on the desk, and what was found when there is nothing else', async () => {
  const page = await visitor(browser, demo.url);
  await bestSeats(page, demo.tonight, { Adult: 2, Child: 2 });
  const counts = await page.locator('.qty input').evaluateAll(all => all.map(one => one.value));
  assert.deepEqual(counts, ['2', '0', '2'], 'the party stays');
  await look(page, 'tickets-found');
  picture('tickets-found', DESK, 'map');
  assert.deepEqual(page.complaints, []);
});

test('a performance that is sold out, and one whose sale has not begun', async () => {
  await seen(`/performances/${of(one => one.places_left === 0)}`, 'closed-sold-out');
  await seen(`/performances/${of(one => !one.on_sale && one.places_left > 0)}`, 'closed-not-yet');
});

test('an empty cart, a page that is not there, the door to the desk', async () => {
  await seen('/cart', 'cart-empty');
  await seen('/no-such-page', 'error');
  await seen('/desk/sign-in', 'sign-in');
  await seen('/desk/sign-in?onward=/desk', 'sign-in');
});

test('a token that opens nothing is said so', async () => {
  const page = await visitor(browser, demo.url, { size: PHONE });
  await page.goto('/desk/sign-in');
  await page.getByText('Sign in with a token').click();
  await page.getByLabel('Token').fill('ut_NOTHING');
  await page.locator('details').getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('does not open the desk').waitFor();
  await look(page, 'sign-in-refused');
});

test('found seats, cart, checkout and order on a phone', async () => {
  const page = await visitor(browser, demo.url, { size: PHONE });
  await bestSeats(page, demo.tonight, { Adult: 2, Child: 1 });
  await look(page, 'tickets-found');
  await page.getByRole('link', { name: 'Go to cart' }).click();
  await look(page, 'cart', { full: true });
  await page.goto(`/performances/${demo.tonight}`);
  await toCheckout(page);
  await look(page, 'checkout', { full: true });
  await page.goBack();
  await page.goForward();
  await buy(page, demo.tonight, { Adult: 1 });
  await look(page, 'order', { full: true });
  assert.deepEqual(page.complaints, []);
});

test('a cart on the desk', async () => {
  const page = await visitor(browser, demo.url);
  await bestSeats(page, demo.tonight, { Adult: 2 });
  await page.getByRole('link', { name: 'Go to cart' }).click();
  await look(page, 'cart');
  assert.deepEqual(page.complaints, []);
});

test('the desk, the bench and the wall', async () => {
  const page = await visitor(browser, demo.url);
  await signIn(page, demo.told.api_token, '/desk');
  await look(page, 'desk');
  await page.goto('/demo');
  await look(page, 'demo');
  await page.goto('/demo/pads');
  await look(page, 'demo-pads');
  await page.goto('/desk/carts');
  await look(page, 'desk-carts');
  await page.goto('/desk/letters');
  await look(page, 'desk-letters');
  await page.goto('/desk/letters/1-1');
  await look(page, 'desk-letter');
  await page.setViewportSize(PHONE);
  await page.goto('/desk');
  await look(page, 'desk');
  await page.goto('/desk/carts');
  await look(page, 'desk-carts');
  await page.goto('/desk/letters');
  await look(page, 'desk-letters');
  await page.goto('/desk/letters/1-1');
  await look(page, 'desk-letter');
  await page.goto('/demo');
  await look(page, 'demo');
  await page.goto('/demo/pads');
  await look(page, 'demo-pads');
  await page.setViewportSize(WALL);
  await page.goto('/monitor');
  await look(page, 'monitor-quiet');
  assert.deepEqual(page.complaints, []);
});

test('the wall on a full evening', async () => {
  const { tickets } = await demo.buy(10);
  const more = await demo.buy(10);
  const codes = [...tickets, ...more.tickets].map(ticket => ticket.code);
  const page = await visitor(browser, demo.url, { size: WALL });
  await signIn(page, demo.told.api_token, '/monitor');
  for (const code of [...codes, codes[3], 'U2', codes[7]]) {
    const body = { code, direction: 'in', nonce: crypto.randomUUID() };
    const said = await demo.ask('POST', '/scans', { token: demo.told.device_token, body });
    assert.equal(said.status, 200);
  }
  await page.locator('[data-inside]', { hasText: /^20$/ }).waitFor();
  await look(page, 'monitor');
  await page.getByLabel('Date').fill('2026-01-05');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.waitForURL('**/monitor?day=2026-01-05**');
  await look(page, 'monitor-past');
  assert.deepEqual(page.complaints, []);
});
