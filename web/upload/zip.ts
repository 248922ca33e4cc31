import { BlobReader, configure, ZipReader, type Entry, type FileEntry } from '@zip.js/zip.js';
import type { Source } from './sources';

// The browser's own decompression needs neither a worker from a blob nor WebAssembly, which a page's policy may forbid.
configure({ useWebWorkers: false, useCompressionStream: true });

export const limits = { entries: 200_000, totalBytes: 500 * 2 ** 30, ratio: 300, ratioFrom: 8 * 2 ** 20 };

export type ZipRefusal = 'encrypted' | 'damaged' | 'entries' | 'total' | 'ratio' | 'larger';

/** The archive may not be unpacked; nothing of it is sent. */
export class RefusedZip extends Error {
  constructor(readonly refusal: ZipRefusal) {
    super(refusal);
  }
}

/**
 * The files of an archive, each unpacked when its turn comes, so that memory holds a few files and not the archive.
 * Throws RefusedZip by what the directory declares; an entry that turns out larger than declared throws when opened.
 */
export async function unzip(archive: Source): Promise<Source[]> {
  // Nothing is written under these names: one that leads out of its folder, as of a disk C:, is shortened and no reason to refuse the archive.
  const reader = new ZipReader(new BlobReader(await archive.open()), { filenameValidation: 'tolerant' });
  const entries: FileEntry[] = [];
  let total = 0;
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      if (isFolder(entry)) continue;
      entries.push(entry);
      total += entry.uncompressedSize;
      check(entry, entries.length, total);
    }
  } catch (error) {
    if (error instanceof RefusedZip) throw error;
    throw new RefusedZip('damaged');
  }
  const folder = archive.name.replace(/\.zip$/i, '');
  return entries.map((entry) => ({
    name: `${folder}/${safePath(entry.filename)}`,
    size: entry.uncompressedSize,
    open: () => extract(entry),
  }));
}

const isFolder = (entry: Entry): entry is Exclude<Entry, FileEntry> => entry.directory;

function check(entry: FileEntry, count: number, total: number): void {
  if (entry.encrypted) throw new RefusedZip('encrypted');
  if (count > limits.entries) throw new RefusedZip('entries');
  if (total > limits.totalBytes) throw new RefusedZip('total');
  if (suspicious(entry.uncompressedSize, entry.compressedSize)) throw new RefusedZip('ratio');
}

/** A bomb by its ratio; small files compress to almost nothing honestly. */
export function suspicious(uncompressed: number, compressed: number): boolean {
  return uncompressed > limits.ratioFrom && uncompressed > Math.max(1, compressed) * limits.ratio;
}

/** Names are only labels for the server, but `..` and drive letters have no place in them. */
export function safePath(name: string): string {
  return name.replaceAll('\\', '/').split('/').filter((part) => part !== '' && part !== '.' && part !== '..' && !/^[a-z]:$/i.test(part)).join('/');
}

async function extract(entry: FileEntry): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const sink = new WritableStream<Uint8Array<ArrayBuffer>>({
    write: (chunk) => {
      size += chunk.byteLength;
      // What the directory declared was checked; more than that is a lie.
      if (size > entry.uncompressedSize) throw new RefusedZip('larger');
      parts.push(chunk);
    },
  });
  await entry.getData(sink);
  return new Blob(parts);
}
