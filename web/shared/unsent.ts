import type { Autosave, Saved } from './autosave';
import type { Claims, Journal, JournalEntry } from './journal';
import { NetworkLoss, Problem } from './rest';

export interface UnsentOptions<D> {
  /** What the keys of one document begin with, whichever window wrote them. */
  name: string;
  journal: Journal<D>;
  claims: Claims;
  send: (baseRevision: number, document: D) => Promise<Saved<D>>;
  /** Whether the page that is open can show the document. */
  fits: (document: D) => boolean;
  /** Puts a document on the screen in place of what is there. */
  show: (document: D) => void;
  /** Loads the server's state; when it `replaces`, also onto the screen. Gives the current revision. */
  reload: (replaces: boolean) => Promise<number>;
  /** The server has a newer revision and keeps what it refused: the answer decides which of both is on the screen. */
  resolveStale: (problem: Problem, baseRevision: number) => Promise<'theirs' | 'mine'>;
  restored: () => void;
  /** The server could not take it, and keeps it beside. */
  kept: (problem: Problem) => void;
  /** It stays in the journal until there is a network, or a session. Told once. */
  waits: () => void;
  /** It stays in the journal, and the next opening of the page tries again. */
  failed: (error: unknown) => void;
  retryMs?: number;
}

type Left<D> = JournalEntry<D> & { key: string };

const isKept = (problem: Problem): boolean => typeof problem.body['draft'] === 'string';

/**
 * What windows that are closed could not send. It comes onto the screen where it continues what stands there; else it is sent as it is, for
 * the server to refuse and to keep. Nothing leaves the journal before the server has said that it holds it.
 */
export class Unsent<D> {
  private timer: ReturnType<typeof setTimeout> | null = null;
  private closed = false;
  private told = false;
  /** Refused and not kept: this page does not try them again. */
  private readonly left = new Set<string>();

  constructor(
    private readonly autosave: Autosave<D>,
    private readonly options: UnsentOptions<D>,
  ) {}

  bringBack(): Promise<void> {
    return this.round(false);
  }

  close(): void {
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.options.claims.release();
  }

  /** @param late Somebody works on the page already: it asks nothing, and what does not fit is only told. */
  private async round(late: boolean): Promise<void> {
    const { entries, held } = await this.find().catch(() => ({ entries: [], held: false }));
    let waits = held;
    for (const entry of entries) {
      if (this.closed) return;
      if (await this.one(entry, late)) continue;
      waits = true;
      break;
    }
    if (waits && !this.closed) this.timer = setTimeout(() => void this.round(true), this.options.retryMs ?? 5000);
  }

  /** The oldest first; `held` when another window that is open has written some: they are its own until it closes. */
  private async find(): Promise<{ entries: Left<D>[]; held: boolean }> {
    const { journal, claims, name } = this.options;
    const entries: Left<D>[] = [];
    let held = false;
    for (const key of await journal.keys(name)) {
      if (key === this.autosave.key || this.left.has(key)) continue;
      if (!(await claims.take(key))) {
        held = true;
        continue;
      }
      const entry = await journal.read(key);
      if (entry) entries.push({ ...entry, key });
    }
    return { entries: entries.sort((a, b) => a.at.localeCompare(b.at)), held };
  }

  /** False when it has to be tried again. */
  private async one(entry: Left<D>, late: boolean): Promise<boolean> {
    const { autosave, options } = this;
    const { key, baseRevision, document } = entry;
    // What has been drawn here goes first: nothing is put over it.
    if (!(await autosave.flush()) && ['offline', 'signedOut'].includes(autosave.state.value)) return this.waits();
    if (this.closed) return false;
    if (baseRevision === autosave.revision && !autosave.pending() && options.fits(document)) {
      options.show(document);
      autosave.adopt(key);
      options.restored();
      return true;
    }
    try {
      await options.send(baseRevision, document);
    } catch (error) {
      return this.refused(error, entry, late);
    }
    await this.forget(key);
    if (!autosave.pending()) await this.reload(true);
    options.restored();
    return true;
  }

  private async refused(error: unknown, { key, baseRevision, document }: Left<D>, late: boolean): Promise<boolean> {
    const { autosave, options } = this;
    if (error instanceof NetworkLoss || (error instanceof Problem && error.status === 401)) return this.waits();
    if (!(error instanceof Problem) || !isKept(error)) {
      this.left.add(key);
      options.failed(error);
      return true;
    }
    await this.forget(key);
    if (late || !error.is('stale-revision') || !options.fits(document)) {
      options.kept(error);
      return true;
    }
    const choice = await options.resolveStale(error, baseRevision);
    // Drawn while the answer was on its way: what cannot be sent stays on the screen, and the other is opened from where the server keeps it.
    if (!(await autosave.flush())) {
      options.kept(error);
      return true;
    }
    await this.reload(choice === 'theirs');
    if (choice === 'mine') {
      options.show(document);
      autosave.restore(autosave.revision);
      options.restored();
    }
    return true;
  }

  private async reload(replaces: boolean): Promise<void> {
    try {
      this.autosave.revision = await this.options.reload(replaces);
    } catch (error) {
      this.options.failed(error);
    }
  }

  private async forget(key: string): Promise<void> {
    await this.options.journal.remove(key).catch(() => undefined);
  }

  private waits(): false {
    if (!this.told) this.options.waits();
    this.told = true;
    return false;
  }
}
