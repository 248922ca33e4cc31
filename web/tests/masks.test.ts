import { describe, expect, test } from 'vitest';
import { Bitmap } from '../radiology/model/bitmap';
import { decodeRuns, encodeRuns, fromBase64, toBase64 } from '../radiology/model/runs';
import { fillPolygon, paintCapsule, simplify } from '../radiology/model/raster';

/** A small linear congruential generator: the same "random" masks in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
}

function noise(rows: number, columns: number, seed: number, share: number): Bitmap {
  const bitmap = new Bitmap(rows, columns);
  const next = seeded(seed);
  for (let y = 0; y < rows; y++) for (let x = 0; x < columns; x++) if (next() < share) bitmap.set(x, y, true);
  return bitmap;
}

describe('mask runs', () => {
  test('an empty frame is one run of background', () => {
    expect([...encodeRuns(new Bitmap(2, 3))]).toEqual([6]);
  });

  test('a mask that begins in the first pixel has a zero background run first', () => {
    const bitmap = new Bitmap(1, 4);
    bitmap.set(0, 0, true);
    bitmap.set(1, 0, true);
    expect([...encodeRuns(bitmap)]).toEqual([0, 2, 2]);
  });

  test('lengths above 127 are little-endian varints', () => {
    const bitmap = new Bitmap(1, 1000);
    bitmap.set(300, 0, true);
    // 300 = 0b10_0101100, 699 = 0b101_0111011
    expect([...encodeRuns(bitmap)]).toEqual([0xac, 0x02, 1, 0xbb, 0x05]);
  });

  test.each([[512, 512, 0.5], [7, 5, 0.3], [33, 65, 0.9], [64, 64, 0.01]])('%i × %i pixels survive the journey there and back', (rows, columns, share) => {
    const bitmap = noise(rows, columns, rows * 31 + columns, share);
    const back = decodeRuns(fromBase64(toBase64(encodeRuns(bitmap))), rows, columns);
    expect(back.bits).toEqual(bitmap.bits);
    expect(back.count()).toBe(bitmap.count());
  });

  test('runs that do not fill the frame are refused', () => {
    expect(() => decodeRuns(Uint8Array.from([5]), 2, 3)).toThrow(RangeError);
    expect(() => decodeRuns(Uint8Array.from([7]), 2, 3)).toThrow(RangeError);
    expect(() => decodeRuns(Uint8Array.from([0x86]), 2, 3)).toThrow(RangeError);
  });
});

describe('painting', () => {
  test('a brush of half a pixel paints the pixel under it and no other', () => {
    const bitmap = new Bitmap(8, 8);
    paintCapsule(bitmap, [3.5, 4.5], [3.5, 4.5], 0.5, true);
    expect(bitmap.count()).toBe(1);
    expect(bitmap.get(3, 4)).toBe(true);
  });

  test('a fast stroke leaves no gaps', () => {
    const bitmap = new Bitmap(20, 60);
    paintCapsule(bitmap, [5, 10], [55, 10], 2, true);
    for (let x = 5; x < 55; x++) expect(bitmap.get(x, 10)).toBe(true);
  });

  test('pixels outside the intensity range stay as they are', () => {
    const bitmap = new Bitmap(10, 10);
    paintCapsule(bitmap, [5, 5], [5, 5], 4, true, (x) => x < 5);
    for (let y = 0; y < 10; y++) for (let x = 5; x < 10; x++) expect(bitmap.get(x, y)).toBe(false);
    expect(bitmap.get(4, 5)).toBe(true);
  });

  test('a rectangle drawn along pixel corners fills exactly those pixels', () => {
    const bitmap = new Bitmap(10, 10);
    fillPolygon(bitmap, [[2, 3], [6, 3], [6, 5], [2, 5]], true);
    expect(bitmap.count()).toBe(8);
    expect(bitmap.get(2, 3) && bitmap.get(5, 4)).toBe(true);
    expect(bitmap.get(6, 4) || bitmap.get(2, 5)).toBe(false);
  });

  test('a polygon that reaches past the frame is cut at its border', () => {
    const bitmap = new Bitmap(4, 4);
    fillPolygon(bitmap, [[-5, -5], [9, -5], [9, 9], [-5, 9]], true);
    expect(bitmap.count()).toBe(16);
  });

  test('a straight freehand line keeps its two ends only', () => {
    expect(simplify([[0, 0], [1, 0.1], [2, -0.1], [3, 0]], 0.5)).toEqual([[0, 0], [3, 0]]);
  });
});
