// What pages weigh and what they carry: transfer sizes, script sizes, headers on every route.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { PHONE, farewell, open, visitor } from './house/browser.js';
import { Demo } from './house/demo.js';
import { bestSeats, signIn } from './house/shop.js';

const PAGE_BYTES_MAX = 60 * 1024;
const SHOP_SCRIPT_BYTES_MAX = 40 * 1024;
const MONITOR_SCRIPT_BYTES_MAX = 60 * 1024;

let demo, browser;
before(async () => { [demo, browser] = await Promise.all([Demo.start(), open()]); });
afterEach(farewell);
after(async () => { await browser?.close(); await demo?.stop(); });

// Everything a first visit to an address transfers, as the browser counted it on the wire.
const visit = async (address, { sign } = {}) => {
  const page = await visitor(browser, demo.url, { size: PHONE });
  if (sign) await signIn(page, demo.told.api_token, '/desk');
  const line = await page.context().newCDPSession(page);
  await line.send('Network.enable');
  await line.send('Network.setCacheDisabled', { cacheDisabled: true });
  const kinds = new Map(), sizes = new Map();
  line.on('Network.responseReceived', e => kinds.set(e.requestId, e));
  line.on('Network.loadingFinished', e => sizes.set(e.requestId, e.encodedDataLength));
  await page.goto(address, { waitUntil: 'load' });
  await page.waitForLoadState('networkidle').catch(() => {});
  const bytes = kind => [...kinds].filter(([, e]) => kind(e))
    .reduce((sum, [id]) => sum + (sizes.get(id) ?? 0), 0);
  const total = bytes(e => e.type !== 'Image');
  const scripts = [...kinds.values()].filter(e => e.type === 'Script').map(e => e.response.url);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
  return { total, scripts };
};

test('shop pages are at most 60 KB on the wire without posters', async () => {
  const { performances } = await demo.ask('GET', '/performances');
  const large = performances.toSorted((a, b) => b.places_left - a.places_left)[0].id;
  const addresses = [
    '/', '/?view=month', '/events/lamplighter', `/performances/${demo.tonight}`,
    `/performances/${large}`, `/performances/${large}?part=0`, '/cart',
  ];
  const heavy = [];
  for (const address of addresses) {
    const { total } = await visit(address);
    console.log(`${address}: ${total} bytes`);
    assert.ok(total > 1_000, `${address} was not measured`);
    if (total > PAGE_BYTES_MAX) heavy.push(`${address}: ${total}`);
  }
  assert.deepEqual(heavy, []);
});

test('scripts of the shop are at most 40 KB together, of the monitor 60 KB', async () => {
  const plain = async urls => {
    let sum = 0;
    for (const url of urls) sum += (await (await fetch(url)).arrayBuffer()).byteLength;
    return sum;
  };
  const shop = new Set();
  for (const address of ['/', `/performances/${demo.tonight}`, '/cart']) {
    for (const url of (await visit(address)).scripts) shop.add(url);
  }
  const page = await visitor(browser, demo.url);
  await bestSeats(page, demo.tonight, { Adult: 1 });
  for (const address of ['/cart', '/checkout']) {
    await page.goto(address);
    const found = await page.locator('script[src]').evaluateAll(all => all.map(one => one.src));
    for (const url of found) shop.add(url);
  }
  assert.ok(shop.size >= 4, [...shop].join(' '));
  const shopBytes = await plain(shop);
  const wall = (await visit('/monitor', { sign: true })).scripts;
  const wallBytes = await plain(wall);
  console.log(`scripts: shop ${shopBytes} bytes in ${shop.size} files, monitor ${wallBytes} bytes`);
  assert.ok(shopBytes > 0 && shopBytes <= SHOP_SCRIPT_BYTES_MAX);
  assert.ok(wallBytes > 0 && wallBytes <= MONITOR_SCRIPT_BYTES_MAX);
});

test('every route carries the security headers, errors and refusals included', async () => {
  const { cart } = await demo.cart();
  const asked = [
    ['GET', '/', 200], ['GET', '/events/lamplighter', 200], ['GET', '/events/none', 404],
    ['GET', `/performances/${demo.tonight}`, 200], ['GET', '/performances/9-9', 404],
    ['GET', '/performances/x', 404], ['GET', '/cart', 200], ['GET', '/checkout', 303],
    ['GET', '/orders/none', 404], ['GET', '/desk', 303], ['GET', '/desk/sign-in', 200],
    ['GET', '/door', 303], ['GET', '/monitor', 303], ['GET', '/demo', 200],
    ['GET', '/healthz', 200], ['GET', '/readyz', 200], ['GET', '/metrics', 200],
    ['GET', '/api/openapi.json', 200], ['GET', '/api/v1/performances', 200],
    ['GET', `/api/v1/carts/${cart}`, 401], ['GET', '/api/v1/scans', 401], ['GET', '/none', 404],
    ['GET', '/api/v1/none', 404], ['DELETE', '/', 403], ['POST', '/cart/close', 403],
    ['POST', '/api/v1/scans', 403], ['POST', '/desk/sign-in', 403], ['GET', '/assets/none', 404],
    ['DELETE', '/', 405, 'device_token'], ['POST', '/api/v1/scans', 415, 'device_token'],
    ['GET', '/api/v1/scans', 403, 'device_token'],
  ];
  const wrong = [];
  for (const [method, path, status, token] of asked) {
    const headers = token ? { authorization: `Bearer ${demo.told[token]}` }
      : method === 'POST' ? { origin: 'http://elsewhere.example' } : {};
    const answer = await fetch(demo.url + path, { method, redirect: 'manual', headers });
    await answer.arrayBuffer();
    const has = name => answer.headers.get(name) ?? '';
    const policy = has('content-security-policy');
    const held = [
      [answer.status === status, `status ${answer.status}`],
      [policy.includes("default-src 'self'"), 'policy'],
      [policy.includes("frame-ancestors 'none'"), 'framing'],
      [!policy.includes('unsafe'), 'unsafe policy'],
      [has('x-content-type-options') === 'nosniff', 'nosniff'],
      [has('referrer-policy') !== '', 'referrer policy'],
      [has('cross-origin-opener-policy') === 'same-origin', 'opener policy'],
      [has('strict-transport-security') === '', 'HSTS over plain HTTP'],
      [has('server') === '', 'names its server'],
    ];
    const missing = held.filter(([good]) => !good).map(([, what]) => what);
    if (missing.length > 0) wrong.push(`${method} ${path}: ${missing.join(', ')}`);
  }
  assert.deepEqual(wrong, []);
});
