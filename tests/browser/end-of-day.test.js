// The end of day by a supervisor: a sale in cash, a till closed, the steps, the sheet, a second run,
// and all card batches closed at once beside a pad whose cable is out.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { DESK, PHONE, farewell, file, inBar, open, press, visitor } from './house/browser.js';
import { Demo, until } from './house/demo.js';
import { look } from './house/looks.js';
import { openTill, signIn } from './house/staff.js';

let demo, browser, cookies;
before(async () => {
  [demo, browser] = await Promise.all([Demo.start(), open()]);
  for (const count of [2, 1]) await demo.buy(count);
  const page = await visitor(browser, demo.url, { size: DESK });
  cookies = await signIn(demo, page, 'supervisor');
  await openTill(page);
  await sell(page);
});
afterEach(farewell);
after(async () => { await browser?.close(); await demo?.stop(); });

// Two tickets in cash, and one by card at the pad.
const sell = async page => {
  const customer = await visitor(browser, demo.url, { size: PHONE });
  await customer.goto('/demo/pads');
  for (const [count, key] of [['2', 'k'], ['1', 'c']]) {
    await page.goto(`/desk/sell/${demo.tonight}`);
    await page.keyboard.press(count);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/desk/sell/cart/*');
    await page.keyboard.press(key);
    if (key === 'k') await page.keyboard.press('Enter');
    for (const one of key === 'c' ? ['insert', 'right-pin'] : []) {
      await customer.locator(`#pad-0-${one}:not([aria-disabled="true"])`).click();
    }
    await page.waitForURL('**/desk/sell/order/*');
  }
};

const supervisor = async (how = {}) => {
  const page = await visitor(browser, demo.url, { size: DESK, ...how });
  await page.context().addCookies(cookies);
  return page;
};

const step = (page, name) => page.getByRole('region', { name, exact: true });

test('a till that is open is told and does not stop the day', async () => {
  const page = await supervisor();
  await page.goto('/desk');
  await inBar(page, '/desk/day');
  await page.getByRole('heading', { name: 'End of day', level: 1 }).waitFor();
  await step(page, '2. Cashiers').getByText('Tills still open').waitFor();
  await page.getByRole('button', { name: 'End the day' }).waitFor();
  await look(page, 'desk-day-open');
  await look(page, 'desk-day-open-all', { full: true });
  assert.deepEqual(page.complaints, []);
});

test('a till is closed, the day is ended by keys, and its sheet is kept', async () => {
  const page = await supervisor();
  await page.goto('/desk/till');
  await page.getByRole('textbox', { name: 'Counted' }).fill('100');
  await page.getByRole('button', { name: 'Take this count' }).click();
  await page.getByRole('button', { name: 'Close the till' }).click();
  await page.getByText('Counted by').first().waitFor({ state: 'attached' });
  await page.goto('/desk/day');
  await step(page, '4. Deposits').getByText('On the statement of the bank').waitFor();
  await step(page, '5. Sales and revenue').getByText('Card, web shop').waitFor();
  await step(page, '6. Proof').getByText('The books add up.').waitFor();
  await look(page, 'desk-day', { full: true });
  await press(page, 'form[method="post"][action="/desk/day"] button');
  await page.waitForURL('**/desk/day/1');
  await page.getByRole('heading', { name: 'End of day 1' }).waitFor();
  await look(page, 'desk-day-sheet', { full: true });
  const csv = await file(page, 'a[href$="/1/day.csv"]');
  assert.equal(csv.name, 'day-1.csv');
  assert.match(csv.bytes.toString(), /4\. Deposits,,On the statement of the bank,,100\.00/);
  const xlsx = await file(page, 'a[href$="/1/day.xlsx"]');
  assert.equal(xlsx.bytes.subarray(0, 2).toString(), 'PK');
  assert.deepEqual(page.complaints, []);
});

test('the second run of the day has only what is new: nothing', async () => {
  const page = await supervisor();
  await page.goto('/desk/day');
  await page.getByText('Nothing new').waitFor();
  await look(page, 'desk-day-empty', { full: true });
  await page.getByRole('button', { name: 'End the day' }).click();
  await page.waitForURL('**/desk/day/2');
  await page.getByText('Nothing was posted.').waitFor();
  await page.goto('/desk/day');
  assert.equal(await step(page, 'Earlier ends of day').locator('tbody tr').count(), 2);
  await page.goto('/desk/audit').catch(() => {});
  assert.deepEqual(page.complaints.filter(one => !one.includes('403')), []);
});

test('on paper there is the sheet and room to sign; on a phone nothing is too wide', async () => {
  const page = await supervisor();
  await page.goto('/desk/day/1');
  await page.emulateMedia({ media: 'print' });
  for (const gone of ['.deskbar', '.strip', '.no-print']) {
    assert.equal(await page.locator(gone).first().isVisible(), false, gone);
  }
  assert.ok(await page.locator('.signed').isVisible());
  await look(page, 'desk-day-print', { full: true });
  const small = await supervisor({ size: PHONE });
  for (const [path, name] of [['/desk/day', 'desk-day'], ['/desk/day/1', 'desk-day-sheet']]) {
    await small.goto(path);
    await look(small, name, { full: true });
  }
  assert.deepEqual(small.complaints, []);
});

test('with no script the day is ended all the same, to the minute', async () => {
  const page = await supervisor({ scripts: false });
  await page.goto('/desk/day');
  const max = await page.getByLabel('Up to').getAttribute('max');
  await page.goto(`/desk/day?cut_off=${max}`);
  // The last run was in this minute or a later one than the field can say.
  const seen = page.getByText(/That is no cut-off|The books add up\./).first();
  await seen.waitFor();
  await page.goto('/desk/day');
  await page.getByRole('button', { name: 'End the day' }).click();
  await page.waitForURL('**/desk/day/3');
});

test('all batches are closed by one key; a pad that is off is named and closed once it is back', async () => {
  const customer = await visitor(browser, demo.url, { size: PHONE });
  await customer.goto('/demo/pads');
  await customer.locator('#pad-0-pull-cable').click();
  await customer.locator('#pad-0-link', { hasText: 'The cable is out' }).waitFor();
  const page = await supervisor();
  await page.goto('/desk/day');
  const batches = step(page, '3. Card batches');
  await batches.getByText('Sends all 2 to the bank.').waitFor();
  await look(page, 'desk-day-to-close', { full: true });
  await press(page, 'form[action="/desk/batches/close-all"] button');
  await batches.getByText('No line to the pad. It is closed by itself').waitFor();
  await batches.getByText('Settled', { exact: true }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Close all batches' }).count(), 0);
  await look(page, 'desk-day-close', { full: true });
  const small = await supervisor({ size: PHONE });
  await small.goto('/desk/day');
  await step(small, '3. Card batches').getByText('Wanted by').waitFor();
  await look(small, 'desk-day-close', { full: true });
  assert.deepEqual(small.complaints, []);
  await press(page, 'form[action$="/keep-open"] button');
  await batches.getByRole('button', { name: 'Close all batches' }).waitFor();
  await press(page, 'form[action="/desk/batches/close-all"] button');
  await batches.getByText('No line to the pad.').waitFor();
  await customer.locator('#pad-0-plug-in').click();
  await until('the pad is closed without a press', async () => {
    await page.goto('/desk/day');
    return await batches.getByText('Wanted by').count() === 0;
  });
  assert.equal(await batches.getByText('Settled', { exact: true }).count(), 2);
  await look(page, 'desk-day-closed', { full: true });
  assert.deepEqual(page.complaints, []);
});
