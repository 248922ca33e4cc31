import type { Key } from './text';

/** One file to send; its bytes are read only when its turn comes. */
export interface Source {
  /** The path inside what was chosen, with `/`. */
  name: string;
  size: number;
  open(): Promise<Blob>;
}

/** Files the platform never wants, told before they leave the machine. */
export function skipReason(name: string, size: number): Key | null {
  const last = name.split('/').at(-1) ?? name;
  if (name.startsWith('__MACOSX/') || name.includes('/__MACOSX/') || /^(\.DS_Store|Thumbs\.db|desktop\.ini|\._.*)$/i.test(last)) return 'upload.reason.system';
  if (/^DICOMDIR$/i.test(last)) return 'upload.reason.dicomdir';
  return size === 0 ? 'upload.reason.empty' : null;
}

export const isZip = (name: string): boolean => /\.zip$/i.test(name);

export function fromFiles(files: Iterable<File>): Source[] {
  return [...files].map((file) => ({ name: file.webkitRelativePath || file.name, size: file.size, open: () => Promise.resolve(file) }));
}

/** Walks dropped folders. The entries must be taken from the event before anything is awaited. */
export async function fromDrop(transfer: DataTransfer): Promise<Source[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const found = await Promise.all(entries.map(walk));
  return found.flat();
}

async function walk(entry: FileSystemEntry): Promise<Source[]> {
  const name = entry.fullPath.replace(/^\//, '');
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => { (entry as FileSystemFileEntry).file(resolve, reject); });
    return [{ name, size: file.size, open: () => Promise.resolve(file) }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: Source[] = [];
  // readEntries gives at most a hundred at a time and an empty list at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (some.length === 0) return found;
    for (const each of some) found.push(...(await walk(each)));
  }
}
