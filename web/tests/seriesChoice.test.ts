import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { WorkbenchConfig } from '../shared/config';
import type { SeriesReference } from '../shared/contract';
import { Rest } from '../shared/rest';
import { initialWindow } from '../radiology/model/initialWindow';
import type { Series } from '../radiology/model/series';
import { SeriesChoice } from '../radiology/seriesChoice';
import { Workbench } from '../radiology/workbench';

/** Frames that can be read, with the window that is written in them. */
const frames = vi.hoisted(() => new Map<string, object>());
vi.mock('@cornerstonejs/core', () => ({
  cache: { getImage: () => undefined },
  metaData: {},
  imageLoader: {
    loadAndCacheImage: (imageId: string) => {
      const image = frames.get(imageId);
      return image ? Promise.resolve(image) : Promise.reject(new Error('The frame cannot be read.'));
    },
  },
}));
vi.mock('@cornerstonejs/dicom-image-loader', () => ({ default: {} }));

function series(uid: string, count: number, modality = 'CT'): Series {
  return {
    studyInstanceUid: '1', seriesInstanceUid: uid, modality, frameOfReferenceUid: null, spacing: null,
    slices: Array.from({ length: count }, (_, i) => ({
      imageId: `${uid}/${String(i)}`, sopInstanceUid: `${uid}.${String(i)}`, frame: 1, rows: 4, columns: 4, plane: null, along: null,
    })),
  };
}

const turn = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 0); });
const all = { scout: series('scout', 3), portal: series('portal', 21), arterial: series('arterial', 9) };

let wb: Workbench;
let waiting: Map<string, { come: () => Promise<void>; fail: () => Promise<void> }>;
let choice: SeriesChoice;

beforeEach(() => {
  frames.clear();
  waiting = new Map();
  const list = Object.values(all).map(({ studyInstanceUid, seriesInstanceUid, modality, slices }) => ({ studyInstanceUid, seriesInstanceUid, modality, description: '', instanceCount: slices.length }));
  wb = new Workbench({ culture: 'en' } as WorkbenchConfig, new Rest('en', null), (key) => key, null, { case: {}, series: list } as never);
  choice = new SeriesChoice(wb, ({ seriesInstanceUid: uid }: SeriesReference) => new Promise((resolve, reject) => {
    waiting.set(uid, {
      come: () => { resolve(all[uid as 'scout']); return turn(); },
      fail: () => { reject(new Error('metadata: HTTP 500')); return turn(); },
    });
  }));
});

const come = (uid: string): Promise<void> | undefined => waiting.get(uid)?.come();

describe('a series that is chosen', () => {
  test('stands though an earlier choice comes later', async () => {
    const [first, second] = [choice.open(1), choice.open(2)];
    await come('arterial');
    await come('portal');
    await Promise.all([first, second]);
    expect(wb.series.value?.seriesInstanceUid).toBe('arterial');
    expect(wb.view.value.index).toBe(4);
  });

  test('says that it failed, and an earlier choice does not', async () => {
    const [first, second] = [choice.open(1), choice.open(2)];
    await Promise.all([waiting.get('portal')?.fail(), expect(first).resolves.toBeUndefined()]);
    await Promise.all([waiting.get('arterial')?.fail(), expect(second).rejects.toThrow('HTTP 500')]);
    expect(wb.series.value).toBeNull();
  });

  test('changes as one with the place in it', async () => {
    const seen: [string, number][] = [];
    const note = (): void => { seen.push([wb.series.value?.seriesInstanceUid ?? '', wb.view.value.index]); };
    const first = choice.open(1);
    await come('portal');
    await first;
    wb.layout.value = 'mpr';
    wb.view.patch({ index: 20 });
    for (const signal of [wb.series, wb.view, wb.layout]) (signal as { subscribe(f: () => void): void }).subscribe(note);
    const second = choice.open(0);
    await come('scout');
    await second;
    expect(seen).toEqual([['scout', 1], ['scout', 1], ['scout', 1]]);
    expect(wb.layout.value).toBe('stack');
  });

  test('opens though the frame it opens on cannot be read', async () => {
    const opened = choice.open(2);
    await come('arterial');
    await opened;
    expect(wb.series.value?.seriesInstanceUid).toBe('arterial');
    expect(wb.view.value).toMatchObject({ index: 4, window: { center: 40, width: 400 } });
  });
});

describe('the window a series opens with', () => {
  const at = (modality: string): Promise<unknown> => initialWindow(series('s', 9, modality), 4);

  test('is the one written in the frame', async () => {
    frames.set('s/4', { windowCenter: [600, 40], windowWidth: [1200, 80] });
    expect(await at('MR')).toEqual({ center: 600, width: 1200 });
  });

  test('is a neighbour\'s where the frame cannot be read', async () => {
    frames.set('s/3', { minPixelValue: 0, maxPixelValue: 1000, slope: 2, intercept: 0 });
    expect(await at('MR')).toEqual({ center: 1000, width: 2000 });
    frames.set('s/5', { windowCenter: 600, windowWidth: 1200 });
    expect(await at('MR')).toEqual({ center: 600, width: 1200 });
  });

  test('is of the modality where none of them can', async () => {
    expect(await at('CT')).toEqual({ center: 40, width: 400 });
    expect(await at('MR')).toEqual({ center: 127.5, width: 255 });
  });
});
