import type { Claims, Journal, JournalEntry } from '../shared/journal';

/** The journal of one browser, whichever of its windows writes. */
export class MemoryJournal<D> implements Journal<D> {
  readonly entries = new Map<string, JournalEntry<D>>();
  readonly held = new Set<string>();
  keys = (name: string): Promise<string[]> => Promise.resolve([...this.entries.keys()].filter((key) => key === name || key.startsWith(`${name}/`)));
  read = (key: string): Promise<JournalEntry<D> | null> => Promise.resolve(this.entries.get(key) ?? null);
  write = (key: string, entry: JournalEntry<D>): Promise<void> => Promise.resolve(void this.entries.set(key, entry));
  remove = (key: string): Promise<void> => Promise.resolve(void this.entries.delete(key));

  documents(): D[] {
    return [...this.entries.values()].map((entry) => entry.document);
  }

  /** What one window may hold of its keys. */
  window(): Claims {
    const mine = new Set<string>();
    return {
      take: (key) => {
        if (this.held.has(key) && !mine.has(key)) return Promise.resolve(false);
        mine.add(key);
        this.held.add(key);
        return Promise.resolve(true);
      },
      release: () => { for (const key of mine) this.held.delete(key); },
    };
  }
}
