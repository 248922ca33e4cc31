import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LockClaims } from '../shared/journal';
import { doc, Server, Window, type Doc } from './labellingServer';
import { MemoryJournal } from './memoryJournal';

let server: Server;
let journal: MemoryJournal<Doc>;

const window = (name: string): Window => new Window(name, server, journal);

/** Draws without a network, and closes: the work stands in the journal alone. */
async function leave(text: string, name = text): Promise<void> {
  const page = window(name);
  server.online = false;
  page.draw(text);
  await page.close();
  server.online = true;
  expect(journal.documents()).toContainEqual(page.screen);
}

async function open(page = window('now')): Promise<Window> {
  await page.unsent.bringBack();
  return page;
}

const later = (): Promise<unknown> => vi.advanceTimersByTimeAsync(30_000);

beforeEach(() => {
  vi.useFakeTimers();
  server = new Server();
  journal = new MemoryJournal<Doc>();
});
afterEach(() => { vi.useRealTimers(); });

describe('work that a closed window could not send', () => {
  test('comes onto the screen, and is saved', async () => {
    await leave('drawn offline');
    const { screen, told } = await open();
    expect([screen.text, told]).toEqual(['drawn offline', ['restored']]);
    await later();
    expect([server.revisions, journal.documents()]).toEqual([[doc('drawn offline')], []]);
  });

  test('stays in the journal while it is on the screen and the network is away again', async () => {
    await leave('drawn offline');
    server.online = false;
    const page = await open();
    expect(page.screen.text).toBe('drawn offline');
    await later();
    expect([page.autosave.state.value, journal.documents()]).toEqual(['offline', [doc('drawn offline')]]);
    server.online = true;
    await later();
    expect([server.revisions, journal.documents()]).toEqual([[doc('drawn offline')], []]);
  });

  test('is kept by the server when the schema has moved on, and its reader is told', async () => {
    await leave('an hour of work');
    server.schema = 's2';
    const { screen, told } = await open();
    expect(server.drafts).toEqual([doc('an hour of work')]);
    expect([told, screen, journal.documents()]).toEqual([['kept'], doc('', 's2'), []]);
  });

  test('is kept by the server when the schema has moved on over what was saved before, and no question is asked', async () => {
    server.revisions.push(doc('saved'));
    await leave('an hour of work');
    server.schema = 's2';
    server.revisions.push(doc('saved', 's2'));
    const { screen, told } = await open();
    expect(server.drafts).toEqual([doc('an hour of work')]);
    expect([told, screen]).toEqual([['kept'], doc('saved', 's2')]);
  });

  test('is kept by the server before anybody is asked whose revision to open; theirs loses nothing', async () => {
    await leave('mine');
    server.revisions.push(doc('from another machine'));
    const page = window('now');
    page.answer = () => {
      expect(server.drafts).toEqual([doc('mine')]);
      return 'theirs';
    };
    await open(page);
    await later();
    expect(page.told).toEqual(['asked']);
    expect([page.screen.text, server.revision, journal.documents()]).toEqual(['from another machine', 1, []]);
  });

  test('is written on top of the other revision when that is chosen', async () => {
    await leave('mine');
    server.revisions.push(doc('from another machine'));
    const page = window('now');
    page.answer = () => 'mine';
    await open(page);
    await later();
    expect(server.revisions.map((d) => d.text)).toEqual(['from another machine', 'mine']);
    expect([page.screen.text, journal.documents()]).toEqual(['mine', []]);
  });

  test.each([
    ['the network is away', (on: boolean) => { server.online = on; }],
    ['the session is over', (on: boolean) => { server.signedIn = on; }],
  ])('waits in the journal while %s, and is sent when that is over', async (_, may) => {
    await leave('mine');
    server.revisions.push(doc('from another machine'));
    may(false);
    const { told, autosave, screen } = await open();
    await later();
    expect([told, journal.documents(), server.drafts]).toEqual([['waits'], [doc('mine')], []]);
    may(true);
    await later();
    expect([told, journal.documents(), server.drafts]).toEqual([['waits', 'kept'], [], [doc('mine')]]);
    // Its reader works on meanwhile: nothing is put under their hands.
    expect([screen.text, autosave.pending()]).toEqual(['from another machine', false]);
  });

  test('waits for the next opening when the page is closed meanwhile', async () => {
    await leave('mine');
    server.schema = 's2';
    server.online = false;
    await (await open()).close();
    const { sent } = server;
    server.online = true;
    await later();
    expect([server.sent, journal.documents()]).toEqual([sent, [doc('mine')]]);
    expect((await open(window('next'))).told).toEqual(['kept']);
    expect([server.drafts, journal.documents()]).toEqual([[doc('mine')], []]);
  });

  test.each([
    ['whoever judges may not draw', (is: boolean) => { server.mayDraw = !is; }],
    ['the server is broken', (is: boolean) => { server.broken = is; }],
  ])('stays in the journal when it is refused and not kept (%s), and the next opening tries again', async (_, refuse) => {
    await leave('mine');
    server.revisions.push(doc('from another machine'));
    refuse(true);
    const page = await open();
    await later();
    expect([page.told, journal.documents(), server.drafts]).toEqual([['failed'], [doc('mine')], []]);
    await page.close();
    refuse(false);
    await open(window('next'));
    expect([journal.documents(), server.drafts]).toEqual([[], [doc('mine')]]);
  });

  test('is kept where the reading is locked', async () => {
    await leave('mine');
    server.revisions.push(doc('submitted elsewhere'));
    const page = window('now');
    server.locked = true;
    await open(page);
    expect([page.told, server.drafts, journal.documents()]).toEqual([['kept'], [doc('mine')], []]);
  });

  test('does not replace what was drawn before it was found', async () => {
    await leave('mine');
    const page = window('now');
    page.draw('drawn at once');
    await open(page);
    expect([server.revisions, server.drafts]).toEqual([[doc('drawn at once')], [doc('mine')]]);
    expect(page.screen.text).toBe('drawn at once');
  });

  test('does not replace what was drawn before it was found and cannot be saved', async () => {
    await leave('mine');
    const page = window('now');
    server.broken = true;
    page.draw('drawn at once');
    await open(page);
    expect(page.screen.text).toBe('drawn at once');
    expect(journal.documents()).toEqual([doc('mine'), doc('drawn at once')]);
  });
});

describe('a case opened twice', () => {
  test('loses neither window’s work when both close without a network', async () => {
    const [one, two] = [window('one'), window('two')];
    server.online = false;
    one.draw('of one');
    await vi.advanceTimersByTimeAsync(1000);
    two.draw('of two');
    await one.close();
    await two.close();
    expect(journal.documents()).toEqual([doc('of one'), doc('of two')]);
    server.online = true;
    await open();
    expect([server.revisions, server.drafts, journal.documents()]).toEqual([[doc('of one')], [doc('of two')], []]);
  });

  test('leaves to an open window what it has not sent yet', async () => {
    const first = window('first');
    server.online = false;
    first.draw('of the first');
    await later();
    const second = await open();
    await later();
    expect([second.told, second.screen.text, journal.documents()]).toEqual([[], '', [doc('of the first')]]);
    server.online = true;
    await later();
    expect([server.revisions, server.drafts, first.told]).toEqual([[doc('of the first')], [], []]);
  });

  test('takes over what the other window leaves when it closes', async () => {
    const first = window('first');
    server.online = false;
    first.draw('of the first');
    const second = await open();
    await later();
    const third = await open(window('third'));
    await first.close();
    server.online = true;
    await later();
    expect([...second.told, ...third.told]).toEqual(['restored']);
    expect([server.revisions, journal.documents()]).toEqual([[doc('of the first')], []]);
  });

  test('a saving window removes nothing that another has left in the journal', async () => {
    const [one, two] = [window('one'), window('two')];
    server.online = false;
    one.draw('of one');
    await one.close();
    server.online = true;
    two.draw('of two');
    await later();
    expect([server.revisions, journal.documents()]).toEqual([[doc('of two')], [doc('of one')]]);
  });

  test('an edit that was not noted yet is noted when its window closes', async () => {
    const page = window('one');
    page.draw('at the last moment');
    await page.autosave.close();
    expect(journal.documents()).toEqual([doc('at the last moment')]);
  });
});

describe('keys of the journal', () => {
  const held = new Set<string>();
  const request = async (name: string, _: LockOptions, work: (lock: Lock | null) => unknown): Promise<unknown> => {
    if (held.has(name)) return work(null);
    held.add(name);
    await work({ name, mode: 'exclusive' });
    return held.delete(name);
  };
  afterEach(() => { vi.unstubAllGlobals(); });

  test('belong to one window until it closes', async () => {
    vi.stubGlobal('navigator', { locks: { request } });
    const [one, two] = [new LockClaims('w'), new LockClaims('w')];
    expect([await one.take('r/1'), await one.take('r/1'), await two.take('r/1'), await two.take('r/2')]).toEqual([true, true, false, true]);
    one.release();
    await vi.advanceTimersByTimeAsync(1);
    expect([await two.take('r/1'), await one.take('r/3')]).toEqual([true, false]);
  });

  test('are free where the browser has no locks', async () => {
    vi.stubGlobal('navigator', {});
    expect(await new LockClaims('w').take('r/1')).toBe(true);
  });
});
