// Staff with accounts: login, password and phone; without scripts, too; what a role may see.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { DESK, PHONE, farewell, open, visitor } from './house/browser.js';
import { Demo } from './house/demo.js';
import { look } from './house/looks.js';
import { login, one as oneOf, showPhone } from './house/staff.js';

let demo, browser;
before(async () => { [demo, browser] = await Promise.all([Demo.start(), open()]); });
afterEach(farewell);
after(async () => { await browser?.close(); await demo?.stop(); });

const one = role => oneOf(demo, role);

test('a manager signs in with password and phone, and looks after the staff', async () => {
  const page = await visitor(browser, demo.url, { size: DESK });
  const manager = one('manager');
  await login(page, manager);
  await page.getByRole('heading', { name: 'Second step' }).waitFor();
  await look(page, 'sign-in-step');
  await showPhone(page, manager.totp_secret);
  await page.waitForURL('**/desk');
  const people = page.locator('.deskbar summary', { hasText: 'People' });
  await people.click();
  await page.getByRole('link', { name: 'Staff' }).click();
  await page.getByRole('heading', { name: 'Staff', level: 1 }).waitFor();
  await look(page, 'desk-staff');
  await page.getByLabel('Login').fill('petra');
  await page.getByLabel('Name', { exact: true }).fill('Petra Yarrow');
  await page.getByRole('button', { name: /^Add/ }).click();
  await page.getByRole('heading', { name: 'One-time code for petra' }).waitFor();
  assert.match(await page.locator('.codes code').textContent(), /^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$/);
  await people.click();
  await page.getByRole('link', { name: 'Audit' }).click();
  await page.getByText('staff-added petra').waitFor();
  await look(page, 'desk-audit');
  await page.getByRole('link', { name: 'Account' }).click();
  await look(page, 'desk-account');
});

test('a cashier without scripts signs in, and the code is good once', async () => {
  const cashier = one('cashier');
  const page = await visitor(browser, demo.url, { size: PHONE, scripts: false });
  await login(page, cashier);
  await showPhone(page, cashier.totp_secret);
  await page.waitForURL('**/desk');
  assert.equal(await page.locator('.deskbar a[href="/desk/audit"]').count(), 0);
  const again = await visitor(browser, demo.url, { size: PHONE, scripts: false });
  await login(again, cashier);
  // The step before the one just shown is used up with it, whatever the second is.
  await showPhone(again, cashier.totp_secret, -1);
  await again.getByText('This code is not good').waitFor();
});

test('a door signs in without a phone and begins at the door', async () => {
  const page = await visitor(browser, demo.url, { size: PHONE });
  await login(page, one('door'));
  await page.waitForURL('**/door');
});
