export interface JournalEntry<D> {
  baseRevision: number;
  at: string;
  document: D;
}

/** Where unsent work waits for the network or for the next opening of the page. Each window writes under a key of its own. */
export interface Journal<D> {
  /** Keys that are the name, or begin with it and a slash. */
  keys(name: string): Promise<string[]>;
  read(key: string): Promise<JournalEntry<D> | null>;
  write(key: string, entry: JournalEntry<D>): Promise<void>;
  remove(key: string): Promise<void>;
}

/** Keys of the journal belong to one window at a time, for as long as it is open. */
export interface Claims {
  /** False while another window has it. */
  take(key: string): Promise<boolean>;
  /** Lets all go that were taken; nothing is taken after that. */
  release(): void;
}

/** By locks that the browser lets go when their window closes or dies. Where it has none (plain HTTP) every key is free. */
export class LockClaims implements Claims {
  private readonly held = new Map<string, () => void>();
  private over = false;

  constructor(private readonly scope: string) {}

  take(key: string): Promise<boolean> {
    if (this.over) return Promise.resolve(false);
    if (this.held.has(key) || !('locks' in navigator)) return Promise.resolve(true);
    return new Promise((resolve, reject) => {
      navigator.locks.request(`${this.scope}/${key}`, { ifAvailable: true }, (lock) => {
        if (!lock || this.over) {
          resolve(false);
          return undefined;
        }
        return new Promise<void>((end) => {
          this.held.set(key, end);
          resolve(true);
        });
      }).catch(reject);
    });
  }

  release(): void {
    this.over = true;
    for (const end of this.held.values()) end();
    this.held.clear();
  }
}

/** One object store in IndexedDB: masks of a whole study are far beyond what localStorage takes. */
export class IndexedDbJournal<D> implements Journal<D> {
  private opened: Promise<IDBDatabase> | null = null;

  constructor(
    private readonly database: string,
    private readonly store: string,
  ) {}

  async keys(name: string): Promise<string[]> {
    const range = IDBKeyRange.bound(name, `${name}/\uffff`);
    const keys = await this.run('readonly', (store) => store.getAllKeys(range));
    return keys.filter((key) => typeof key === 'string');
  }

  async read(key: string): Promise<JournalEntry<D> | null> {
    return (await this.run('readonly', (store) => store.get(key) as IDBRequest<JournalEntry<D> | undefined>)) ?? null;
  }

  async write(key: string, entry: JournalEntry<D>): Promise<void> {
    await this.run('readwrite', (store) => store.put(entry, key));
  }

  async remove(key: string): Promise<void> {
    await this.run('readwrite', (store) => store.delete(key));
  }

  private async run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const database = await (this.opened ??= this.open());
    return new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(this.store, mode);
      const request = work(transaction.objectStore(this.store));
      transaction.oncomplete = () => {
        resolve(request.result);
      };
      transaction.onerror = transaction.onabort = () => {
        reject(transaction.error ?? new Error('IndexedDB transaction failed'));
      };
    });
  }

  private open(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(this.database, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore(this.store);
      };
      request.onsuccess = () => {
        resolve(request.result);
      };
      request.onerror = () => {
        reject(request.error ?? new Error('IndexedDB cannot be opened'));
      };
    });
  }
}
