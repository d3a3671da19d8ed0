// Staff of the demo at the sign-in page: who they are, their password, what their phone shows.
//
// A code is good once, so one file signs a person in once. Next: browser.js.
import { createHmac } from 'node:crypto';

const STEP_S = 30;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

// What an authenticator app shows (RFC 6238), so many steps from now.
export const phone = (secret, steps = 0) => {
  const bits = [...secret].map(one => ALPHABET.indexOf(one).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map(byte => parseInt(byte, 2)));
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000 / STEP_S) + steps));
  const mac = createHmac('sha1', key).update(count).digest();
  const offset = mac[mac.length - 1] & 15;
  const number = (mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000;
  return String(number).padStart(6, '0');
};

export const one = (demo, role) => demo.told.staff.find(one => one.role === role);

export const login = async (page, { login, password }) => {
  await page.goto('/desk/sign-in');
  await page.getByLabel('Login').fill(login);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).first().click();
};

export const showPhone = async (page, secret, steps) => {
  await page.getByLabel('Code').fill(phone(secret, steps));
  await page.getByRole('button', { name: 'Sign in' }).click();
};

// The cashier's own till, opened with a float.
export const openTill = async page => {
  await page.goto('/desk/till');
  await page.getByLabel('Float').fill('100');
  await page.getByRole('button', { name: 'Open the till' }).click();
  await page.getByText('Open since').first().waitFor();
};

// The order that a sale became.
export const ordered = async page => {
  await page.waitForURL('**/desk/sell/order/*');
  return new URL(page.url()).pathname.split('/').pop();
};

// Signs one of the staff in; the cookies that other windows of theirs take over.
export const signIn = async (demo, page, role) => {
  const who = one(demo, role);
  await login(page, who);
  await showPhone(page, who.totp_secret);
  await page.waitForURL('**/desk');
  return page.context().cookies();
};

export const cashierIn = (demo, page) => signIn(demo, page, 'cashier');
