import { describe, expect, test } from 'vitest';
import { Shelf } from '../radiology/model/shelf';

const reference = (uid: string): { studyInstanceUid: string; seriesInstanceUid: string } => ({ studyInstanceUid: `study of ${uid}`, seriesInstanceUid: uid });

/** A shelf, what was loaded and let go, and the loads that wait for their end. */
function setUp(waits = false): { shelf: Shelf<string>; loaded: string[]; gone: string[]; end: (() => void)[]; frames: { coming: boolean } } {
  const [loaded, gone, end]: [string[], string[], (() => void)[]] = [[], [], []];
  const frames = { coming: false };
  const forget = (s: string): boolean => !frames.coming && gone.push(s) > 0;
  const load = (r: { seriesInstanceUid: string }): Promise<string> => {
    loaded.push(r.seriesInstanceUid);
    const name = `${r.seriesInstanceUid}/${String(loaded.length)}`;
    return waits ? new Promise((resolve) => end.push(() => { resolve(name); })) : Promise.resolve(name);
  };
  return { shelf: new Shelf<string>(load, forget), loaded, gone, end, frames };
}

describe('series of the cases of a shift', () => {
  test('are asked for once, and let go when they are neither of the open case nor of the next', async () => {
    const { shelf, loaded, gone } = setUp();
    for (const uid of ['a', 'b', 'a']) await shelf.series(reference(uid));
    expect([loaded, gone]).toEqual([['a', 'b'], []]);
    shelf.keepOnly([reference('b'), reference('c')]);
    await shelf.series(reference('b'));
    await shelf.series(reference('c'));
    expect([loaded, gone]).toEqual([['a', 'b', 'c'], ['a/1']]);
    await shelf.series(reference('a'));
    expect(loaded).toEqual(['a', 'b', 'c', 'a']);
  });

  test('are let go also when they come after their case was closed', async () => {
    const { shelf, gone, end } = setUp(true);
    const late = shelf.series(reference('a'));
    shelf.keepOnly([]);
    expect(gone).toEqual([]);
    end[0]?.();
    await late;
    expect(gone).toEqual(['a/1']);
  });

  test('stay when their case is opened again before they came', async () => {
    const { shelf, loaded, gone, end } = setUp(true);
    const first = shelf.series(reference('a'));
    shelf.keepOnly([]);
    shelf.keepOnly([reference('a')]);
    const again = shelf.series(reference('a'));
    end[0]?.();
    expect([await first, await again]).toEqual(['a/1', 'a/1']);
    expect([loaded, gone]).toEqual([['a'], []]);
  });

  test('stay while frames of theirs are on their way, until the next change of case', async () => {
    const { shelf, gone, frames } = setUp();
    await shelf.series(reference('a'));
    frames.coming = true;
    shelf.keepOnly([reference('b')]);
    await shelf.series(reference('b'));
    frames.coming = false;
    expect(gone).toEqual([]);
    shelf.keepOnly([reference('c')]);
    await shelf.series(reference('c'));
    expect(gone).toEqual(['a/1', 'b/2']);
  });

  test('are asked for again after they could not be loaded', async () => {
    let broken = true;
    const shelf = new Shelf<string>(() => (broken ? Promise.reject(new Error('broken')) : Promise.resolve('here')), () => true);
    await expect(shelf.series(reference('a'))).rejects.toThrow('broken');
    broken = false;
    expect(await shelf.series(reference('a'))).toBe('here');
  });
});
