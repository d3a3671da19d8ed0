// A counter of the demo: one of the staff at an open till, further windows of theirs, and the
// customer before a pad.
//
// Stands from before the first test of a file until after its last. Next: staff.js for who they
// are, browser.js for the windows.
import assert from 'node:assert/strict';
import { after, afterEach, before } from 'node:test';
import { DESK, PHONE, farewell, open, visitor } from './browser.js';
import { Demo, until } from './demo.js';
import { openTill, ordered, signIn } from './staff.js';

export class Counter {
  // Who signs in, and what they do `first` in their own window.
  constructor(role, first = openTill) {
    before(() => this.open(role, first));
    afterEach(farewell);
    after(() => this.close());
  }

  async open(role, first) {
    [this.demo, this.browser] = await Promise.all([Demo.start(), open()]);
    const page = await visitor(this.browser, this.demo.url, { size: DESK });
    this.cookies = await signIn(this.demo, page, role);
    await first(page);
  }

  async close() {
    await this.browser?.close();
    await this.demo?.stop();
  }

  // Somebody who has not signed in.
  stranger(how = {}) {
    return visitor(this.browser, this.demo.url, { size: DESK, ...how });
  }

  // The same person in another window.
  async window(how) {
    const desk = await this.stranger(how);
    await desk.context().addCookies(this.cookies);
    return desk;
  }

  // A sale of so many tickets for tonight, ready to be paid.
  async sale(desk, count) {
    await desk.goto(`/desk/sell/${this.demo.tonight}`);
    await take(desk, count);
  }

  // The customer, and what they press on a pad once it may be pressed.
  async customer(pad = 0) {
    const page = await this.stranger({ size: PHONE });
    await page.goto('/demo/pads');
    const key = name => page.locator(`#pad-${pad}-${name}:not([aria-disabled="true"])`);
    const press = name => key(name).click();
    const pays = async () => { await press('insert'); await press('right-pin'); };
    return { page, press, pays };
  }
}

// So many best seats where the desk stands, by keys.
export const take = async (desk, count) => {
  const field = desk.locator('[data-n]').first();
  await until('the level has the keys', () => field.evaluate(e => e === document.activeElement));
  await desk.keyboard.press(String(count));
  assert.equal(await field.inputValue(), String(count));
  await desk.keyboard.press('Enter');
  await desk.waitForURL(/\/desk\/sell\/cart\/[\d-]+$/);
};

// The key that cash has, and the amount that is asked for.
export const cash = async desk => {
  await desk.keyboard.press('k');
  await desk.keyboard.press('Enter');
  return ordered(desk);
};
