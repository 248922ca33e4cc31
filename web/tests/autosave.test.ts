import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Autosave, type AutosaveOptions, type Saved } from '../shared/autosave';
import { NetworkLoss, Problem } from '../shared/rest';
import { MemoryJournal } from './memoryJournal';

/** A server that knows one document and its revision. */
class Server {
  revision = 0;
  document = '';
  online = true;
  refusal: Problem | null = null;
  saves = 0;
  /** What was sent and refused: kept beside. */
  readonly kept: string[] = [];
  /** Requests at this moment, and the most there were. */
  atOnce = { now: 0, most: 0 };
  delayMs = 0;

  send = async (base: number, document: string): Promise<Saved<string>> => {
    this.atOnce = { now: this.atOnce.now + 1, most: Math.max(this.atOnce.most, this.atOnce.now + 1) };
    if (this.delayMs > 0) await new Promise((resolve) => { setTimeout(resolve, this.delayMs); });
    this.atOnce.now--;
    return this.answer(base, document);
  };

  private answer(base: number, document: string): Promise<Saved<string>> {
    if (!this.online) return Promise.reject(new NetworkLoss());
    if (this.refusal) return Promise.reject(this.refusal);
    if (base !== this.revision) {
      this.kept.push(document);
      return Promise.reject(new Problem({ type: 'https://x/stale-revision', title: 'stale' }, 409));
    }
    this.saves++;
    this.document = document;
    return Promise.resolve({ revision: ++this.revision, savedAt: '', document });
  }
}

function setUp(choice: 'theirs' | 'mine' = 'mine'): { server: Server; journal: MemoryJournal<string>; autosave: Autosave<string>; page: { text: string; asked: number } } {
  const server = new Server();
  const journal = new MemoryJournal<string>();
  const page = { text: '', asked: 0 };
  const options: AutosaveOptions<string> = {
    key: 'r', revision: 0, journal, send: server.send,
    snapshot: () => page.text,
    accepted: () => undefined,
    resolveStale: () => {
      page.asked++;
      return Promise.resolve(choice);
    },
    reload: (replace) => {
      if (!server.online) return Promise.reject(new NetworkLoss());
      if (replace) page.text = server.document;
      return Promise.resolve(server.revision);
    },
    refused: () => undefined,
  };
  return { server, journal, page, autosave: new Autosave(options) };
}

describe('saving by itself', () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });

  test('several edits in a row are one request', async () => {
    const { server, autosave, page } = setUp();
    for (const text of ['a', 'ab', 'abc']) {
      page.text = text;
      autosave.touch();
      await vi.advanceTimersByTimeAsync(300);
    }
    await vi.advanceTimersByTimeAsync(2000);
    expect(server).toMatchObject({ saves: 1, document: 'abc', revision: 1 });
    expect(autosave.state.value).toBe('saved');
  });

  test('work done without a network waits in the journal and is sent when the network returns', async () => {
    const { server, journal, autosave, page } = setUp();
    server.online = false;
    page.text = 'offline work';
    autosave.touch();
    await vi.advanceTimersByTimeAsync(2000);
    expect(autosave.state.value).toBe('offline');
    expect(journal.entries.get('r')?.document).toBe('offline work');
    server.online = true;
    await vi.advanceTimersByTimeAsync(6000);
    expect(server.document).toBe('offline work');
    expect(journal.entries.size).toBe(0);
    expect(autosave.state.value).toBe('saved');
  });

  test('keeping mine writes a new revision on top of the other one', async () => {
    const { server, autosave, page } = setUp('mine');
    [server.revision, server.document] = [4, 'theirs'];
    page.text = 'mine';
    autosave.touch();
    await vi.advanceTimersByTimeAsync(2000);
    expect(server).toMatchObject({ revision: 5, document: 'mine' });
    expect(autosave.revision).toBe(5);
  });

  test('taking theirs replaces the document and sends nothing', async () => {
    const { server, autosave, page, journal } = setUp('theirs');
    [server.revision, server.document] = [4, 'theirs'];
    page.text = 'mine';
    autosave.touch();
    await vi.advanceTimersByTimeAsync(2000);
    expect(server.saves).toBe(0);
    expect(page.text).toBe('theirs');
    expect(journal.entries.size).toBe(0);
    expect(autosave.pending()).toBe(false);
  });

  test('an edit made while a request is on its way is saved after it', async () => {
    const { server, autosave, page } = setUp();
    page.text = 'first';
    autosave.touch();
    const flushing = autosave.flush();
    page.text = 'second';
    autosave.touch();
    await flushing;
    await vi.advanceTimersByTimeAsync(4000);
    expect(server.document).toBe('second');
    expect(autosave.pending()).toBe(false);
  });

  test('an hour without a network, edits all along: everything stands in the journal at once and is sent as one revision when it returns', async () => {
    const { server, journal, autosave, page } = setUp();
    server.online = false;
    for (let minute = 0; minute < 60; minute++) {
      page.text += `${String(minute)} `;
      autosave.touch();
      await vi.advanceTimersByTimeAsync(400);
      expect(journal.entries.get('r')).toMatchObject({ document: page.text, baseRevision: 0 });
      await vi.advanceTimersByTimeAsync(59_600);
    }
    expect(autosave.state.value).toBe('offline');
    server.online = true;
    await vi.advanceTimersByTimeAsync(6000);
    expect(server).toMatchObject({ saves: 1, document: page.text });
    expect(journal.entries.size).toBe(0);
  });

  test('a stroke stands in the journal before its request is due', async () => {
    const { journal, autosave, page, server } = setUp();
    page.text = 'stroke';
    autosave.touch();
    await vi.advanceTimersByTimeAsync(400);
    expect(server.saves).toBe(0);
    expect(journal.entries.get('r')?.document).toBe('stroke');
  });

  test('a session that ended waits like a lost network, and goes on when it is begun anew', async () => {
    const { server, autosave, page } = setUp();
    server.refusal = new Problem({ type: 'about:blank', title: 'Unauthorized' }, 401);
    page.text = 'work';
    autosave.touch();
    await vi.advanceTimersByTimeAsync(2000);
    expect(autosave.state.value).toBe('signedOut');
    server.refusal = null;
    await vi.advanceTimersByTimeAsync(6000);
    expect(server.document).toBe('work');
    expect(autosave.state.value).toBe('saved');
  });

  test('a decision goes on top of everything that was drawn before it, and what is drawn meanwhile goes on top of the decision', async () => {
    const { server, autosave, page } = setUp();
    page.text = 'drawn';
    autosave.touch();
    const decided = autosave.through(async (base) => {
      expect(base).toBe(1);
      expect(server.document).toBe('drawn');
      page.text = 'drawn meanwhile';
      autosave.touch();
      await vi.advanceTimersByTimeAsync(3000);
      expect(server.saves).toBe(1);
      return { revision: ++server.revision };
    });
    await vi.advanceTimersByTimeAsync(1);
    expect(await decided).toEqual({ revision: 2 });
    await vi.advanceTimersByTimeAsync(3000);
    expect(server).toMatchObject({ document: 'drawn meanwhile', revision: 3 });
    expect(autosave.state.value).toBe('saved');
  });

  test('no decision is sent while what was drawn before it cannot be', async () => {
    const { server, autosave, page } = setUp();
    server.online = false;
    page.text = 'drawn';
    autosave.touch();
    const work = vi.fn(() => Promise.resolve({ revision: 9 }));
    expect(await autosave.through(work)).toBeNull();
    expect(work).not.toHaveBeenCalled();
  });

  test('whoever waits for a slow save sends what is left once, and no question is asked of oneself', async () => {
    const { server, autosave, page } = setUp('theirs');
    server.delayMs = 4000;
    page.text = 'first';
    autosave.touch();
    await vi.advanceTimersByTimeAsync(2000);
    page.text = 'second';
    autosave.touch();
    // The timer, a key and the hiding of the page all wait for the same request.
    await vi.advanceTimersByTimeAsync(1600);
    const waiting = [autosave.flush(), autosave.flush()];
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await Promise.all(waiting)).toEqual([true, true]);
    expect(server).toMatchObject({ saves: 2, document: 'second', atOnce: { most: 1 }, kept: [] });
    expect(page).toEqual({ text: 'second', asked: 0 });
  });

  test('a decision begins beside no save, whoever else waited for the one before', async () => {
    const { server, autosave, page } = setUp();
    server.delayMs = 4000;
    page.text = 'first';
    autosave.touch();
    await vi.advanceTimersByTimeAsync(2000);
    const decided = [1, 2].map(() => autosave.through(async (base) => ({ revision: (await server.send(base, `decided after ${server.document}`)).revision })));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await Promise.all(decided)).toHaveLength(2);
    expect(server).toMatchObject({ atOnce: { most: 1 }, kept: [] });
    expect(page.asked).toBe(0);
  });

  test('what is drawn while a save is refused as stale is kept by the server before the question is asked', async () => {
    const { server, autosave, page } = setUp('theirs');
    [server.revision, server.document, server.delayMs] = [4, 'theirs', 4000];
    page.text = 'mine';
    autosave.touch();
    await vi.advanceTimersByTimeAsync(2000);
    page.text = 'mine and more';
    autosave.touch();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(server.kept).toEqual(['mine', 'mine and more']);
    expect(page).toEqual({ text: 'theirs', asked: 1 });
  });

  test('a network lost between the question and its answer leaves the work in the journal, and the question is asked again', async () => {
    const { server, autosave, journal, page } = setUp('theirs');
    [server.revision, server.document, server.delayMs] = [4, 'theirs', 1000];
    page.text = 'mine';
    autosave.touch();
    autosave.state.subscribe((state) => { if (state === 'stale' && page.asked === 0) server.online = false; });
    await vi.advanceTimersByTimeAsync(3000);
    expect([autosave.state.value, page.text, journal.entries.get('r')?.document]).toEqual(['offline', 'mine', 'mine']);
    server.online = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect([autosave.state.value, page.text, page.asked]).toEqual(['saved', 'theirs', 2]);
    expect(journal.entries.size).toBe(0);
  });
});
