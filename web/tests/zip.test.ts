import { BlobReader, BlobWriter, ZipWriter, type ZipWriterAddDataOptions } from '@zip.js/zip.js';
import { afterEach, describe, expect, test } from 'vitest';
import type { Source } from '../upload/sources';
import { limits, RefusedZip, unzip } from '../upload/zip';

const usual = { ...limits };
afterEach(() => { Object.assign(limits, usual); });

const bytes = (length: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 7)) & 0xff);

async function pack(files: Record<string, Uint8Array<ArrayBuffer> | null>, options: ZipWriterAddDataOptions = {}): Promise<Blob> {
  const writer = new ZipWriter(new BlobWriter('application/zip'));
  for (const [name, content] of Object.entries(files)) {
    if (content) await writer.add(name, new BlobReader(new Blob([content])), { useWebWorkers: false, ...options });
    else await writer.add(name, undefined, { directory: true });
  }
  return writer.close();
}

const archive = (content: Blob): Source => ({ name: 'disk.ZIP', size: content.size, open: () => Promise.resolve(content) });

const refusal = async (content: Blob): Promise<string> => unzip(archive(content)).then(() => 'none', (error: unknown) => (error instanceof RefusedZip ? error.refusal : String(error)));

describe('an archive', () => {
  test.each([['deflated', 6], ['stored', 0]])('gives its %s files, under its own name, with their bytes', async (_, level) => {
    const files = { 'DICOM/': null, 'DICOM/Снимки/IM1': bytes(70_000), 'DICOM/../IM2': bytes(10), 'C:\\scans\\IM3': bytes(20), '/IM4': bytes(30), 'empty': bytes(0) };
    const sources = await unzip(archive(await pack(files, { level })));
    expect(sources.map((s) => [s.name, s.size])).toEqual([['disk/DICOM/Снимки/IM1', 70_000], ['disk/DICOM/IM2', 10], ['disk/scans/IM3', 20], ['disk/IM4', 30], ['disk/empty', 0]]);
    // The second time as after a lost connection.
    for (const source of [...sources, ...sources]) expect(new Uint8Array(await (await source.open()).arrayBuffer())).toEqual(bytes(source.size));
  });

  test('that is none, or is cut, is refused', async () => {
    const whole = await pack({ a: bytes(5000) });
    expect(await refusal(new Blob([bytes(3000)]))).toBe('damaged');
    expect(await refusal(whole.slice(0, whole.size - 30))).toBe('damaged');
  });

  test('that is encrypted is refused', async () => {
    expect(await refusal(await pack({ a: bytes(500) }, { password: 'secret', zipCrypto: true }))).toBe('encrypted');
  });

  test('of too many files or bytes, or one that swells too much, is refused before anything is unpacked', async () => {
    const content = await pack({ a: bytes(500), b: bytes(500), c: bytes(500) });
    limits.entries = 2;
    expect(await refusal(content)).toBe('entries');
    Object.assign(limits, usual, { totalBytes: 1499 });
    expect(await refusal(content)).toBe('total');
    Object.assign(limits, usual, { ratioFrom: 1000 });
    expect(await refusal(await pack({ a: new Uint8Array(2_000_000) }))).toBe('ratio');
    Object.assign(limits, usual);
    expect(await refusal(content)).toBe('none');
  });

  test('with a file that is larger than the directory says gives none of it', async () => {
    const lie = new Uint8Array(await (await pack({ a: bytes(5000) })).arrayBuffer());
    const entry = lie.findIndex((_, i) => lie[i] === 0x50 && lie[i + 1] === 0x4b && lie[i + 2] === 1 && lie[i + 3] === 2);
    new DataView(lie.buffer).setUint32(entry + 24, 100, true);
    const sources = await unzip(archive(new Blob([lie])));
    expect(sources.map((s) => s.size)).toEqual([100]);
    for (const source of sources) await expect(source.open()).rejects.toThrow();
  });
});
