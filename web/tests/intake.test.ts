import { describe, expect, test } from 'vitest';
import { NetworkLoss, Problem, type Rest } from '../shared/rest';
import { contentHash } from '../upload/hash';
import { warnWhileBusy } from '../upload/leaving';
import { Sending, type Item } from '../upload/sending';
import { skipReason, type Source } from '../upload/sources';
import { safePath, suspicious } from '../upload/zip';

/** Its bytes are its name again and again: files of one size and different contents. */
const source = (name: string, size = 300): Source => ({ name, size, open: () => Promise.resolve(new Blob([name.padEnd(8).repeat(size).slice(0, size)])) });

/** A server that answers each file by its content and counts what it got; it has judged those whose hashes it knows. */
function rest(answer: (name: string, attempt: number) => unknown, known: string[] = []): { rest: Rest; sent: string[]; asked: string[]; urls: string[] } {
  const sent: string[] = [];
  const asked: string[] = [];
  const urls: string[] = [];
  const postBytes = async (url: string, bytes: Blob): Promise<unknown> => {
    const name = (await bytes.text()).slice(0, 8).trimEnd();
    sent.push(name);
    urls.push(url);
    const result = answer(name, sent.filter((n) => n === name).length);
    if (result instanceof Error) throw result;
    return result;
  };
  const post = (url: string, body: { files: string[] }): Promise<unknown> => {
    urls.push(url);
    asked.push(...body.files);
    return Promise.resolve({ known: body.files.filter((f) => known.includes(f)), judged: known.length });
  };
  return { rest: { post, postBytes } as unknown as Rest, sent, asked, urls };
}

const send = (to: Rest, files: Source[], earlier: Item[] = []): Sending => new Sending(to, 'b', files, [], 'unreadable', 'no network', earlier, () => Promise.resolve());

describe('sending a batch', () => {
  test('skips what the server already has, by its bytes, and names no file in an address', async () => {
    const known = await contentHash(await source('a/1').open());
    const server = rest(() => ({ outcome: 'accepted' }), [known ?? '']);
    // A second disk: the same name and size, other bytes.
    const other = { ...source('a/3'), name: 'a/1' };
    const sending = send(server.rest, [source('a/1'), source('a/2'), other]);
    await sending.run();
    expect(server.sent).toEqual(['a/2', 'a/3']);
    expect([sending.phase, sending.count('known'), sending.count('accepted')]).toEqual(['done', 1, 2]);
    expect([...new Set(server.urls)]).toEqual(['/api/v1/batches/b/known', '/api/v1/batches/b/files']);
  });

  test('hashes nothing for a batch that is empty', async () => {
    const server = rest(() => ({ outcome: 'accepted' }));
    await send(server.rest, [source('1')]).run();
    expect([server.asked, server.sent]).toEqual([[], ['1']]);
  });

  test('tries again after a lost connection', async () => {
    const server = rest((_, attempt) => (attempt < 3 ? new NetworkLoss() : { outcome: 'accepted' }));
    const sending = send(server.rest, [source('1')]);
    await sending.run();
    expect(server.sent).toHaveLength(3);
    expect(sending.count('accepted')).toBe(1);
  });

  test('keeps the reason of a refused file and goes on with the others', async () => {
    const server = rest((name) => (name === 'bad' ? { outcome: 'refused', number: 7, reason: { type: 'x', title: 'Not DICOM.', detail: 'No DICM.' } } : { outcome: 'accepted' }));
    const sending = send(server.rest, [source('bad'), source('good')]);
    await sending.run();
    expect(sending.items.find((i) => i.name === 'bad')).toMatchObject({ outcome: 'refused', number: 7, reason: 'Not DICOM. No DICM.' });
    expect(sending.count('accepted')).toBe(1);
  });

  test('stops at once when the batch is closed', async () => {
    const server = rest(() => new Problem({ title: 'closed' }, 409));
    const sending = send(server.rest, Array.from({ length: 50 }, (_, i) => source(String(i))));
    await sending.run();
    expect(sending.phase).toBe('stopped');
    expect(sending.problem?.title).toBe('closed');
    expect(server.sent.length).toBeLessThanOrEqual(3);
  });

  test('sends the failed ones again when asked', async () => {
    let broken = true;
    const server = rest(() => (broken ? new Problem({ title: 'broken' }, 500) : { outcome: 'accepted' }));
    const sending = send(server.rest, [source('1')]);
    await sending.run();
    expect(sending.count('failed')).toBe(1);
    broken = false;
    await sending.retry();
    expect([sending.phase, sending.count('accepted')]).toEqual(['done', 1]);
  });
});

/** A promise, and what ends it. */
function gate(): { open: () => void; passed: Promise<void> } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => { open = resolve; });
  return { open, passed };
}

const turn = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve); });

describe('a page that sends', () => {
  const mayLeave = (page: EventTarget): boolean => page.dispatchEvent(new Event('beforeunload', { cancelable: true }));

  test('is not left without a warning, also when the failed ones are sent again', async () => {
    let broken = true;
    const server = rest(() => (broken ? new Problem({ title: 'broken' }, 500) : { outcome: 'accepted' }));
    const page = new EventTarget();
    const sending = send(server.rest, [source('1')]);
    warnWhileBusy(sending, page);
    const first = sending.run();
    expect(mayLeave(page)).toBe(false);
    await first;
    expect(mayLeave(page)).toBe(true);
    broken = false;
    const again = sending.retry();
    expect(mayLeave(page)).toBe(false);
    await again;
    expect([sending.phase, mayLeave(page)]).toEqual(['done', true]);
  });
});

describe('a pause', () => {
  test('holds while files are compared with those the server has', async () => {
    const known = await contentHash(await source('1').open());
    const server = rest(() => ({ outcome: 'accepted' }), [known ?? '']);
    const hashing = gate();
    const slow = { ...source('1'), open: async () => {
      await hashing.passed;
      return source('1').open();
    } };
    const sending = send(server.rest, [slow, source('2')]);
    const running = sending.run();
    await turn();
    sending.hold();
    expect(sending.phase).toBe('paused');
    hashing.open();
    await turn();
    expect([sending.phase, server.asked, server.sent]).toEqual(['paused', [], []]);
    sending.resume();
    expect(sending.phase).toBe('asking');
    await running;
    expect([sending.phase, sending.count('known'), sending.count('accepted')]).toEqual(['done', 1, 1]);
  });

  test('holds while the sending waits for a lost network', async () => {
    const server = rest((_, attempt) => (attempt < 2 ? new NetworkLoss() : { outcome: 'accepted' }));
    const [lost, waiting] = [gate(), gate()];
    const sending = new Sending(server.rest, 'b', [source('1')], [], 'unreadable', 'no network', [], () => {
      lost.open();
      return waiting.passed;
    });
    const running = sending.run();
    await lost.passed;
    expect(sending.phase).toBe('waiting');
    sending.hold();
    waiting.open();
    await turn();
    expect([sending.phase, server.sent]).toEqual(['paused', ['1']]);
    sending.resume();
    await running;
    expect([sending.phase, sending.count('accepted')]).toEqual(['done', 1]);
  });

  test('ends with the last file, and another try does not wait for it', async () => {
    const sending: Sending = send(rest((_, attempt) => {
      if (attempt === 1) sending.hold();
      return attempt === 1 ? new Problem({ title: 'broken' }, 500) : { outcome: 'accepted' };
    }).rest, [source('1')]);
    await sending.run();
    expect(sending.phase).toBe('done');
    await sending.retry();
    expect([sending.phase, sending.count('accepted')]).toEqual(['done', 1]);
  });

  test('that is cancelled sends nothing more', async () => {
    const server = rest(() => ({ outcome: 'accepted' }));
    const sending = send(server.rest, [source('1')]);
    const running = sending.run();
    sending.hold();
    sending.cancel();
    await running;
    expect([sending.phase, server.sent]).toEqual(['cancelled', []]);
  });
});

describe('the hash of a content', () => {
  /** By System.IO.Hashing.XxHash128, of bytes i · 7 + (i >> 8). */
  test.each([
    [241, '75f4da43f23cce5a541b19226f0052e8'],
    [1024, 'a3da96fbd688736171bee625238addb4'],
    [1025, 'a53cd4fd16206676d9b414f4e1bbf7ad'],
    [1089, '518e6d0338d868826acaa6909cdbe786'],
    [2048, '7e487a6edeb1f3fe3293e8238bd8f743'],
    [65537, '2e701baa04ab81c2306efa3b942cf93f'],
    [3000000, '59759458ea6b4e69ed965a1b2513b83e'],
  ])('of %i bytes is that of the reference', async (size, hash) => {
    const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
    expect(await contentHash(new Blob([bytes]))).toBe(hash);
  });

  test('of a short file is none', async () => {
    expect(await contentHash(new Blob([new Uint8Array(240)]))).toBeNull();
  });
});

describe('files added later', () => {
  test('stand beneath the earlier ones, which are not sent again', async () => {
    const server = rest((name) => ({ outcome: name === 'bad' ? 'refused' : 'accepted' }));
    const first = send(server.rest, [source('1'), source('bad')]);
    await first.run();
    const second = send(server.rest, [source('2')], first.items);
    await second.run();
    expect(server.sent).toEqual(['1', 'bad', '2']);
    expect(second.items.map((i) => [i.name, i.outcome])).toEqual([['1', 'accepted'], ['bad', 'refused'], ['2', 'accepted']]);
  });

  test('leave the earlier ones that could not be sent to be tried again', async () => {
    let broken = true;
    const server = rest(() => (broken ? new Problem({ title: 'broken' }, 500) : { outcome: 'accepted' }));
    const first = send(server.rest, [source('1')]);
    await first.run();
    broken = false;
    const second = send(server.rest, [source('2')], first.items);
    await second.run();
    expect([second.count('failed'), second.count('accepted')]).toEqual([1, 1]);
    await second.retry();
    expect(second.count('accepted')).toBe(2);
  });
});

describe('what is chosen', () => {
  test('leaves out a media directory, system files and empty files', () => {
    expect(skipReason('disk/DICOMDIR', 100)).toBe('upload.reason.dicomdir');
    expect(skipReason('__MACOSX/a', 100)).toBe('upload.reason.system');
    expect(skipReason('a/.DS_Store', 100)).toBe('upload.reason.system');
    expect(skipReason('a/IM0001', 0)).toBe('upload.reason.empty');
    expect(skipReason('a/IM0001', 1)).toBeNull();
  });

  test('loses every way out of its folder', () => {
    expect(safePath('../../etc/passwd')).toBe('etc/passwd');
    expect(safePath('C:\\scans\\.\\1.dcm')).toBe('scans/1.dcm');
  });

  test('is refused as a bomb by its ratio, but small files may compress well', () => {
    expect(suspicious(100 * 2 ** 20, 100 * 2 ** 10)).toBe(true);
    expect(suspicious(2 ** 20, 1000)).toBe(false);
    expect(suspicious(100 * 2 ** 20, 10 * 2 ** 20)).toBe(false);
  });
});
