import { Autosave, type Saved } from '../shared/autosave';
import { NetworkLoss, Problem } from '../shared/rest';
import { Unsent } from '../shared/unsent';
import type { MemoryJournal } from './memoryJournal';

export interface Doc {
  schema: string;
  text: string;
}

export const doc = (text: string, schema = 's1'): Doc => ({ schema, text });

/** Answers a save as the platform does, in its order: who may draw at all, whose revision it is made on, which schema. All but the first refusal keep what was sent. */
export class Server {
  schema = 's1';
  online = true;
  signedIn = true;
  mayDraw = true;
  locked = false;
  broken = false;
  sent = 0;
  readonly revisions: Doc[] = [];
  readonly drafts: Doc[] = [];

  get revision(): number {
    return this.revisions.length;
  }

  send = (base: number, document: Doc): Promise<Saved<Doc>> => {
    this.sent++;
    const refusal = this.refusal(base, document);
    if (refusal) return Promise.reject(refusal);
    this.revisions.push(document);
    return Promise.resolve({ revision: this.revision, savedAt: '', document });
  };

  private refusal(base: number, document: Doc): Error | null {
    if (!this.online) return new NetworkLoss();
    if (!this.signedIn) return new Problem({}, 401);
    if (this.broken) return new Problem({ type: 'about:blank', title: 'broken' }, 500);
    if (!this.mayDraw) return new Problem({ type: 'https://x/labelling/validator-does-not-draw' }, 409);
    if (this.locked) return this.keep(document, 'reading-is-locked', 409);
    if (base !== this.revision) return this.keep(document, 'stale-revision', 409, { currentRevision: this.revision, savedAt: '2026-01-01T00:00:00Z' });
    return document.schema === this.schema ? null : this.keep(document, 'document-does-not-fit-schema', 422, { reason: 'other-schema' });
  }

  private keep(document: Doc, type: string, status: number, more: Record<string, unknown> = {}): Problem {
    if (!this.drafts.some((d) => d.text === document.text)) this.drafts.push(document);
    return new Problem({ type: `https://x/labelling/${type}`, title: type, draft: `draft-${document.text}`, ...more }, status);
  }
}

/** One window with the reading: what it shows, and what it has told its reader. */
export class Window {
  screen: Doc;
  readonly told: string[] = [];
  readonly autosave: Autosave<Doc>;
  readonly unsent: Unsent<Doc>;
  answer: () => 'theirs' | 'mine' = () => 'theirs';

  constructor(name: string, server: Server, journal: MemoryJournal<Doc>) {
    const schema = server.schema;
    this.screen = server.revisions.at(-1) ?? doc('', schema);
    const claims = journal.window();
    const ask = (): Promise<'theirs' | 'mine'> => {
      this.told.push('asked');
      return Promise.resolve(this.answer());
    };
    const reload = (replaces: boolean): Promise<number> => {
      if (!server.online) return Promise.reject(new NetworkLoss());
      if (replaces) this.screen = server.revisions.at(-1) ?? this.screen;
      return Promise.resolve(server.revision);
    };
    this.autosave = new Autosave<Doc>({
      key: `r/${name}`, revision: server.revision, journal, send: server.send, reload, resolveStale: ask,
      snapshot: () => this.screen, accepted: () => undefined, refused: () => { this.told.push('refused'); },
    });
    void claims.take(this.autosave.key);
    this.unsent = new Unsent<Doc>(this.autosave, {
      name: 'r', journal, claims, send: server.send, reload, resolveStale: ask,
      fits: (d) => d.schema === schema,
      show: (d) => { this.screen = d; },
      restored: () => { this.told.push('restored'); },
      kept: () => { this.told.push('kept'); },
      waits: () => { this.told.push('waits'); },
      failed: () => { this.told.push('failed'); },
    });
  }

  draw(text: string): void {
    this.screen = { ...this.screen, text };
    this.autosave.touch();
  }

  async close(): Promise<void> {
    await this.autosave.flush();
    await this.autosave.close();
    this.unsent.close();
  }
}
