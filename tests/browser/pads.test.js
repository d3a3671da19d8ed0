// The demo's card terminals: their faces move without a page change, and without scripts by form.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { PHONE, farewell, open, visitor } from './house/browser.js';
import { Demo } from './house/demo.js';
import { look } from './house/looks.js';

let demo, browser;
before(async () => { [demo, browser] = await Promise.all([Demo.start(), open()]); });
afterEach(farewell);
after(async () => { await browser?.close(); await demo?.stop(); });

const LINK = '#pad-0-link';

test('a cable that is pulled shows at once, and the key keeps the focus', async () => {
  const page = await visitor(browser, demo.url);
  await page.goto('/demo/pads');
  await page.locator(LINK, { hasText: 'Connected to the box' }).waitFor();
  let moved = 0;
  page.on('framenavigated', () => { moved += 1; });
  const pull = page.locator('#pad-0-pull-cable');
  await pull.focus();
  await page.keyboard.press('Enter');
  await page.locator(LINK, { hasText: 'The cable is out' }).waitFor();
  await page.locator('#pad-0-pull-cable[aria-disabled="true"]').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'pad-0-pull-cable');
  await look(page, 'demo-pads-unplugged');
  await page.locator('#pad-0-plug-in').click();
  await page.locator(LINK, { hasText: 'Connected to the box' }).waitFor();
  assert.equal(moved, 0);
  assert.deepEqual(page.complaints, []);
});

test('without scripts every key is a form', async () => {
  const page = await visitor(browser, demo.url, { scripts: false, size: PHONE });
  await page.goto('/demo/pads');
  await page.locator('#pad-1-pull-cable').click();
  await page.waitForURL('**/demo/pads#pad-1');
  assert.match(await page.locator('#pad-1-link').textContent(), /The cable is out/);
  await page.locator('#pad-1-plug-in').click();
  await page.waitForURL('**/demo/pads#pad-1');
  assert.match(await page.locator('#pad-1-link').textContent(), /onnected to the box/);
});
