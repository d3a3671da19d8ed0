// Staff with accounts: login, password and phone; without scripts, too; what a role may see.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, afterEach, before, test } from 'node:test';
import { DESK, PHONE, farewell, open, visitor } from './house/browser.js';
import { Demo } from './house/demo.js';
import { look } from './house/looks.js';

const STEP_S = 30;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

let demo, browser;
before(async () => { [demo, browser] = await Promise.all([Demo.start(), open()]); });
afterEach(farewell);
after(async () => { await browser?.close(); await demo?.stop(); });

// What an authenticator app shows (RFC 6238), so many steps from now.
const phone = (secret, steps = 0) => {
  const bits = [...secret].map(one => ALPHABET.indexOf(one).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map(byte => parseInt(byte, 2)));
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000 / STEP_S) + steps));
  const mac = createHmac('sha1', key).update(count).digest();
  const offset = mac[mac.length - 1] & 15;
  const number = (mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000;
  return String(number).padStart(6, '0');
};

const one = role => demo.told.staff.find(one => one.role === role);

const login = async (page, { login, password }) => {
  await page.goto('/desk/sign-in');
  await page.getByLabel('Login').fill(login);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).first().click();
};

const showPhone = async (page, secret, steps) => {
  await page.getByLabel('Code').fill(phone(secret, steps));
  await page.getByRole('button', { name: 'Sign in' }).click();
};

test('a manager signs in with password and phone, and looks after the staff', async () => {
  const page = await visitor(browser, demo.url, { size: DESK });
  const manager = one('manager');
  await login(page, manager);
  await page.getByRole('heading', { name: 'Second step' }).waitFor();
  await look(page, 'sign-in-step');
  await showPhone(page, manager.totp_secret);
  await page.waitForURL('**/desk');
  await page.getByRole('link', { name: 'Staff' }).click();
  await page.getByRole('heading', { name: 'Staff', level: 1 }).waitFor();
  await look(page, 'desk-staff');
  await page.getByLabel('Login').fill('petra');
  await page.getByLabel('Name', { exact: true }).fill('Petra Yarrow');
  await page.getByRole('button', { name: /^Add/ }).click();
  await page.getByRole('heading', { name: 'One-time code for petra' }).waitFor();
  assert.match(await page.locator('.codes code').textContent(), /^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$/);
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
  assert.equal(await page.getByRole('link', { name: 'Audit' }).count(), 0);
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
