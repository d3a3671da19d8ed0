// The register of patrons at the desk and while selling: by keys alone, and without scripts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DESK, PHONE } from './house/browser.js';
import { Counter } from './house/counter.js';
import { look } from './house/looks.js';

const KEYS_MAX = 12;
const SHOWN_MAX = 8;

const counter = new Counter('cashier');

const shown = page => page.getByRole('option').count();

test('two tickets are sold to a returning patron with at most twelve keys', async () => {
  const page = await counter.window();
  let keys = 0;
  const press = async key => { keys += 1; await page.keyboard.press(key); };
  await page.goto('/desk/sell');
  await press('Enter');
  await page.locator('[data-levels]').waitFor();
  await press('2');
  await press('Enter');
  await page.waitForURL('**/desk/sell/cart/*');
  await press('a');
  await press('z');
  await press('o');
  const zoe = page.getByRole('option', { name: /Zoë Joyce-Lund/ });
  await zoe.waitFor();
  await press('ArrowDown');
  assert.equal(await zoe.getAttribute('aria-selected'), 'true');
  await look(page, 'desk-sell-patrons');
  await press('Enter');
  const chosen = page.getByRole('link', { name: 'Zoë Joyce-Lund' });
  await chosen.waitFor();
  await look(page, 'desk-sell-patron');
  await press('k');
  await press('Enter');
  await page.waitForURL('**/desk/sell/order/*');
  assert.ok(keys <= KEYS_MAX, `${keys} keys`);
  await page.getByText('Mailed to zoe.joyce-lund@example.org').waitFor();
  const order = page.url().split('/').pop();
  await page.goto(`/desk/patrons?find=${order}`);
  await look(page, 'desk-patrons-number');
  await page.getByRole('link', { name: 'Zoë Joyce-Lund' }).click();
  await page.getByRole('link', { name: order }).waitFor();
  await look(page, 'desk-patron');
  assert.deepEqual(page.complaints, []);
});

test('the list opens while one types, arrows go round it, Escape closes it and not the sale', async () => {
  const page = await counter.window();
  await counter.sale(page, 1);
  const at = page.url(), field = page.getByRole('combobox', { name: 'Name' });
  await page.keyboard.press('a');
  assert.equal(await field.getAttribute('aria-expanded'), 'false');
  await page.keyboard.type('example');
  await page.getByRole('option').first().waitFor();
  assert.equal(await field.getAttribute('aria-expanded'), 'true');
  assert.equal(await shown(page), SHOWN_MAX);
  await page.getByText(`The first ${SHOWN_MAX} patrons`).waitFor();
  await page.keyboard.press('ArrowUp');
  const last = page.getByRole('option').nth(SHOWN_MAX - 1);
  assert.equal(await last.getAttribute('aria-selected'), 'true');
  assert.equal(await field.getAttribute('aria-activedescendant'), await last.getAttribute('id'));
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.getByRole('option').first().getAttribute('aria-selected'), 'true');
  await page.keyboard.press('Escape');
  assert.equal(await shown(page), 0);
  assert.equal(await field.inputValue(), 'example');
  await page.keyboard.press('Enter');
  assert.equal(page.url(), at, 'a name typed to the end pays nothing');
  assert.ok(await page.evaluate(() => document.activeElement === document.body));
  await page.keyboard.press('a');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('nobody');
  await page.getByText('Nobody fits').waitFor();
  assert.equal(await shown(page), 0);
  assert.deepEqual(page.complaints, []);
});

test('who is typed and ticked is remembered, and A takes who was chosen off again', async () => {
  const page = await counter.window();
  await counter.sale(page, 1);
  await page.keyboard.press('a');
  await page.keyboard.type('Tove <i>Winterbourne');
  await page.getByText('Nobody fits').waitFor();
  await page.getByLabel('Remember this patron').check();
  await page.locator('h1').click();
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/desk/sell/order/*');
  await counter.sale(page, 1);
  await page.keyboard.press('a');
  await page.keyboard.type('winter');
  await page.getByRole('option', { name: 'Tove <i>Winterbourne' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Tove <i>Winterbourne' }).waitFor();
  await page.keyboard.press('a');
  await page.getByRole('combobox', { name: 'Name' }).waitFor();
  assert.equal(await page.getByText('Winterbourne').count(), 0);
  assert.deepEqual(page.complaints, []);
});

test('the register is read on a desk and on a phone', async () => {
  for (const size of [DESK, PHONE]) {
    const page = await counter.window({ size });
    await page.goto('/desk/patrons');
    await look(page, 'desk-patrons');
    await page.getByLabel('Find a patron').fill('mabel');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Found' }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'Mabel Quill' }).count(), 2);
    await page.getByLabel('Phone').fill('two');
    await page.getByLabel('Name').fill('Una');
    await page.getByRole('button', { name: 'Register' }).click();
    await page.getByText('3 to 15 digits').waitFor();
    await look(page, 'desk-patrons-wrong');
    assert.deepEqual(page.complaints.filter(one => !one.includes('status of 422')), []);
  }
});

test('the list for a sale can be read, and goes back to it', async () => {
  const page = await counter.window({ size: PHONE });
  await counter.sale(page, 1);
  const at = page.url();
  await page.getByRole('link', { name: 'Find in the register' }).click();
  await page.getByRole('heading', { name: 'Newest' }).waitFor();
  await look(page, 'desk-patrons-for-sale');
  await page.getByRole('link', { name: /^Back to sale/ }).click();
  await page.waitForURL(at);
  await look(page, 'desk-sell-sale');
  assert.deepEqual(page.complaints, []);
});

test('a patron is found and chosen without a script', async () => {
  const page = await counter.window({ scripts: false });
  await page.goto('/desk/sell');
  await page.locator('[data-shows] a').first().click();
  await page.locator('input.n').first().fill('1');
  await page.getByRole('button', { name: /^Best seats|^Add places/ }).click();
  await page.getByRole('link', { name: 'Find in the register' }).click();
  await page.getByLabel('Find a patron').fill('nkem');
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  await page.getByRole('button', { name: 'Choose Nkem Abara' }).click();
  await page.getByRole('link', { name: 'Nkem Abara' }).waitFor();
  await page.getByRole('button', { name: /^Cash/ }).click();
  await page.getByText('Mailed to nkem.abara@example.org').waitFor();
});
