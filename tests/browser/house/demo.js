// A demo of its own for each test file: started on a free port and an empty folder, stopped again.
//
// Runs the built program named in USHER_BIN. Its clocks can be moved by Debian's libfaketime; what
// a test needs beside the browser it asks of the JSON API. Next: browser.js.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(fileURLToPath(import.meta.url), '../../../..');
const PROGRAM = process.env.USHER_BIN ?? join(ROOT, 'target/debug/usher');
const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
const READY_MS_MAX = 120_000;
const LOOK_MS = 40;
// Another file's demo may be busy beside this one.
export const WAIT_MS_MAX = 60_000;
// Words of the program that are kept for the case that something fails.
const WORDS_CHARS_MAX = 20_000;
const SEATS_TRIED_MAX = 400;

export const ARTEFACTS = join(ROOT, 'artefacts');
export const CARD = { number: '4242 4242 4242 4242', code: '123' };
export const EXPIRY = `12/${new Date().getFullYear()}`;

// Waits until `look` answers something true, and answers that.
export const until = async (what, look, max_ms = WAIT_MS_MAX) => {
  const give_up = Date.now() + max_ms;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > give_up) throw new Error(`waited ${max_ms} ms in vain: ${what}`);
    await pause(LOOK_MS);
  }
};

export class Demo {
  // Starts one; with `clock` its clocks can be moved afterwards.
  static async start({ clock = false } = {}) {
    const folder = await mkdtemp(join(tmpdir(), 'usher-browser-'));
    const demo = new Demo();
    demo.folder = folder;
    demo.clockFile = join(folder, 'clock');
    const env = { ...process.env };
    if (clock) {
      await demo.move('+0');
      Object.assign(env, {
        LD_PRELOAD: FAKETIME,
        FAKETIME_TIMESTAMP_FILE: demo.clockFile,
        FAKETIME_NO_CACHE: '1',
      });
    }
    demo.env = env;
    await demo.run('127.0.0.1:0');
    demo.told = JSON.parse(await readFile(join(folder, 'state', 'demo.json'), 'utf8'));
    demo.url = demo.told.url;
    demo.tonight = demo.told.performances[0].id;
    return demo;
  }

  async run(address) {
    const asked = ['demo', '--listen', address, '--state', join(this.folder, 'state')];
    this.child = spawn(PROGRAM, asked, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.ended = once(this.child, 'exit');
    await this.ready();
  }

  // As a power cut ends it: nothing is said, nothing is put away.
  async cut() {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  // The same box at the same address again.
  async again() {
    await this.run(new URL(this.url).host);
  }

  async ready() {
    let said = '';
    this.words = '';
    const keep = text => { this.words = (this.words + text).slice(-WORDS_CHARS_MAX); };
    this.child.stdout.on('data', bytes => { said += bytes; keep(bytes); });
    this.child.stderr.on('data', keep);
    await until('the demo is ready', () => {
      if (this.child.exitCode !== null) throw new Error(`the demo ended:\n${this.words}`);
      return said.includes('\nready http') || said.startsWith('ready http');
    }, READY_MS_MAX);
  }

  // Moves both clocks of the running program: `+20m` is twenty minutes from the real time.
  async move(by) {
    await writeFile(`${this.clockFile}.new`, by);
    await rename(`${this.clockFile}.new`, this.clockFile);
  }

  async stop() {
    this.child.kill('SIGTERM');
    const [code] = await this.ended;
    await rm(this.folder, { recursive: true, force: true });
    if (code !== 0) throw new Error(`the demo ended with ${code}:\n${this.words}`);
  }

  // One call of the JSON API: the status and the body.
  async ask(method, path, { token, body, headers } = {}) {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        // A connection kept open is closed by the box when its clock is moved.
        connection: 'close',
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, ...(text && JSON.parse(text)) };
  }

  async cart() {
    const made = await this.ask('POST', '/carts', { body: {} });
    if (made.status !== 201) throw new Error(`no cart: ${JSON.stringify(made)}`);
    return made;
  }

  async seats(performance = this.tonight) {
    return (await this.ask('GET', `/performances/${performance}/seats`)).seats;
  }

  async state(guid) {
    return (await this.seats()).find(seat => seat.guid === guid).state;
  }

  // Neighbours that may be taken, or, with another verdict, that must not be: guids and words.
  async neighbours(count, verdict = 'Ok', performance = this.tonight) {
    const { cart, token } = await this.cart();
    const seats = await this.seats(performance);
    let tried = 0;
    for (let at = 0; at + count <= seats.length && tried < SEATS_TRIED_MAX; at += 1) {
      const some = seats.slice(at, at + count);
      const same = seat => seat.row === some[0].row && seat.zone === some[0].zone;
      if (!some.every(seat => seat.state === 'free' && same(seat))) continue;
      tried += 1;
      const body = { performance, level: 'Adult', seats: some.map(seat => seat.guid) };
      const judged = await this.ask('POST', `/carts/${cart}/seats/check`, { token, body });
      if (judged.verdict === verdict) return { seats: some, suggestions: judged.suggestions };
    }
    throw new Error(`no ${count} neighbours with ${verdict} were found`);
  }

  // Takes exactly these seats into a cart of its own.
  async take(guids, performance = this.tonight) {
    const made = await this.cart();
    const body = { performance, level: 'Adult', seats: guids };
    const held = await this.ask('POST', `/carts/${made.cart}/seats`, { token: made.token, body });
    if (held.status !== 200) throw new Error(`not taken: ${JSON.stringify(held)}`);
    return made;
  }

  // Buys best seats for one price level: the answer of the checkout.
  async buy(count = 1, more = {}) {
    const { performance = this.tonight, card = 'tok_4242', name = 'Nell Harker' } = more;
    const { cart, token } = await this.cart();
    const body = { performance, places: [{ level: 'Adult', count }] };
    const held = await this.ask('POST', `/carts/${cart}/best-seats`, { token, body });
    if (held.status !== 200) throw new Error(`nothing held: ${JSON.stringify(held)}`);
    const buyer = { name, email: 'nell@x.example' };
    const paid = { token, body: { buyer, card: { token: card } } };
    const bought = await this.ask('POST', `/carts/${cart}/checkout`, paid);
    return { ...bought, cart, token };
  }

  // Sends a code to a simulated scanner, as the bench does.
  async beam(scanner, code) {
    const body = new URLSearchParams({ scanner, code });
    const asked = { method: 'POST', body, redirect: 'manual', headers: { origin: this.url } };
    const sent = await fetch(`${this.url}/demo/beam`, asked);
    if (sent.status !== 303) throw new Error(`not beamed: ${sent.status}`);
  }

  // What a door would say to this code, without letting anybody in.
  async check(code) {
    const body = { code, direction: 'check', nonce: crypto.randomUUID() };
    return this.ask('POST', '/scans', { token: this.told.device_token, body });
  }

  // Letters that have left.
  letters() {
    return readdirSync(this.told.mail_dir).filter(name => name.endsWith('.eml'));
  }
}
