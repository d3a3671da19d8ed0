// The steps of a purchase, as a visitor takes them on the pages.
//
// Each step waits for the page it leads to and nothing else. Never looks behind the pages. Next:
// looks.js for how they look.
import { CARD, EXPIRY } from './demo.js';

export const BUYER = { name: 'Ada Wren', email: 'ada@x.example' };

// Quantities of the tickets page by the name of the price level.
export const ask = async (page, counts) => {
  for (const [level, count] of Object.entries(counts)) {
    await page.getByLabel(level, { exact: true }).fill(String(count));
  }
};

export const bestSeats = async (page, performance, counts) => {
  await page.goto(`/performances/${performance}`);
  await ask(page, counts);
  await page.locator('[data-best]').click();
  await page.locator('.result').waitFor();
};

// From the tickets page, with seats held, to the checkout.
export const toCheckout = async page => {
  await page.getByRole('link', { name: 'Go to cart' }).click();
  await page.getByRole('link', { name: 'Go to checkout' }).click();
  await page.getByRole('heading', { name: 'Checkout', level: 1 }).waitFor();
};

export const fill = async (page, { name, email, card = CARD.number } = BUYER) => {
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Email', { exact: true }).fill(email);
  await page.getByLabel('Card number', { exact: true }).fill(card);
  await page.getByLabel('Expires', { exact: true }).fill(EXPIRY);
  await page.getByLabel('Security code', { exact: true }).fill(CARD.code);
};

export const pay = async page => {
  await page.getByRole('button', { name: /^(Pay|Try another card)/ }).click();
};

// A whole purchase; ends on the order page.
export const buy = async (page, performance, counts) => {
  await bestSeats(page, performance, counts);
  await toCheckout(page);
  await fill(page, BUYER);
  await pay(page);
  await page.waitForURL('**/orders/*');
};

export const signIn = async (page, token, onward) => {
  await page.goto(`/desk/sign-in?onward=${encodeURIComponent(onward)}`);
  await page.getByText('Sign in with a token').click();
  await page.getByLabel('Token').fill(token);
  await page.locator('details').getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`**${onward}`);
};
