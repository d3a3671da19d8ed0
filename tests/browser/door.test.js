// From the beam to the wall: the bench with its simulated scanners, the monitor, the door phone.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { DESK, PHONE, WALL, farewell, open, visitor } from './house/browser.js';
import { Demo } from './house/demo.js';
import { BEAM, look } from './house/looks.js';
import { signIn } from './house/shop.js';

let demo, browser;
before(async () => { [demo, browser] = await Promise.all([Demo.start(), open()]); });
afterEach(farewell);
after(async () => { await browser?.close(); await demo?.stop(); });

const beam = async (bench, code) => {
  await bench.locator('#code').fill(code);
  await bench.locator('form.form button').click();
};

test('a beamed ticket turns the lamp green and stands on the monitor with its time', async () => {
  const wall = await visitor(browser, demo.url, { size: WALL });
  await signIn(wall, demo.told.api_token, '/monitor');
  const bench = await visitor(browser, demo.url, { size: DESK });
  await bench.goto('/demo');
  const bought = await demo.buy(2);
  const before = await wall.locator('[data-rows] tr').count();
  await beam(bench, bought.tickets[0].code);
  await bench.locator('.lamp.go').first().waitFor();
  const row = wall.locator('[data-rows] tr').first();
  await wall.locator(`[data-rows] tr >> nth=${before}`).waitFor();
  await row.getByText('Nell Harker').waitFor();
  await wall.locator('[data-beam]', { hasText: BEAM }).waitFor();
  console.log(await wall.locator('[data-beam]').textContent());
  await bench.getByRole('button', { name: /^Turn the turnstile/ }).click();
  await look(bench, 'demo');

  await beam(bench, bought.tickets[0].code);
  await wall.locator('[data-rows] tr').first().getByText('Already in').waitFor();
  await beam(bench, 'U1CEABEZYBAIBQIBICTUJ4HMLKIFNGOLDT');
  await wall.locator('[data-rows] tr').first().getByText('Not our ticket').waitFor();
  await bench.locator('.lamp.stop').first().waitFor();
  await wall.locator('[data-part=doors] .refuse').waitFor();
  assert.equal(await wall.locator('[data-inside]').textContent(), '1');
  assert.match(await wall.locator('h1').textContent(), /Lamplighter/, 'the only one of today');
  await wall.getByText(/to come, \d+ minutes to curtain/).waitFor();
  await look(wall, 'monitor-few');
  assert.deepEqual([...wall.complaints, ...bench.complaints], []);
});

test('the bench works without scripts, and its turnstile can be turned', async () => {
  const bench = await visitor(browser, demo.url, { scripts: false, size: PHONE });
  await bench.goto('/demo');
  const bought = await demo.buy(1);
  await beam(bench, bought.tickets[0].code);
  await bench.waitForURL('**/demo?scanner=0');
  await bench.getByRole('button', { name: /^Turn the turnstile/ }).click();
  await bench.waitForURL('**/demo?scanner=0');
  const { ticket } = await demo.check(bought.tickets[0].code);
  assert.equal(ticket, bought.tickets[0].ticket);
  assert.deepEqual(bench.complaints, []);
});

test('a passage that nobody walked through is given back, and bench and wall say so', async () => {
  const wall = await visitor(browser, demo.url, { size: WALL });
  await signIn(wall, demo.told.api_token, '/monitor');
  const ins = wall.locator('.lanes tbody tr').filter({ hasText: /^A/ }).locator('td.num').first();
  const before = Number(await ins.textContent());
  const bench = await visitor(browser, demo.url);
  await bench.goto('/demo');
  const bought = await demo.buy(1);
  const code = bought.tickets[0].code;
  await beam(bench, code);
  await bench.locator('.lamp.go').first().waitFor();
  await bench.locator('.lamp.go').first().waitFor({ state: 'detached' });
  await bench.waitForFunction(async ([token, code]) => {
    const asked = { code, direction: 'check', nonce: crypto.randomUUID() };
    const answer = await fetch('/api/v1/scans', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(asked),
    });
    return (await answer.json()).reason === 'ADMITTED';
  }, [demo.told.device_token, code], { polling: 500, timeout: 30_000 });
  const words = 'Nobody went through within 8 s; the ticket is valid again';
  await bench.locator('.lamp').first().getByText(words).waitFor();
  await look(bench, 'demo-unpassed');
  await wall.locator('[data-rows] tr.undone').first().getByText('taken back').waitFor();
  await wall.reload();
  await wall.locator('[data-rows] tr.undone').first().getByText('taken back').waitFor();
  assert.equal(Number(await ins.textContent()), before, 'nobody came in at door A');
  assert.deepEqual([...wall.complaints, ...bench.complaints], []);
});

test('a typed code is answered on the door phone: green once, then red with the reason', async () => {
  const phone = await visitor(browser, demo.url, { size: PHONE });
  await signIn(phone, demo.told.device_token, '/door');
  const head = phone.locator('.where');
  assert.match(await head.textContent(), /^Door A, in.*The Lamplighter’s Daughter, \d\d:\d\d$/);
  await look(phone, 'door-ready');
  const bought = await demo.buy(1);
  const enter = async code => {
    await phone.getByLabel('Ticket code').fill(code);
    await phone.keyboard.press('Enter');
  };
  await enter(bought.tickets[0].code);
  await phone.locator('.plate.go').waitFor();
  assert.equal(await phone.locator('.plate h1').textContent(), 'GO');
  await look(phone, 'door-go');
  await enter(bought.tickets[0].code);
  await phone.locator('.plate.stop').waitFor();
  const why = await phone.locator('.plate .why').textContent();
  assert.match(why, /^Already in at \d\d:\d\d, door A$/);
  await look(phone, 'door-stop');
  const newest = phone.locator('[data-last] li').first();
  assert.equal(await newest.locator('.bad').count(), 1);
  assert.match(await newest.textContent(), /Already in/);
  assert.deepEqual(phone.complaints, []);
});

test('the door phone works without scripts', async () => {
  const phone = await visitor(browser, demo.url, { size: PHONE, scripts: false });
  await signIn(phone, demo.told.device_token, '/door');
  const bought = await demo.buy(1);
  await phone.getByLabel('Ticket code').fill(bought.tickets[0].code);
  await phone.getByRole('button', { name: 'Check' }).click();
  await phone.locator('.plate.go').waitFor();
  assert.deepEqual(phone.complaints, []);
});
