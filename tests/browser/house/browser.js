// Debian's chromium as a visitor uses it, with everything a page complains of kept.
//
// A page that logs an error, throws or breaks its content policy fails the test that opened it.
// Answers that refuse (402, 409, 422) are no error here: the tests ask for them. Next: looks.js.
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { ARTEFACTS, WAIT_MS_MAX } from './demo.js';

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];
const REFUSED = /Failed to load resource: the server responded with a status of (402|409|422)/;
const FAILED = join(ARTEFACTS, 'failed');
const TABS_MAX = 1_500;

export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1280, height: 800 };
export const WALL = { width: 1920, height: 1080 };

// The newest pages, to be pictured when a test fails.
const pages = [];

export const open = (more = []) => chromium.launch({
  executablePath: '/usr/bin/chromium',
  headless: true,
  args: [...FLAGS, ...more],
});

// A visitor with cookies of its own; `complaints` gathers what its pages say is wrong.
export const visitor = async (browser, url, { size = DESK, scripts = true } = {}) => {
  const context = await browser.newContext({
    baseURL: url, viewport: size, javaScriptEnabled: scripts, locale: 'en-GB',
    reducedMotion: 'reduce', hasTouch: size === PHONE,
  });
  context.setDefaultTimeout(WAIT_MS_MAX);
  const page = await context.newPage();
  page.complaints = [];
  pages.push(page);
  page.on('console', said => {
    if (['error', 'warning'].includes(said.type()) && !REFUSED.test(said.text())) {
      page.complaints.push(`${page.url()}: ${said.text()}`);
    }
  });
  page.on('pageerror', fault => page.complaints.push(`${page.url()}: ${fault}`));
  page.on('response', answer => {
    if (answer.status() >= 500) page.complaints.push(`${answer.url()}: ${answer.status()}`);
  });
  return page;
};

// For `afterEach`: what the pages of a failed test show, then all of them are closed.
export const farewell = async ({ name, passed }) => {
  mkdirSync(FAILED, { recursive: true });
  for (const [index, page] of pages.splice(0).entries()) {
    if (!passed) {
      const path = join(FAILED, `${name.replaceAll(/\W+/g, '-')}-${index}.png`);
      await page.screenshot({ path, fullPage: true }).catch(() => {});
      console.log(`on page ${page.url()}, pictured in ${path}`);
      for (const complaint of page.complaints) console.log(`  ${complaint}`);
    }
    await page.context().close();
  }
};

// Goes by Tab to what matches and presses Enter there.
export const press = async (page, selector) => {
  await tabTo(page, selector);
  await page.keyboard.press('Enter');
};

// The file behind a link, taken by the keyboard.
export const file = async (page, selector) => {
  const [kept] = await Promise.all([page.waitForEvent('download'), press(page, selector)]);
  return { name: kept.suggestedFilename(), bytes: await readFile(await kept.path()) };
};

// By keys to a page of the desk that stands in a menu of its bar.
export const inBar = async (page, path) => {
  for (const selector of [`summary:has(+ ul a[href="${path}"])`, `.deskbar a[href="${path}"]`]) {
    await press(page, selector);
  }
};

// Presses Tab until what has the focus matches; answers how often.
export const tabTo = async (page, selector, { back = false } = {}) => {
  for (let pressed = 1; pressed <= TABS_MAX; pressed += 1) {
    await page.keyboard.press(back ? 'Shift+Tab' : 'Tab');
    const there = await page.evaluate(
      wanted => Boolean(document.activeElement?.matches(wanted)), selector);
    if (there) return pressed;
  }
  throw new Error(`${selector} cannot be reached by Tab on ${page.url()}`);
};
