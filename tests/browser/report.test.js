// Sales and the journal by the keyboard alone: chart, tables, print, files, and a day of nothing.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { DESK, PHONE, farewell, file, inBar, open, press, visitor } from './house/browser.js';
import { Demo } from './house/demo.js';
import { look } from './house/looks.js';
import { cashierIn, login, one, openTill, showPhone } from './house/staff.js';

let demo, browser, cookies;
before(async () => {
  [demo, browser] = await Promise.all([Demo.start(), open()]);
  for (const count of [2, 4, 1]) await demo.buy(count);
  await sellAtCounter();
  const page = await visitor(browser, demo.url, { size: DESK });
  const manager = one(demo, 'manager');
  await login(page, manager);
  await showPhone(page, manager.totp_secret);
  await page.waitForURL('**/desk');
  cookies = await page.context().cookies();
});
afterEach(farewell);
after(async () => { await browser?.close(); await demo?.stop(); });

// One ticket in cash and one by card at the counter, by a cashier of another name.
const sellAtCounter = async () => {
  const page = await visitor(browser, demo.url, { size: DESK });
  await cashierIn(demo, page);
  await openTill(page);
  const customer = await visitor(browser, demo.url, { size: PHONE });
  await customer.goto('/demo/pads');
  for (const key of ['k', 'c']) {
    await page.goto(`/desk/sell/${demo.tonight}`);
    await page.keyboard.press('1');
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

// The manager in another window.
const manager = async (how = {}) => {
  const page = await visitor(browser, demo.url, { size: DESK, ...how });
  await page.context().addCookies(cookies);
  return page;
};

const section = (page, name) => page.getByRole('region', { name, exact: true });
const minor = text => Number(text.replaceAll(/[£,.]/g, '').replace('−', '-'));

test('the sales of the day by keys: a chart, five tables that agree, and their files', async () => {
  const page = await manager();
  await page.goto('/desk');
  await inBar(page, '/desk/report');
  await page.getByRole('heading', { name: 'Sales', level: 1 }).waitFor();
  await look(page, 'desk-report');
  await look(page, 'desk-report-all', { full: true });
  const chart = page.getByRole('img', { name: /^Sales by the hour/ });
  const words = await chart.getAttribute('aria-label');
  assert.match(words, /most at \d\d:00: £/);
  assert.ok(await page.locator('svg path.hour').count() > 0);
  const whole = minor(await page.locator('.headfacts dd').first().textContent());
  assert.ok(whole > 0);
  for (const by of ['By performance', 'By price level', 'By payment', 'By cashier', 'By hour']) {
    const cells = section(page, by).locator('tbody td:last-child');
    const sums = (await cells.allTextContents()).map(minor);
    assert.equal(sums.reduce((sum, one) => sum + one, 0), whole, by);
  }
  const tenders = section(page, 'By payment');
  const names = await tenders.locator('tbody th').allTextContents();
  assert.deepEqual(names.map(name => name.replace(/^Card, (?!web).*/, 'Card, pad')),
    ['Cash', 'Card, pad', 'Card, web shop']);
  await press(page, '.filterbar button');
  await page.waitForURL('**/desk/report?from=*&to=*');
  const csv = await file(page, 'a[href*="sales.csv"]');
  assert.match(csv.name, /^sales-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/);
  assert.match(csv.bytes.toString(), /\r\nCashier,web listener,\d+,\d+,/);
  const xlsx = await file(page, 'a[href*="sales.xlsx"]');
  assert.equal(xlsx.bytes.subarray(0, 2).toString(), 'PK');
  assert.deepEqual(page.complaints, []);
});

test('on paper there is the report and nothing to press, black on white', async () => {
  const page = await manager();
  await page.goto('/desk/report');
  await page.emulateMedia({ media: 'print' });
  for (const gone of ['.deskbar', '.strip', '.filterbar']) {
    assert.equal(await page.locator(gone).first().isVisible(), false, gone);
  }
  assert.ok(await page.locator('svg path.hour').first().isVisible());
  await look(page, 'desk-report-print', { full: true });
});

test('on a phone, and with no script', async () => {
  const page = await manager({ size: PHONE, scripts: false });
  await page.goto('/desk/report');
  await section(page, 'By cashier').getByText('web listener').waitFor();
  const seen = await manager({ size: PHONE });
  await seen.goto('/desk/report');
  await look(seen, 'desk-report');
  await seen.goto('/desk/journal');
  await look(seen, 'desk-journal');
  assert.deepEqual(seen.complaints, []);
});

test('a day of nothing says so kindly, and days that are none show today', async () => {
  const page = await manager();
  await page.goto('/desk/report?from=2020-01-01&to=2020-01-01');
  await page.getByText('Nothing was sold on these days').waitFor();
  assert.equal(await page.locator('table, svg path.hour').count(), 0);
  await look(page, 'desk-report-none');
  await page.goto('/desk/report?from=2020-01-02&to=2020-01-01');
  await page.getByText('Those are no days to report on').waitFor();
  assert.deepEqual(page.complaints, []);
});

test('what is new is exported once, by keys, and a proof says that the books agree', async () => {
  const page = await manager();
  await page.goto('/desk');
  await inBar(page, '/desk/journal');
  await page.waitForURL('**/desk/journal');
  await press(page, 'form[action$="/export"] button');
  await page.getByText('Export 1 is made').waitFor();
  const csv = await file(page, 'a[href$="/1/journal.csv"]');
  assert.equal(csv.name, 'journal-1.csv');
  const lines = csv.bytes.toString().trim().split('\r\n').slice(1).map(line => line.split(','));
  const side = column => lines.reduce((sum, line) => sum + minor(line[column] || '0'), 0);
  assert.ok(side(7) > 0);
  assert.equal(side(7), side(8));
  await press(page, 'form[action$="/export"] button');
  await page.getByText('Nothing new to export').waitFor();
  await press(page, 'form[action$="/proof"] button');
  await page.getByText('The proof has begun').waitFor();
  const agrees = page.getByText('The books agree.');
  for (let loaded = 0; loaded < 30 && await agrees.count() === 0; loaded += 1) {
    await page.waitForTimeout(500);
    await page.goto('/desk/journal');
  }
  await agrees.waitFor();
  await look(page, 'desk-journal');
  await look(page, 'desk-journal-all', { full: true });
  await page.goto('/desk/audit');
  await page.getByText('journal-exported').first().waitFor();
  assert.deepEqual(page.complaints, []);
});
