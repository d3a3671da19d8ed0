// Buying tickets in three ways: best seats, the map by keyboard alone, and without scripts.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { DESK, PHONE, farewell, open, tabTo, visitor } from './house/browser.js';
import { CARD, Demo, EXPIRY, until } from './house/demo.js';
import { codesIn, look, pagesOf } from './house/looks.js';
import { BUYER, bestSeats, buy, fill, pay, toCheckout } from './house/shop.js';

let demo, browser;
before(async () => { [demo, browser] = await Promise.all([Demo.start(), open()]); });
afterEach(farewell);
after(async () => { await browser?.close(); await demo?.stop(); });

// Codes on the order page as zbar reads them off the screen, one swipe after the other.
const codesOnScreen = async page => {
  const codes = [];
  for (const ticket of await page.locator('.ticket').all()) {
    await ticket.scrollIntoViewIfNeeded();
    const path = join(demo.folder, `qr-${codes.length}.png`);
    await ticket.screenshot({ path });
    const read = await codesIn(path);
    assert.equal(read.length, 1, 'one code to a ticket');
    codes.push(read[0]);
  }
  return codes;
};

test('two best seats become tickets that the door lets in, on screen, paper and by mail', async () => {
  const page = await visitor(browser, demo.url);
  const letters = demo.letters().length;
  await bestSeats(page, demo.tonight, { Adult: 2 });
  const words = await page.locator('.result .seats').textContent();
  assert.match(words, /, row .+ seats .+/);
  await look(page, 'tickets-found');
  await toCheckout(page);
  await fill(page);
  await look(page, 'checkout');
  await pay(page);
  await page.waitForURL('**/orders/*');
  await look(page, 'order', { full: true });
  const codes = await codesOnScreen(page);
  assert.equal(codes.length, 2);
  for (const code of codes) {
    const said = await demo.check(code);
    assert.deepEqual([said.status, said.verdict, said.reason], [200, 'GO', 'ADMITTED']);
  }
  const typed = await page.locator('.ticket .typed').allTextContents();
  assert.deepEqual(typed.map(text => text.replaceAll(/\s/g, '')), codes);

  const href = await page.getByRole('link', { name: 'Print as PDF' }).getAttribute('href');
  const paper = await page.request.get(href);
  assert.equal(paper.headers()['content-type'], 'application/pdf');
  const pdf = join(demo.folder, 'tickets.pdf');
  await writeFile(pdf, await paper.body());
  const printed = [];
  for (const picture of await pagesOf(pdf)) printed.push(...await codesIn(picture));
  assert.deepEqual(printed.sort(), codes.toSorted(), 'paper and screen carry the same codes');

  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Add to calendar' }).click();
  const ics = await readFile(await (await waiting).path(), 'utf8');
  assert.match(ics, /^BEGIN:VCALENDAR\r\n[^]*BEGIN:VEVENT[^]*END:VCALENDAR\r\n$/);

  await until('the letter has left', () => demo.letters().length > letters);
  const mail = await letterFor(BUYER.email);
  assert.match(mail, /^Content-Type: application\/pdf/mi);
  const address = new URL(page.url()).pathname.split('/').pop();
  assert.ok(plain(mail).includes(`/orders/${address}`), 'the letter leads to the order page');
  assert.deepEqual(page.complaints, []);
});

const letterFor = async address => {
  for (const name of demo.letters()) {
    const mail = await readFile(join(demo.told.mail_dir, name), 'utf8');
    if (mail.includes(address)) return mail;
  }
  assert.fail(`no letter for ${address}`);
};

// The text of a letter without the line breaks of quoted-printable, base64 parts read.
const plain = mail => {
  const parts = mail.split(/\r?\n\r?\n/).map(part => {
    const letters = part.replaceAll(/\s/g, '');
    const coded = /^[A-Za-z0-9+/]+=*$/.test(letters);
    return coded ? Buffer.from(letters, 'base64').toString('utf8') : part;
  });
  return parts.join('\n').replaceAll(/=\r?\n/g, '').replaceAll('=3D', '=');
};

test('a keyboard alone buys seats off the map', async () => {
  const page = await visitor(browser, demo.url);
  const { seats } = await demo.neighbours(2);
  await page.goto('/');
  // Close to midnight nothing more begins this day, and there is no board of tonight.
  if (await page.locator('.board a').count()) {
    await tabTo(page, '.board a');
    await page.keyboard.press('Enter');
  } else await page.goto(`/performances/${demo.tonight}`);
  await page.waitForURL('**/performances/*');
  await tabTo(page, 'a[href="#map"]');
  await page.keyboard.press('Enter');
  await tabTo(page, 'a.seat');
  await walkTo(page, seats[0].guid);
  await page.keyboard.press('Space');
  await walkTo(page, seats[1].guid);
  await page.keyboard.press('Space');
  await page.locator('#chosen select').nth(1).waitFor();
  const said = await page.locator('[data-say]').textContent();
  assert.match(said, /Seats chosen: 2\.$/, 'what was chosen is announced');
  await look(page, 'map-chosen');
  await tabTo(page, '#chosen button', { back: true });
  await page.keyboard.press('Enter');
  await page.locator('.result').waitFor();
  await tabTo(page, 'a[href="/cart"].btn');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/cart');
  await tabTo(page, 'a[href="/checkout"]');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/checkout');
  for (const [field, text] of [
    ['name', BUYER.name], ['email', BUYER.email], ['card-number', CARD.number],
    ['card-expiry', EXPIRY], ['card-code', CARD.code],
  ]) {
    await tabTo(page, `#${field}`);
    await page.keyboard.type(text);
  }
  await page.keyboard.press('Enter');
  await page.waitForURL('**/orders/*');
  for (const seat of seats) assert.equal(await demo.state(seat.guid), 'sold');
  assert.deepEqual(page.complaints, []);
});

// Arrow keys from the seat that has the focus to another: up and down first, then along.
const walkTo = async (page, guid) => {
  const PRESSES_MAX = 120;
  for (let pressed = 0; pressed < PRESSES_MAX; pressed += 1) {
    const key = await page.evaluate(wanted => {
      const here = document.activeElement;
      const there = document.querySelector(`a.seat[data-g="${CSS.escape(wanted)}"]`);
      if (here === there) return 'there';
      const at = seat => {
        const use = seat.querySelector('use');
        return { x: Number(use.getAttribute('x')), y: Number(use.getAttribute('y')) };
      };
      const [from, to] = [at(here), at(there)];
      if (here.parentNode === there.parentNode) return to.x < from.x ? 'ArrowLeft' : 'ArrowRight';
      return to.y < from.y ? 'ArrowUp' : 'ArrowDown';
    }, guid);
    if (key === 'there') return;
    await page.keyboard.press(key);
  }
  assert.fail(`seat ${guid} cannot be reached with arrow keys`);
};

test('without scripts everything can be bought: best seats, and seats off the map', async () => {
  const page = await visitor(browser, demo.url, { scripts: false, size: PHONE });
  await page.goto('/');
  if (await page.locator('.board a').count()) await page.locator('.board a').first().click();
  else await page.goto(`/performances/${demo.tonight}`);
  await page.getByRole('button', { name: 'One Adult ticket more' }).click();
  assert.equal(await page.getByLabel('Adult', { exact: true }).inputValue(), '1');
  await page.locator('[data-best]').click();
  await page.locator('.result').waitFor();
  const adults = await page.getByLabel('Adult', { exact: true }).inputValue();
  assert.equal(adults, '1', 'still the party');
  await page.getByRole('button', { name: 'Try other seats' }).click();
  await page.locator('.result').waitFor();
  const { seats } = await demo.neighbours(2);
  for (const seat of seats) {
    const href = await page.locator(`a.seat[data-g="${seat.guid}"]`).getAttribute('href');
    await page.goto(new URL(href, page.url()).href);
  }
  await page.locator('#chosen button').click();
  await page.locator('.result').waitFor();
  await toCheckout(page);
  await fill(page);
  await pay(page);
  await page.waitForURL('**/orders/*');
  assert.equal((await codesOnScreen(page)).length, 3);
  assert.deepEqual(page.complaints, []);
});

test('general admission is bought by the number of places', async () => {
  const performances = (await demo.ask('GET', '/performances')).performances;
  let areas;
  for (const one of performances) {
    const shown = await demo.ask('GET', `/performances/${one.id}`);
    areas = shown;
    if (shown.on_sale && shown.areas.length > 0 && shown.areas[0].places_left > 10) break;
  }
  const page = await visitor(browser, demo.url, { size: DESK });
  await buy(page, areas.id, { Adult: 2 });
  assert.equal((await codesOnScreen(page)).length, 2);
  assert.deepEqual(page.complaints, []);
});
