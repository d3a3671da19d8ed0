// Every page and state under axe, light and dark, with a picture of each in artefacts/screenshots.
//
// The pictures are for people to look at; what can be judged by a machine is judged here. Never
// changes the state of a page. Next: the tests.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AxeBuilder } from '@axe-core/playwright';
import { ARTEFACTS, ROOT } from './demo.js';

const FOLDER = join(ARTEFACTS, 'screenshots');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
// Pictures of the README; they are kept in the repository, so they are small.
const PICTURES = join(ROOT, 'docs/screenshots');
const PICTURE_BYTES_MAX = 200_000;
const run = promisify(execFile);

// A figure of the monitor that was measured.
export const BEAM = /Beam to screen ([1-9]\d* ms|under 1 ms)/;

mkdirSync(FOLDER, { recursive: true });

const found = violation => {
  const where = violation.nodes.slice(0, 4).map(node => `    ${node.html}\n    ${
    node.failureSummary.replaceAll('\n', '\n    ')}`);
  return `  ${violation.id}: ${violation.help}\n${where.join('\n')}`;
};

// Looks at the page as it stands, in both colour schemes.
export const look = async (page, name, { full = false } = {}) => {
  const { width } = page.viewportSize();
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    const path = join(FOLDER, `${name}-${width}-${scheme}.png`);
    await page.screenshot({ path, fullPage: full, animations: 'disabled' });
    const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
    const words = violations.map(found).join('\n');
    assert.equal(violations.length, 0, `${name} at ${width}, ${scheme}:\n${words}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${name} at ${width} is ${wide} px too wide`);
};

// The picture that `look` has just taken, for the README: into the repository only when asked.
export const picture = (name, { width }, called) => {
  const path = join(FOLDER, `${name}-${width}-light.png`);
  const bytes = statSync(path).size;
  assert.ok(bytes <= PICTURE_BYTES_MAX, `${path} is too large for the README: ${bytes} bytes`);
  if (!process.env.USHER_PICTURES) return;
  mkdirSync(PICTURES, { recursive: true });
  copyFileSync(path, join(PICTURES, `${called}.png`));
};

// Pairs of these elements that lie over one another, by their words.
export const overlaps = (page, one, other) => page.evaluate(([one, other]) => {
  const all = query => [...document.querySelectorAll(query)];
  const boxes = query => all(query).map(e => [e.textContent, e.getBoundingClientRect()]);
  const apart = (a, b) => a.right <= b.left || a.bottom <= b.top;
  const meet = (a, b) => !apart(a, b) && !apart(b, a);
  return boxes(one).flatMap(([name, box]) => boxes(other)
    .filter(([, there]) => meet(box, there)).map(([words]) => `${name} over ${words}`));
}, [one, other]);

// What Debian's zbar reads in a picture: one code a line.
export const codesIn = async path => {
  const { stdout } = await run('zbarimg', ['--quiet', '--raw', path]);
  return stdout.split('\n').filter(Boolean);
};

// The pages of a PDF as pictures beside it, by poppler.
export const pagesOf = async pdf => {
  const { stdout } = await run('pdfinfo', [pdf]);
  const count = Number(/^Pages:\s+(\d+)/m.exec(stdout)[1]);
  await run('pdftoppm', ['-r', '150', '-png', pdf, pdf]);
  const digits = String(count).length;
  const name = index => `${pdf}-${String(index + 1).padStart(digits, '0')}.png`;
  return Array.from({ length: count }, (_, index) => name(index));
};
