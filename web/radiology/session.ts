import type { Answer, Api, LabelClass, LabelDocument, Question, Reading, SideDraft } from '../shared/contract';
import { Autosave, type Saved } from '../shared/autosave';
import { ask, toast } from '../shared/dialogs';
import { h } from '../shared/dom';
import { IndexedDbJournal, LockClaims } from '../shared/journal';
import { NetworkLoss, Problem } from '../shared/rest';
import { Signal } from '../shared/signal';
import { Unsent } from '../shared/unsent';
import { equal } from './model/adopt';
import type { MaskSlice } from './model/labels';
import { unconfirmed, type PreLabelled } from './model/preLabels';
import { placeWords, type Remarks } from './remarks';
import { askStale } from './stale';
import type { Workbench } from './workbench';

const journal = new IndexedDbJournal<LabelDocument>('pirogov-workbench', 'readings');

export const answered = (answer: Answer | undefined): boolean => {
  if (!answer) return false;
  if (answer.cannotAssess) return true;
  const { value } = answer;
  return Array.isArray(value) ? value.length > 0 : value !== null && value !== '';
};

export function reportProblem(wb: Workbench, error: unknown): void {
  if (error instanceof Problem) {
    toast('error', error.title, error.detail, wb.t('workbench.close'));
    return;
  }
  if (error instanceof NetworkLoss) {
    toast('error', wb.t('workbench.network.title'), wb.t('workbench.network.detail'), wb.t('workbench.close'));
    return;
  }
  throw error;
}

/** Saving, submitting and validating of the open reading. */
export class Session {
  readonly autosave: Autosave<LabelDocument> | null;
  /** Refused saves that the server keeps. */
  readonly kept = new Signal<readonly SideDraft[]>([]);
  private readonly unsent: Unsent<LabelDocument> | null;
  private quiet = false;
  private sent = new Map<MaskSlice, number>();

  constructor(private readonly wb: Workbench, private readonly remarks: Remarks, private readonly opened: (next: string | null) => void) {
    this.autosave = wb.reading && !wb.readOnly ? this.makeAutosave(wb.reading) : null;
    this.unsent = this.autosave && wb.reading && this.makeUnsent(wb.reading, this.autosave);
    document.body.dataset['savedRevision'] = String(wb.reading?.revision ?? 0);
  }

  /** Forgets the history without taking that for an edit: the document is as the server has it. */
  forgetHistory(): void {
    this.quiet = true;
    this.wb.undo.clear();
    this.quiet = false;
  }

  /** Brings back what an earlier page could not send. */
  async restore(): Promise<void> {
    await this.unsent?.bringBack();
  }

  async submit(): Promise<void> {
    const { wb, autosave } = this;
    if (!autosave || !wb.reading) return;
    const [marked, asked] = [wb.markedClasses(), wb.asked()];
    const unmarked = wb.classes.filter((c) => c.required && !marked.has(c.id));
    const missing = wb.questions.filter((q) => asked.has(q.id) && (wb.invalid.has(q.id) || (q.required && !answered(wb.labels.answers.get(q.id)))));
    if (missing.length + unmarked.length > 0) {
      await this.tellMissing(unmarked, missing);
      return;
    }
    const brought = unconfirmed(wb.labels);
    if (brought.length > 0 && wb.reading.confirmation === 'perObject') {
      await this.tellUnconfirmed(brought);
      return;
    }
    const undecided = wb.disputes?.undecided ?? 0;
    const warning = [
      undecided > 0 && h('p', { class: 'warning' }, wb.t('workbench.submit.undecided', { count: undecided })),
      brought.length > 0 && h('p', { class: 'warning' }, wb.t('workbench.submit.confirmsAll', { count: brought.length })),
      wb.findings && wb.findings.waiting().length > 0 && h('p', { class: 'warning' }, wb.t('workbench.submit.findingsOpen', { count: wb.findings.waiting().length })),
    ].filter((p) => p !== false && p !== null);
    const choice = await ask('submit-dialog', wb.t('workbench.submit.title'), [...warning, h('p', {}, wb.t('workbench.submit.question'))], [
      { value: 'cancel', label: wb.t('workbench.cancel') },
      { value: 'submit', label: wb.t('workbench.submit.action'), primary: true },
    ], 'cancel');
    if (choice !== 'submit') return;
    await this.finish(async () => {
      // A case with nothing to find is submitted with an empty document, which has to be saved first.
      if (autosave.revision === 0) autosave.touch();
      if (!(await autosave.flush())) return undefined;
      const result = await wb.rest.post<Api['SubmitReadingResponse']>(`/api/v1/readings/${wb.reading?.id ?? ''}/submit`, {
        revision: autosave.revision, leaveUndecided: undecided > 0, confirmPreLabels: brought.length > 0,
      });
      return result.next;
    }, wb.t('workbench.submit.done'));
  }

  /** Whether the validator has mended what they judge. */
  corrects(): boolean {
    return this.autosave !== null && this.wb.mode === 'validate' && !equal(this.wb.labels, this.wb.judged);
  }

  /** Accepts the consensus that is on the screen; as it was mended, if it was. */
  async accept(): Promise<void> {
    const { wb, autosave } = this;
    const consensus = wb.reading?.consensus?.number ?? null;
    const remarks = this.remarks.toSend();
    if (!autosave || !this.corrects()) {
      await this.finish(() => this.decide('accept', { consensus, remarks } satisfies Api['GiveVerdictAcceptRequest']), wb.t('workbench.accept.done'));
      return;
    }
    const choice = await ask('correct-dialog', wb.t('workbench.correct.title'), [h('p', {}, wb.t('workbench.correct.question'))], [
      { value: 'cancel', label: wb.t('workbench.cancel') },
      { value: 'correct', label: wb.t('workbench.correct.action'), primary: true },
    ], 'cancel');
    if (choice !== 'correct') return;
    await this.finish(async () => {
      if (!(await autosave.flush())) return undefined;
      return this.decide('correct', { revision: autosave.revision, consensus, remarks } satisfies Api['GiveVerdictCorrectRequest']);
    }, wb.t('workbench.correct.done'));
  }

  async sendBack(): Promise<void> {
    const { wb, remarks } = this;
    const comment = h('textarea', { id: 'return-comment', rows: 4, maxlength: 4000, 'aria-label': wb.t('workbench.return.comment'), placeholder: wb.t('workbench.return.comment') });
    const pinned = remarks.drafts.value.map((d) => h('li', {}, h('strong', {}, remarks.reasonName(d.reason)), d.at ? ` · ${placeWords(wb, d.at)}` : '', d.text ? h('span', { class: 'muted-line' }, d.text) : null));
    const choice = await ask('return-dialog', wb.t('workbench.return.title'), [
      h('p', {}, wb.t('workbench.return.question')),
      pinned.length > 0 ? h('ol', { class: 'return-remarks' }, ...pinned) : h('p', { class: 'hint' }, wb.t('workbench.return.noRemarks')), comment,
    ], [
      { value: 'cancel', label: wb.t('workbench.cancel') },
      { value: 'return', label: wb.t('workbench.return.action'), danger: true },
    ], 'cancel');
    if (choice !== 'return') return;
    const text = comment.value.trim();
    if (text === '' && pinned.length === 0) {
      toast('error', wb.t('workbench.return.empty'), '', wb.t('workbench.close'));
      return;
    }
    const body = { comment: text === '' ? null : text, remarks: remarks.toSend(), consensus: wb.reading?.consensus?.number ?? null } satisfies Api['GiveVerdictReturnRequest'];
    await this.finish(() => this.decide('return', body), wb.t('workbench.return.done'));
  }

  /** Before another case opens: nothing may stay unsent. */
  async leave(): Promise<void> {
    await this.autosave?.flush();
    await this.autosave?.close();
    this.unsent?.close();
  }

  private async decide(verb: 'accept' | 'correct' | 'return', body: unknown): Promise<string | null> {
    const result = await this.wb.rest.post<Api['GiveVerdictResponse']>(`/api/v1/readings/${this.wb.reading?.id ?? ''}/${verb}`, body);
    this.remarks.clear();
    return result.next;
  }

  private async finish(work: () => Promise<string | null | undefined>, done: string): Promise<void> {
    try {
      const next = await work();
      if (next === undefined) return;
      await this.autosave?.close();
      toast('success', done);
      this.opened(next);
    } catch (error) {
      reportProblem(this.wb, error);
    }
  }

  private makeAutosave(reading: Reading): Autosave<LabelDocument> {
    const { wb } = this;
    const autosave: Autosave<LabelDocument> = new Autosave<LabelDocument>({
      key: `${reading.id}/${crypto.randomUUID()}`,
      revision: reading.revision,
      journal,
      snapshot: (whole) => {
        this.sent = wb.labels.versions();
        return wb.labels.document(whole, wb.asked());
      },
      send: this.sender(reading),
      accepted: (saved) => {
        wb.labels.acknowledge(saved.document, this.sent);
        document.body.dataset['savedRevision'] = String(saved.revision);
      },
      resolveStale: (problem) => askStale(wb, problem, autosave.revision),
      reload: (replaces) => this.reload(reading, replaces),
      refused: (problem) => {
        reportProblem(wb, problem);
        void this.loadKept();
      },
    });
    wb.undoChanged.subscribe(() => { if (!this.quiet) autosave.touch(); });
    return autosave;
  }

  private makeUnsent(reading: Reading, autosave: Autosave<LabelDocument>): Unsent<LabelDocument> {
    const { wb } = this;
    const claims = new LockClaims('pirogov-workbench');
    void claims.take(autosave.key);
    return new Unsent<LabelDocument>(autosave, {
      name: reading.id,
      journal,
      claims,
      send: this.sender(reading),
      fits: (document) => document.schemaVersion === reading.schema.id,
      show: (document) => { this.show(document); },
      reload: (replaces) => this.reload(reading, replaces),
      resolveStale: (problem, base) => askStale(wb, problem, base),
      restored: () => { toast('info', wb.t('workbench.journal.restored')); },
      kept: (problem) => {
        const why = problem.is('stale-revision') ? `${problem.title}.` : problem.detail;
        toast('error', wb.t('workbench.journal.kept'), `${why} ${wb.t('workbench.journal.keptWhere')}`, wb.t('workbench.close'));
        void this.loadKept();
      },
      waits: () => { toast('error', wb.t('workbench.journal.waits'), wb.t('workbench.journal.waitsFor'), wb.t('workbench.close')); },
      failed: (error) => { reportProblem(wb, error); },
    });
  }

  private sender(reading: Reading): (baseRevision: number, document: LabelDocument) => Promise<Saved<LabelDocument>> {
    return (baseRevision, document) => this.wb.rest.put(`/api/v1/readings/${reading.id}/document`, { baseRevision, document });
  }

  private async reload(reading: Reading, replaces: boolean): Promise<number> {
    const theirs = await this.wb.rest.get<Reading>(`/api/v1/readings/${reading.id}`);
    if (replaces && theirs.document) this.show(theirs.document);
    document.body.dataset['savedRevision'] = String(theirs.revision);
    void this.loadKept();
    return theirs.revision;
  }

  /** In place of what is on the screen; the history of that means nothing any more. */
  private show(document: LabelDocument): void {
    this.wb.labels.load(document);
    this.forgetHistory();
  }

  /** What the server keeps of refused saves. */
  async loadKept(): Promise<void> {
    if (!this.autosave || !this.wb.reading) return;
    this.kept.value = await this.wb.rest.get<SideDraft[]>(`/api/v1/readings/${this.wb.reading.id}/side-drafts`).catch(() => this.kept.value);
  }

  /** Puts a refused save on the screen; the next save sends it on top of the newest revision. */
  async takeKept(draft: SideDraft): Promise<void> {
    const { wb, autosave } = this;
    if (!autosave || !wb.reading) return;
    try {
      const document = await wb.rest.get<LabelDocument>(`/api/v1/readings/${wb.reading.id}/side-drafts/${draft.id}`);
      // What is on the screen goes first, or was refused and is kept as well.
      if (!(await autosave.flush()) && autosave.state.value !== 'refused') return;
      this.show(document);
      autosave.restore(autosave.revision);
      toast('info', wb.t('workbench.kept.taken'));
    } catch (error) {
      if (error instanceof RangeError) toast('error', wb.t('workbench.kept.partial'), '', wb.t('workbench.close'));
      else reportProblem(wb, error);
    }
  }

  async dropKept(draft: SideDraft): Promise<void> {
    await this.wb.rest.delete(`/api/v1/readings/${this.wb.reading?.id ?? ''}/side-drafts/${draft.id}`).catch((e: unknown) => { reportProblem(this.wb, e); });
    await this.loadKept();
  }

  private async tellUnconfirmed(brought: readonly PreLabelled[]): Promise<void> {
    const { wb } = this;
    const names = [...new Set(brought.map((b) => wb.className(b.class)))];
    await ask('unconfirmed-dialog', wb.t('workbench.preLabels.unconfirmedTitle'), [
      h('p', {}, wb.t('workbench.preLabels.unconfirmed', { count: brought.length })), h('ul', {}, ...names.map((name) => h('li', {}, name))),
    ], [{ value: 'ok', label: wb.t('workbench.close'), primary: true }], 'ok');
    const [first] = brought;
    if (!first) return;
    wb.activeClass.value = first.class;
    wb.selected.value = first.object;
    wb.goToFrame(first.sopInstanceUid, first.frame);
  }

  private async tellMissing(classes: LabelClass[], questions: Question[]): Promise<void> {
    const { wb } = this;
    const list = (title: string, names: string[]): HTMLElement[] =>
      names.length === 0 ? [] : [h('p', {}, title), h('ul', {}, ...names.map((name) => h('li', {}, name)))];
    await ask('missing-dialog', wb.t('workbench.submit.incomplete'), [
      ...list(wb.t('workbench.submit.unmarked'), classes.map((c) => wb.text(c.name))),
      ...list(wb.t('workbench.submit.missing', { count: questions.length }), questions.map((q) => wb.text(q.text))),
    ], [{ value: 'ok', label: wb.t('workbench.close'), primary: true }], 'ok');
    const first = document.querySelector(`[data-question="${CSS.escape(questions[0]?.id ?? '')}"]`);
    first?.scrollIntoView({ block: 'center' });
    first?.querySelector<HTMLElement>('input, textarea')?.focus();
  }
}
