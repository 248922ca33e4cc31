export interface JournalEntry<D> {
  baseRevision: number;
  at: string;
  document: D;
}

/** Where unsent work waits for the network or for the next opening of the page. */
export interface Journal<D> {
  read(key: string): Promise<JournalEntry<D> | null>;
  write(key: string, entry: JournalEntry<D>): Promise<void>;
  remove(key: string): Promise<void>;
}

/** One object store in IndexedDB: masks of a whole study are far beyond what localStorage takes. */
export class IndexedDbJournal<D> implements Journal<D> {
  private opened: Promise<IDBDatabase> | null = null;

  constructor(
    private readonly database: string,
    private readonly store: string,
  ) {}

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
