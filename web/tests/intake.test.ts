import { describe, expect, test } from 'vitest';
import { NetworkLoss, Problem, type Rest } from '../shared/rest';
import { Sending, type Item } from '../upload/sending';
import { skipReason, type Source } from '../upload/sources';
import { safePath, suspicious } from '../upload/zip';

const source = (name: string, size = 10): Source => ({ name, size, open: () => Promise.resolve(new Blob([new Uint8Array(size)])) });

/** A server that answers each file by its name and counts what it got. */
function rest(answer: (name: string, attempt: number) => unknown, known: string[] = []): { rest: Rest; sent: string[] } {
  const sent: string[] = [];
  const postBytes = (url: string): Promise<unknown> => {
    const name = decodeURIComponent(url.split('name=')[1] ?? '');
    sent.push(name);
    const result = answer(name, sent.filter((n) => n === name).length);
    return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
  };
  return { rest: { post: () => Promise.resolve({ known }), postBytes } as unknown as Rest, sent };
}

const send = (to: Rest, files: Source[], earlier: Item[] = []): Sending => new Sending(to, 'b', files, [], 'unreadable', 'no network', earlier, () => Promise.resolve());

describe('sending a batch', () => {
  test('skips what the server already has', async () => {
    const server = rest(() => ({ outcome: 'accepted' }), ['a/1']);
    const sending = send(server.rest, [source('a/1'), source('a/2')]);
    await sending.run();
    expect(server.sent).toEqual(['a/2']);
    expect([sending.phase, sending.count('known'), sending.count('accepted')]).toEqual(['done', 1, 1]);
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
