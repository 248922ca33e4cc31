import { describe, expect, test } from 'vitest';
import type { Series } from '../radiology/model/series';
import { ShownSlice } from '../radiology/view/shownSlice';

function series(uid: string, frames: number): Series {
  return {
    studyInstanceUid: '1', seriesInstanceUid: uid, modality: 'CT', frameOfReferenceUid: null, spacing: null,
    slices: Array.from({ length: frames }, (_, i) => ({
      imageId: `${uid}/${String(i)}`, sopInstanceUid: `${uid}.${String(i)}`, frame: 1, rows: 4, columns: 4, plane: null, along: null,
    })),
  };
}

interface Asked {
  imageId: string;
  come: () => Promise<void>;
  fail: () => Promise<void>;
}

const turn = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 0); });

/** As Cornerstone does: a frame that is not of the stack that stands, or no longer the one that is asked for, is dropped, and its promise is kept all the same. */
class Viewport {
  readonly asked: Asked[] = [];
  readonly cached = new Set<string>();
  onScreen = '';
  private stack: string[] = [];
  private index = -1;

  setStack(imageIds: string[], index: number): Promise<unknown> {
    this.stack = imageIds;
    this.onScreen = '';
    this.index = -1;
    return this.setImageIdIndex(index);
  }

  setImageIdIndex(index: number): Promise<unknown> {
    this.index = index;
    const imageId = this.stack[index];
    if (imageId === undefined) throw new RangeError('No such image.');
    return new Promise((resolve, reject) => {
      this.asked.push({
        imageId,
        come: () => {
          this.cached.add(imageId);
          if (this.stack[this.index] === imageId) this.onScreen = imageId;
          resolve(imageId);
          return turn();
        },
        fail: () => {
          reject(new Error('The frame cannot be read.'));
          return turn();
        },
      });
    });
  }

  /** The newest wish for a frame. */
  frame(imageId: string): Asked {
    const asked = this.asked.findLast((a) => a.imageId === imageId);
    if (!asked) throw new Error(`${imageId} was not asked for.`);
    return asked;
  }
}

function pane(): { viewport: Viewport; shown: ShownSlice; at: (index: number) => void } {
  const viewport = new Viewport();
  let wanted = 0;
  const shown = new ShownSlice(viewport, () => wanted, (slice) => viewport.cached.has(slice.imageId), () => {
    // What is painted on is what is looked at, at every moment.
    if (shown.slice) expect(shown.slice.imageId).toBe(viewport.onScreen);
  });
  return { viewport, shown, at: (index) => { wanted = index; void shown.follow(); } };
}

const [portal, arterial] = [series('portal', 9), series('arterial', 9)];

describe('the slice that is painted on', () => {
  test('stays the one of the series on the screen when a frame of the series before comes late', async () => {
    const { viewport, shown, at } = pane();
    void shown.open(portal);
    await viewport.frame('portal/0').come();
    at(6);
    void shown.open(arterial);
    await viewport.frame('arterial/6').come();
    expect(shown.slice?.sopInstanceUid).toBe('arterial.6');
    await viewport.frame('portal/6').come();
    expect(shown.slice?.sopInstanceUid).toBe('arterial.6');
    expect(viewport.onScreen).toBe('arterial/6');
    at(7);
    await viewport.frame('arterial/7').come();
    expect(shown.slice?.sopInstanceUid).toBe('arterial.7');
  });

  test('is none while the series is being opened, whatever comes of the one before', async () => {
    const { viewport, shown, at } = pane();
    void shown.open(portal);
    await viewport.frame('portal/0').come();
    at(6);
    void shown.open(arterial);
    await viewport.frame('portal/6').come();
    expect(shown.slice).toBeNull();
    expect(shown.failed).toBe(false);
    at(3);
    await viewport.frame('arterial/6').come();
    await viewport.frame('arterial/3').come();
    expect(shown.slice?.sopInstanceUid).toBe('arterial.3');
  });

  test('is of the later of two openings, and only that one says that it stands', async () => {
    const { viewport, shown } = pane();
    const [first, second] = [shown.open(portal), shown.open(arterial)];
    await viewport.frame('arterial/0').come();
    await viewport.frame('portal/0').come();
    expect(await Promise.all([first, second])).toEqual([false, true]);
    expect(shown.slice?.sopInstanceUid).toBe('arterial.0');
  });

  test('is reached from a first frame that could not be read', async () => {
    const { viewport, shown, at } = pane();
    const opened = shown.open(portal);
    await viewport.frame('portal/0').fail();
    expect(await opened).toBe(true);
    expect([shown.slice, shown.failed]).toEqual([null, true]);
    at(1);
    await viewport.frame('portal/1').come();
    expect([shown.slice?.sopInstanceUid, shown.failed]).toEqual(['portal.1', false]);
  });

  test('is none in a series without images and after the pane is closed', async () => {
    const { viewport, shown } = pane();
    expect(await shown.open(series('report', 0))).toBe(true);
    expect([shown.slice, shown.failed]).toEqual([null, true]);
    const opened = shown.open(portal);
    shown.close();
    await viewport.frame('portal/0').come();
    expect(await opened).toBe(false);
    expect([shown.slice, shown.failed]).toEqual([null, false]);
  });
});
