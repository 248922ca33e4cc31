import type { Journal } from './journal';
import { NetworkLoss, Problem } from './rest';
import { Signal } from './signal';

export type SaveState = 'saved' | 'dirty' | 'saving' | 'offline' | 'signedOut' | 'stale' | 'refused';

export interface Saved<D> {
  revision: number;
  savedAt: string;
  document: D;
}

export interface AutosaveOptions<D> {
  key: string;
  revision: number;
  journal: Journal<D>;
  /** The document as it stands; `whole` asks for every mask's runs instead of references to known blobs. */
  snapshot: (whole: boolean) => D;
  send: (baseRevision: number, document: D) => Promise<Saved<D>>;
  /** The server took the document; `current` is false when edits were made in the meantime. */
  accepted: (saved: Saved<D>, current: boolean) => void;
  /** Somebody else saved first: the answer decides whose document stays. */
  resolveStale: (problem: Problem) => Promise<'theirs' | 'mine'>;
  /** Loads the server's state; for "theirs" the document is replaced by it. Gives the current revision. */
  reload: (replace: boolean) => Promise<number>;
  refused: (problem: Problem) => void;
  delayMs?: number;
  /** Until an edit stands in the journal: a tab that dies sooner loses no more than that. */
  journalMs?: number;
  retryMs?: number;
}

/**
 * Sends the document a moment after the last edit, one request at a time. Every unsent state also stands in the
 * journal, so that neither a lost network nor a closed tab loses a stroke.
 */
export class Autosave<D> {
  readonly state = new Signal<SaveState>('saved');
  revision: number;
  /** In the journal. */
  key: string;

  private version = 0;
  private savedVersion = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private noting: ReturnType<typeof setTimeout> | null = null;
  private running: Promise<boolean> | null = null;
  private sendWhole = false;
  private closed = false;

  constructor(private readonly options: AutosaveOptions<D>) {
    [this.revision, this.key] = [options.revision, options.key];
  }

  pending(): boolean {
    return this.version !== this.savedVersion;
  }

  /** Tells of an edit. */
  touch(): void {
    if (this.closed) return;
    this.version++;
    if (!['saving', 'offline', 'signedOut'].includes(this.state.value)) this.state.value = 'dirty';
    this.schedule(this.options.delayMs ?? 1500);
    this.noting ??= setTimeout(() => {
      this.noting = null;
      if (this.pending()) void this.note();
    }, this.options.journalMs ?? 300);
  }

  /** Saves now; true when everything is on the server. */
  async flush(): Promise<boolean> {
    this.cancelTimer();
    // Several may wait for the same request: whoever goes on first begins the next, and the others look again.
    while (this.running) await this.running.catch(() => false);
    if (!this.pending()) return true;
    this.running = this.save();
    try {
      return await this.running;
    } finally {
      this.running = null;
      if (this.pending() && this.state.value === 'dirty') this.schedule(this.options.delayMs ?? 1500);
    }
  }

  /**
   * Runs a request that itself writes the next revision (a decision): everything is sent before it, nothing is sent beside it. Null when
   * what stood here could not be sent.
   */
  async through<R extends { revision: number }>(work: (baseRevision: number) => Promise<R>): Promise<R | null> {
    do {
      if (!(await this.flush())) return null;
    } while (this.running || this.pending());
    this.state.value = 'saving';
    const job = work(this.revision);
    this.running = job.then(() => true, () => false);
    try {
      const result = await job;
      this.revision = result.revision;
      return result;
    } finally {
      this.running = null;
      this.state.value = this.pending() ? 'dirty' : 'saved';
    }
  }

  /** What another window left in the journal is on the screen: it stands there under its key until the server has it. */
  adopt(key: string): void {
    this.key = key;
    this.restore(this.revision);
  }

  /** After a document came from elsewhere: the next save sends everything, on top of the given revision. */
  restore(baseRevision: number): void {
    this.revision = baseRevision;
    this.sendWhole = true;
    this.touch();
  }

  /** An edit that is not noted yet is noted before the journal's key may go to another. */
  async close(): Promise<void> {
    this.closed = true;
    this.cancelTimer();
    if (this.noting === null) return;
    clearTimeout(this.noting);
    this.noting = null;
    if (this.pending()) await this.note();
  }

  private schedule(ms: number): void {
    this.cancelTimer();
    if (this.closed) return;
    this.timer = setTimeout(() => void this.flush(), ms);
  }

  private cancelTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private async forget(): Promise<void> {
    await this.options.journal.remove(this.key).catch(() => undefined);
  }

  private async note(): Promise<D> {
    const document = this.options.snapshot(true);
    await this.options.journal.write(this.key, { baseRevision: this.revision, at: new Date().toISOString(), document }).catch(() => undefined);
    return document;
  }

  private async save(): Promise<boolean> {
    const version = this.version;
    this.state.value = 'saving';
    const whole = await this.note();
    try {
      const saved = await this.options.send(this.revision, this.sendWhole ? whole : this.options.snapshot(false));
      this.revision = saved.revision;
      this.savedVersion = version;
      this.sendWhole = false;
      const current = this.version === version;
      if (current) await this.forget();
      this.options.accepted(saved, current);
      this.state.value = current ? 'saved' : 'dirty';
      return current;
    } catch (error) {
      return this.failed(error, version);
    }
  }

  private async failed(error: unknown, sent: number): Promise<boolean> {
    // A session that ended while the network was away is begun anew beside this page; the work waits like in any other loss.
    const signedOut = error instanceof Problem && error.status === 401;
    if (error instanceof NetworkLoss || signedOut) {
      this.state.value = signedOut ? 'signedOut' : 'offline';
      this.schedule(this.options.retryMs ?? 5000);
      return false;
    }
    if (!(error instanceof Problem)) throw error;
    if (!error.is('stale-revision')) {
      this.state.value = 'refused';
      this.options.refused(error);
      return false;
    }
    this.sendWhole = true;
    // The server keeps what it refuses: what was drawn while that was on its way is sent after it before anybody decides what to give up.
    if (this.version !== sent) return this.save();
    this.state.value = 'stale';
    const choice = await this.options.resolveStale(error);
    try {
      this.revision = await this.options.reload(choice === 'theirs');
    } catch (lost) {
      return this.failed(lost, sent);
    }
    if (choice === 'theirs') {
      this.savedVersion = this.version;
      await this.forget();
      this.state.value = 'saved';
      return true;
    }
    return this.save();
  }
}
