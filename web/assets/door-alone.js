// The door without its box: the list the box gave it last, what it let through since, and the
// scans that wait to be told. Judges by that list alone. Draws nothing: door.js does.
const LIST_MS = 30000, SOON_MS = 2000, ANSWER_MS_MAX = 10000, TOLD_MAX = 25;
const ENDED = new Set(['REPLACED', 'CANCELLED']), NOT_OURS = new Set([401, 403]);

// The verdict table as far as a list goes: GO only for a ticket on it that nothing stops and that
// is not in; out only who is in. `line` is the ticket's, `window` its performance's.
export const judge = (line, window, direction, now) => {
  const go = reason => ({ went: 'GO', reason }), stop = reason => ({ went: 'STOP', reason });
  if (!line) return stop('UNKNOWN');
  if (ENDED.has(line.stop)) return stop(line.stop);
  if (direction === 'out') return line.state === 'in' ? go('OUT') : stop('NOT_IN');
  if (line.stop === 'BLOCKED') return stop(line.stop);
  if (line.state === 'in') return stop('ALREADY_USED');
  if (line.state === 'out' && !line.re_entry) return stop('NO_REENTRY');
  if (line.stop === 'WRONG_DOOR') return stop(line.stop);
  if (window?.opens && now < Date.parse(window.opens)) return stop('TOO_EARLY');
  if (window?.closes && now >= Date.parse(window.closes)) return stop('TOO_LATE');
  if (line.stop) return stop(line.stop);
  return go(line.state === 'out' ? 'REENTRY' : 'OK');
};

const hex = bytes => [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('');

// What stands for a code on the list.
export const digest = async code => {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(code.trim().toUpperCase()));
  return hex(new Uint8Array(hash, 0, 16));
};

export const nonce = () => hex(crypto.getRandomValues(new Uint8Array(16)));

// A browser reads digests only where nobody can have changed the page on its way.
export const able = () => Boolean(globalThis.isSecureContext && crypto.subtle && globalThis.indexedDB);

const openBase = () => new Promise((done, failed) => {
  const asked = indexedDB.open('usher-door', 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore('kept');
    asked.result.createObjectStore('waiting', { autoIncrement: true });
  };
  asked.onsuccess = () => done(asked.result);
  asked.onerror = () => failed(asked.error);
});

// One transaction on one store; what `act` asked for, once it is on disk.
const within = (base, store, mode, act) => new Promise((done, failed) => {
  const txn = base.transaction(store, mode, { durability: 'strict' });
  const asked = act(txn.objectStore(store));
  txn.oncomplete = () => done(asked?.result);
  txn.onabort = () => failed(txn.error);
});

// Follows the list while the box answers. `changed` hears how many scans wait.
export const standIn = async ({ changed }) => {
  const base = await openBase();
  // own: tickets this door moved and the list may not know of yet, by digest
  const own = new Map();
  let list = await within(base, 'kept', 'readonly', s => s.get('list')) ?? null;
  let count = 0, busy = false, due = 0, saved = 0, batch = TOLD_MAX, telling = null;

  const rows = async max => {
    const ids = await within(base, 'waiting', 'readonly', s => s.getAllKeys(null, max));
    const all = await within(base, 'waiting', 'readonly', s => s.getAll(null, max));
    return ids.map((id, nth) => ({ id, ...all[nth] }));
  };
  const recount = async (signedOut = false) => {
    count = await within(base, 'waiting', 'readonly', s => s.count());
    changed(count, signedOut);
  };
  const move = (key, direction, settled) =>
    own.set(key, { state: direction === 'out' ? 'out' : 'in', settled });
  const boxNow = () => Date.now() + (list?.offset ?? 0);

  const merge = async (told, since) => {
    const ids = told.performances.map(one => one.id).join();
    if (!told.whole && ids !== [...list.performances.keys()].join()) return false;
    const tickets = told.whole ? new Map() : list.tickets;
    for (const { digest: key, ...line } of told.tickets) tickets.set(key, line);
    list = {
      seq: told.seq, taken: Date.parse(told.taken_at), offset: Date.parse(told.taken_at) - Date.now(),
      performances: new Map(told.performances.map(one => [one.id, one])), tickets,
    };
    for (const [key, moved] of own) if (moved.settled < since) own.delete(key);
    if (told.whole || Date.now() - saved > LIST_MS) {
      saved = Date.now();
      // one that cannot be kept is still judged by
      await within(base, 'kept', 'readwrite', s => s.put(list, 'list')).catch(() => {});
    }
    return true;
  };
  // Answers whether the box did.
  const refresh = async (whole = false) => {
    if (busy) return false;
    busy = true;
    const since = performance.now();
    try {
      const after = list && !whole ? `?after=${list.seq}` : '';
      // a whole list may be long
      const signal = AbortSignal.timeout(after ? ANSWER_MS_MAX : 6 * ANSWER_MS_MAX);
      const answer = await fetch(`/api/v1/door/snapshot${after}`, { signal });
      if (NOT_OURS.has(answer.status)) {
        // signed out, struck off, or doors of this house wait for the box
        list = null;
        await within(base, 'kept', 'readwrite', s => s.delete('list'));
      }
      if (!answer.ok) return answer.status < 500;
      if (await merge(await answer.json(), since) || whole) return true;
    } catch { return false; } finally { busy = false; }
    return refresh(true);
  };

  // In the order of the door, a batch at a time; a batch told twice is one.
  const tellAll = async () => {
    for (;;) {
      const some = await rows(batch);
      if (!some.length) { batch = TOLD_MAX; return true; }
      const answer = await fetch('/api/v1/scans/offline', {
        method: 'POST', headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ scans: some.map(row => row.scan) }),
        signal: AbortSignal.timeout(6 * ANSWER_MS_MAX),
      });
      if ([409, 413].includes(answer.status) && batch > 1) { batch = 1; continue; }
      // 409: under this nonce it is recorded already, by a page that stood for another device
      if (!answer.ok && answer.status !== 409) {
        await recount(NOT_OURS.has(answer.status));
        return false;
      }
      const range = IDBKeyRange.bound(some[0].id, some.at(-1).id);
      await within(base, 'waiting', 'readwrite', s => s.delete(range));
      for (const row of some) if (own.has(row.key)) own.get(row.key).settled = performance.now();
      await recount();
    }
  };

  for (const { key, scan } of await rows()) if (scan.went === 'GO') move(key, scan.direction, Infinity);
  await recount();
  setInterval(refresh, LIST_MS);
  return {
    refresh,
    soon: () => { due ||= setTimeout(() => { due = 0; refresh(); }, SOON_MS); },
    taken: () => list?.taken,
    waits: () => count,
    // A GO that the box gave: the list will say so, too, a moment later.
    noted: async (code, direction) => move(await digest(code), direction, performance.now()),
    // Judges, and keeps what is to be told before anybody hears of it; nothing without a list.
    decide: async (code, direction, attempt) => {
      if (!list) return null;
      const key = await digest(code), line = list.tickets.get(key);
      const seen = line && { ...line, state: own.get(key)?.state ?? line.state };
      const now = boxNow();
      const told = judge(seen, list.performances.get(line?.performance), direction, now);
      if (direction !== 'check') {
        const at = new Date(now).toISOString();
        const scan = { code, direction, went: told.went, at, nonce: nonce(), attempt };
        await within(base, 'waiting', 'readwrite', s => s.add({ key, scan }));
        if (told.went === 'GO') move(key, direction, Infinity);
        await recount();
      }
      return { ...told, seat: line?.seat };
    },
    tell: () => telling ??= tellAll().catch(() => false).finally(() => { telling = null; }),
  };
};
