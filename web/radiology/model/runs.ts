import { Bitmap } from './bitmap';

/**
 * Alternating background and foreground run lengths as unsigned LEB128 varints, beginning with background (which may be
 * 0), row-major from the top left, summing to rows × columns.
 */
export function encodeRuns(bitmap: Bitmap): Uint8Array {
  const out: number[] = [];
  const total = bitmap.rows * bitmap.columns;
  let foreground = false;
  let start = 0;
  for (let at = 0; at < total; ) {
    const byte = bitmap.bits[at >> 3] ?? 0;
    if ((at & 7) === 0 && at + 8 <= total && byte === (foreground ? 0xff : 0)) {
      at += 8;
      continue;
    }
    if (((byte >> (at & 7)) & 1) !== Number(foreground)) {
      varint(out, at - start);
      start = at;
      foreground = !foreground;
    }
    at++;
  }
  varint(out, total - start);
  return Uint8Array.from(out);
}

/** Throws RangeError when the runs do not fill the frame exactly. */
export function decodeRuns(bytes: Uint8Array, rows: number, columns: number): Bitmap {
  const bitmap = new Bitmap(rows, columns);
  const total = rows * columns;
  let at = 0;
  let foreground = false;
  for (let read = 0; read < bytes.length; ) {
    let length = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[read++];
      if (byte === undefined) throw new RangeError('A run length ends in the middle of a varint.');
      length += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
    }
    if (at + length > total) throw new RangeError('The runs are longer than the frame.');
    if (foreground) fill(bitmap.bits, at, at + length);
    at += length;
    foreground = !foreground;
  }
  if (at !== total) throw new RangeError('The runs do not fill the frame.');
  return bitmap;
}

function fill(bits: Uint8Array, from: number, to: number): void {
  let at = from;
  for (; at < to && (at & 7) !== 0; at++) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
  const wholeEnd = Math.max(at, to & ~7);
  bits.fill(0xff, at >> 3, wholeEnd >> 3);
  for (at = wholeEnd; at < to; at++) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
}

function varint(out: number[], value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) out.push((rest % 128) | 0x80);
  out.push(rest);
}

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}
