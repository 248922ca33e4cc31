import type { Api } from '../shared/contract';
import { NetworkLoss, Problem, type Rest } from '../shared/rest';
import { Signal } from '../shared/signal';
import { contentHash } from './hash';
import type { Source } from './sources';

export type Outcome = 'waiting' | 'sending' | 'accepted' | 'quarantined' | 'duplicate' | 'refused' | 'known' | 'failed' | 'skipped';
export type Phase = 'asking' | 'sending' | 'paused' | 'waiting' | 'done' | 'cancelled' | 'stopped';

export interface Item {
  name: string;
  size: number;
  outcome: Outcome;
  reason: string;
  source: Source | null;
  /** By which the batch's report names a refused file: the server keeps no names. */
  number: number | null;
}

/** A file whose fate is known before anything is sent: never wanted, or an archive that may not be unpacked. */
export interface Settled {
  name: string;
  size: number;
  outcome: 'skipped' | 'refused';
  reason: string;
}

/** Goes on with another choice of files: what became of the earlier ones stays in the list. */
const settledAlready = (items: readonly Item[]): Item[] => items.filter((item) => item.outcome !== 'waiting' && item.outcome !== 'sending');

const parallel = 3;
const attempts = 8;
const knownAtOnce = 500;
/** Answers that concern the whole sending and not one file: signed out, not allowed, no such batch, batch closed. */
const fatal = new Set([401, 403, 404, 409]);

const sentence = (title: string, detail = ''): string => (detail ? `${title.replace(/[.!?]$/, '')}. ${detail}` : title);

/** Sends files one by one, a few at a time, and keeps every file's outcome. */
export class Sending {
  readonly changed = new Signal(0);
  readonly items: Item[];
  phase: Phase = 'asking';
  problem: Problem | null = null;
  /** When the next attempt comes after a lost connection, ms since the epoch. */
  retryAt = 0;
  private paused: { promise: Promise<void>; release: () => void; during: Phase } | null = null;
  private readonly abort = new AbortController();
  private readonly marks: { at: number; bytes: number }[] = [];

  constructor(
    private readonly rest: Rest,
    private readonly batch: string,
    sources: readonly Source[],
    settled: readonly Settled[],
    private readonly unreadable: string,
    private readonly noNetwork: string,
    earlier: readonly Item[] = [],
    private readonly pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); }),
  ) {
    this.items = [
      ...settledAlready(earlier),
      ...settled.map((s): Item => ({ ...s, source: null, number: null })),
      ...sources.map((source): Item => ({ name: source.name, size: source.size, outcome: 'waiting', reason: '', source, number: null })),
    ];
  }

  count(outcome: Outcome): number {
    return this.items.filter((item) => item.outcome === outcome).length;
  }

  /** Files and bytes that need no more work, of those that are to be sent. */
  progress(): { files: number; totalFiles: number; bytes: number; totalBytes: number; rate: number } {
    const wanted = this.items.filter((item) => item.outcome !== 'skipped' && (item.source !== null || item.outcome !== 'refused'));
    const over = wanted.filter((item) => item.outcome !== 'waiting' && item.outcome !== 'sending');
    const sum = (items: Item[]): number => items.reduce((total, item) => total + item.size, 0);
    const [first, last] = [this.marks[0], this.marks.at(-1)];
    const span = first && last ? (last.at - first.at) / 1000 : 0;
    const moved = this.marks.slice(1).reduce((total, mark) => total + mark.bytes, 0);
    return { files: over.length, totalFiles: wanted.length, bytes: sum(over), totalBytes: sum(wanted), rate: span > 0.2 ? moved / span : 0 };
  }

  async run(): Promise<void> {
    try {
      await this.askKnown();
      await this.held();
      this.phase = 'sending';
      this.tell();
      const queue = this.items.filter((item) => item.outcome === 'waiting');
      await Promise.all(Array.from({ length: parallel }, () => this.work(queue)));
      if (!this.over()) this.phase = 'done';
    } catch (error) {
      if (!this.abort.signal.aborted) this.stop(error);
    }
    // Held while the last files were on their way: nothing is left to hold, and another try is not to wait for it.
    this.paused = null;
    this.tell();
  }

  /** Sends again what could not be sent. */
  async retry(): Promise<void> {
    for (const item of this.items) if (item.outcome === 'failed') [item.outcome, item.reason] = ['waiting', ''];
    await this.run();
  }

  /** Something is still to be sent: not to be left without a word. */
  get busy(): boolean {
    return this.phase !== 'done' && !this.over();
  }

  /** Nothing new begins until it is resumed, whatever the sending is at. */
  hold(): void {
    if (this.paused || !this.busy) return;
    let release = (): void => undefined;
    const promise = new Promise<void>((resolve) => { release = resolve; });
    this.paused = { promise, release, during: this.phase };
    this.phase = 'paused';
    this.marks.length = 0;
    this.tell();
  }

  resume(): void {
    if (this.phase === 'paused' && this.paused) this.phase = this.paused.during;
    this.paused?.release();
    this.paused = null;
    this.tell();
  }

  cancel(): void {
    this.phase = 'cancelled';
    this.abort.abort();
    this.paused?.release();
    this.paused = null;
    for (const item of this.items) if (item.outcome === 'sending') item.outcome = 'waiting';
    this.tell();
  }

  async close(): Promise<string> {
    return (await this.rest.post<Api['CloseBatchResponse']>(`/api/v1/batches/${this.batch}/close`, {})).jobId;
  }

  private async held(): Promise<void> {
    await this.paused?.promise;
    this.abort.signal.throwIfAborted();
  }

  private over(): boolean {
    return this.phase === 'cancelled' || this.phase === 'stopped';
  }

  /** An interrupted sending goes on where it stopped: the server tells files that it already has by their bytes. */
  private async askKnown(): Promise<void> {
    this.phase = 'asking';
    this.tell();
    if ((await this.ask([])).judged === 0) return;
    const waiting = this.items.filter((item) => item.outcome === 'waiting');
    for (let at = 0; at < waiting.length; at += knownAtOnce) {
      const hashes = new Map<Item, string>();
      for (const item of waiting.slice(at, at + knownAtOnce)) {
        await this.held();
        const hash = await this.hash(item);
        if (hash) hashes.set(item, hash);
      }
      await this.held();
      const known = new Set((await this.ask([...hashes.values()])).known);
      for (const [item, hash] of hashes) if (known.has(hash)) item.outcome = 'known';
      this.tell();
    }
  }

  private ask(files: string[]): Promise<Api['FindKnownFilesResponse']> {
    return this.patiently(() => this.rest.post<Api['FindKnownFilesResponse']>(`/api/v1/batches/${this.batch}/known`, { files }, this.abort.signal));
  }

  /** What cannot be read is not known: the sending tells why. */
  private async hash(item: Item): Promise<string | null> {
    try {
      return item.source ? await contentHash(await item.source.open()) : null;
    } catch {
      return null;
    }
  }

  private async work(queue: Item[]): Promise<void> {
    for (let item = queue.shift(); item && !this.over(); item = queue.shift()) {
      await this.paused?.promise;
      if (this.over()) return;
      await this.sendOne(item);
    }
  }

  private async sendOne(item: Item): Promise<void> {
    item.outcome = 'sending';
    this.tell();
    const bytes = await item.source?.open().catch(() => null);
    if (!bytes) {
      [item.outcome, item.reason] = ['failed', this.unreadable];
      this.tell();
      return;
    }
    const url = `/api/v1/batches/${this.batch}/files`;
    try {
      const answer = await this.patiently(() => this.rest.postBytes<Api['ReceiveFileResponse']>(url, bytes, this.abort.signal));
      item.outcome = answer.outcome;
      item.number = answer.number;
      item.reason = answer.reason ? sentence(answer.reason.title, answer.reason.detail) : '';
      this.mark(item.size);
    } catch (error) {
      if (this.abort.signal.aborted) {
        if (item.outcome === 'sending') item.outcome = 'waiting';
      } else if (error instanceof NetworkLoss) [item.outcome, item.reason] = ['failed', this.noNetwork];
      else if (error instanceof Problem && !fatal.has(error.status)) {
        item.outcome = error.status >= 500 ? 'failed' : 'refused';
        item.reason = sentence(error.title, error.detail);
      } else {
        item.outcome = 'waiting';
        this.stop(error);
      }
    }
    this.tell();
  }

  /** Repeats after a lost connection with growing pauses: 1, 2, 4 … 30 s. */
  private async patiently<T>(work: () => Promise<T>): Promise<T> {
    const before = this.phase === 'asking' ? 'asking' : 'sending';
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await work();
        if (this.phase === 'waiting') this.phase = before;
        return result;
      } catch (error) {
        const again = error instanceof NetworkLoss || (error instanceof Problem && error.status === 429);
        if (!again || attempt >= attempts || this.over()) throw error;
        const wait = Math.min(30_000, 1000 * 2 ** (attempt - 1));
        if (this.phase === before) this.phase = 'waiting';
        this.retryAt = Date.now() + wait;
        this.tell();
        await this.pause(wait);
        await this.held();
      }
    }
  }

  private stop(error: unknown): void {
    if (!(error instanceof Problem) && !(error instanceof NetworkLoss)) throw error;
    this.phase = 'stopped';
    this.problem = error instanceof Problem ? error : new Problem({ title: this.noNetwork }, 0);
    this.abort.abort();
    this.paused?.release();
  }

  /** The rate is that of the last files, so that the time left follows the line. */
  private mark(bytes: number): void {
    this.marks.push({ at: performance.now(), bytes });
    if (this.marks.length > 60) this.marks.shift();
  }

  private tell(): void {
    this.changed.value++;
  }
}
