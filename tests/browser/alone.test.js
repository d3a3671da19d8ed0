// Doors that lose the box: what their script decides, case by case against the verdict table, and
// two phones that go on alone while the box is cut off, and tell it afterwards.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { PHONE, WALL, farewell, open, visitor } from './house/browser.js';
import { Demo, ROOT, until } from './house/demo.js';
import { look } from './house/looks.js';
import { signIn } from './house/shop.js';

let demo, browser;
before(async () => { [demo, browser] = await Promise.all([Demo.start(), open()]); });
afterEach(farewell);
after(async () => { await browser?.close(); await demo?.stop(); });

// The script as the page has it; it draws nothing, so that it runs here, too.
const script = async () => {
  const text = await readFile(join(ROOT, 'web/assets/door-alone.js'), 'utf8');
  return import(`data:text/javascript,${encodeURIComponent(text)}`);
};

test('what a door decides alone is what the verdict table decides, case by case', async () => {
  const { judge, digest } = await script();
  const told = JSON.parse(await readFile(new URL('./house/alone.json', import.meta.url), 'utf8'));
  const moment = at => new Date(at).toISOString();
  const window = { opens: moment(told.opens), closes: moment(told.closes) };
  assert.ok(told.cases.length > 200);
  for (const [stop, state, re_entry, direction, now, went, reason] of told.cases) {
    const line = state && { ...(stop && { stop }), state, re_entry };
    const decided = judge(line || undefined, window, direction, now);
    const name = JSON.stringify({ stop, state, re_entry, direction, now });
    assert.deepEqual(decided, { went, reason }, name);
  }
  const always = judge({ state: 'unused', re_entry: true }, {}, 'in', told.closes);
  assert.equal(always.went, 'GO', 'a door set to an earlier day asks no time');
  const unheard = judge({ state: 'unused', re_entry: true, stop: 'A_ROW_OF_TOMORROW' }, window, 'in', told.opens);
  assert.equal(unheard.went, 'STOP');
  for (const code of [told.code, told.code.toLowerCase(), ` ${told.code}\n`]) {
    assert.equal(await digest(code), told.digest_hex);
  }
});

const phone = async () => {
  const page = await visitor(browser, demo.url, { size: PHONE });
  await signIn(page, demo.told.device_token, '/door');
  return page;
};
const enter = async (page, code) => {
  await page.getByLabel('Ticket code').fill(code);
  await page.keyboard.press('Enter');
};
const plate = (page, kind, why) => page.locator(`.plate.${kind}.alone`, { hasText: why }).waitFor();
// The list of the page holds so many tickets: what it would judge by.
const listed = (page, count) => until(`a list of ${count}`, () => page.evaluate(wanted => new Promise(done => {
  const asked = indexedDB.open('usher-door');
  asked.onsuccess = () => {
    const kept = asked.result.transaction('kept').objectStore('kept').get('list');
    kept.onsuccess = () => { asked.result.close(); done(kept.result?.tickets.size >= wanted); };
  };
}), count));
const waiting = (page, words) => page.locator('[data-waits]', { hasText: words }).waitFor();
// What a page complains of while there is no box is the want of it.
const others = page => page.complaints.filter(said => !/ERR_CONNECTION|WebSocket|ERR_EMPTY|ERR_INCOMPLETE|Failed to fetch/.test(said));

test('two doors go on without the box, and it hears afterwards who was let in twice', async () => {
  const bought = await demo.buy(2);
  const [ticket, other] = bought.tickets.map(one => one.code);
  const phones = [await phone(), await phone()];
  const [left, right] = phones;
  for (const one of phones) await listed(one, 2);

  await demo.cut();
  for (const one of phones) {
    await enter(one, ticket);
    await plate(one, 'go', 'Judged without the box, by its list of ');
    await waiting(one, '1 scan waits for the box');
  }
  assert.equal(await left.locator('.plate h1').textContent(), 'GO');
  await look(left, 'door-alone-go');
  await enter(left, ticket);
  await plate(left, 'stop', 'Already in');
  await look(left, 'door-alone-stop');
  await enter(left, 'U1CEABEZYBAIBQIBICTUJ4HMLKIFNGOLDT');
  await plate(left, 'stop', 'Not on the list');
  await waiting(left, '3 scans wait for the box');
  await left.getByLabel('Out', { exact: true }).check();
  await enter(left, other);
  await plate(left, 'stop', 'Not inside');
  await enter(left, ticket);
  await plate(left, 'go', 'Out');
  await left.getByLabel('In', { exact: true }).check();
  await enter(left, ticket);
  await plate(left, 'go', 'Back in');
  await left.locator('input[value=check]').check();
  await enter(left, other);
  await plate(left, 'go', 'In');
  await waiting(left, '6 scans wait for the box');
  await enter(left, bought.tickets[0].ticket);
  await left.locator('.plate.ask:not(.alone)', { hasText: 'A ticket number cannot be checked' }).waitFor();

  await demo.again();
  for (const one of phones) await one.locator('[data-waits]').waitFor({ state: 'hidden' });
  const wall = await visitor(browser, demo.url, { size: WALL });
  await signIn(wall, demo.told.api_token, '/monitor');
  await wall.locator('[data-duplicates]', { hasText: /^\s*1 duplicate admission$/ }).waitFor();
  await wall.getByText('Doors without the box: judge by their last list').waitFor();
  assert.equal(await wall.locator('[data-rows] .note.bad', { hasText: 'Duplicate admission' }).count(), 1);
  assert.equal(await wall.locator('[data-rows] .note', { hasText: 'without the box' }).count(), 7);
  assert.equal(await wall.locator('[data-inside]').textContent(), '1');
  await look(wall, 'monitor-alone');

  // And on with the box, which knows what they did.
  await left.getByLabel('In', { exact: true }).check();
  await enter(left, ticket);
  await left.locator('.plate.stop:not(.alone)', { hasText: 'Already in at' }).waitFor();
  await enter(right, other);
  await right.locator('.plate.go:not(.alone)').waitFor();
  await wall.locator('[data-inside]', { hasText: /^2$/ }).waitFor();
  assert.deepEqual([...phones.flatMap(others), ...wall.complaints], []);
});

test('scans that wait outlive the page, and are told when it is opened again', async () => {
  const bought = await demo.buy(1);
  const page = await phone();
  const count = Number(/of (\d+) in/.exec(await page.locator('.countline .of').textContent())[1]);
  await listed(page, count);
  const scans = async () => (await demo.ask('GET', '/scans?limit=1000', { token: demo.told.api_token })).scans;
  const before = (await scans()).length;
  await demo.cut();
  await enter(page, bought.tickets[0].code);
  await plate(page, 'go', 'Judged without the box');
  await page.goto('about:blank');
  await demo.again();
  assert.equal((await scans()).length, before, 'the box has not heard of it');
  await page.goto('/door');
  await until('the scan is told', async () => (await scans()).length === before + 1);
  const newest = (await scans()).at(-1);
  assert.deepEqual([newest.ticket, newest.reason, newest.offline], [bought.tickets[0].ticket, 'ADMITTED', true]);
  await page.locator('[data-waits]').waitFor({ state: 'hidden' });
  assert.deepEqual(others(page), []);
});

test('an answer that was lost is no second way in: the box knows the passage again', async () => {
  const bought = await demo.buy(1);
  const code = bought.tickets[0].code;
  const page = await phone();
  const count = Number(/of (\d+) in/.exec(await page.locator('.countline .of').textContent())[1]);
  await listed(page, count);
  // The ask gets through; what comes back does not, and nothing else does for a while.
  let cut = true;
  await page.route('**/door', async route => {
    if (route.request().method() !== 'POST' || !cut) return route.continue();
    await route.fetch();
    return route.abort('connectionreset');
  });
  await page.route('**/api/v1/**', route => cut ? route.abort('connectionreset') : route.continue());
  await enter(page, code);
  await plate(page, 'go', 'Judged without the box');
  cut = false;
  await page.locator('[data-waits]').waitFor({ state: 'hidden' });
  const { scans } = await demo.ask('GET', '/scans?limit=1000', { token: demo.told.api_token });
  const ours = scans.filter(scan => scan.ticket === bought.tickets[0].ticket);
  assert.deepEqual(ours.map(scan => [scan.reason, scan.offline, scan.dispute]),
    [['ADMITTED', false, undefined], ['ADMITTED', true, undefined]]);
});

test('a phone that is signed out judges nothing more, and keeps what it has to tell', async () => {
  const bought = await demo.buy(2);
  const [first, second] = bought.tickets.map(one => one.code);
  const page = await phone();
  const count = Number(/of (\d+) in/.exec(await page.locator('.countline .of').textContent())[1]);
  await listed(page, count);
  await demo.cut();
  await enter(page, first);
  await plate(page, 'go', 'Judged without the box');
  await page.context().clearCookies();
  await demo.again();
  await waiting(page, '1 scan waits for the box. Sign in again to send them.');
  await enter(page, second);
  await page.locator('.plate.ask:not(.alone)').waitFor();
  await signIn(page, demo.told.device_token, '/door');
  await until('the scan is told', async () => (await demo.check(first)).reason === 'ALREADY_USED');
  await page.locator('[data-waits]').waitFor({ state: 'hidden' });
  assert.equal((await demo.check(second)).reason, 'ADMITTED');
});

test('a page that cannot make digests says so and waits for the box', async () => {
  const page = await phone();
  await page.addInitScript(() => Object.defineProperty(globalThis, 'isSecureContext', { value: false }));
  await page.reload();
  const { tickets: [{ code }] } = await demo.buy(1);
  await demo.cut();
  await enter(page, code);
  const why = 'No answer from the box. One moment, then scan again. '
    + 'This page cannot judge without it: it was not opened over https.';
  await page.locator('.plate.ask:not(.alone)', { hasText: why }).waitFor();
  assert.equal(await page.locator('#code').inputValue(), code, 'it is asked again, under the same key');
  await look(page, 'door-alone-cannot');
  await demo.again();
  await page.keyboard.press('Enter');
  await page.locator('.plate.go:not(.alone)').waitFor();
  assert.deepEqual(others(page), []);
});
