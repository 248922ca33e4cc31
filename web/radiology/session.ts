import type { Answer, Api, LabelClass, LabelDocument, Question, Reading } from '../shared/contract';
import { Autosave, type Saved } from '../shared/autosave';
import { ask, toast } from '../shared/dialogs';
import { h } from '../shared/dom';
import { IndexedDbJournal } from '../shared/journal';
import { NetworkLoss, Problem } from '../shared/rest';
import type { MaskSlice } from './model/labels';
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
  private sent = new Map<MaskSlice, number>();

  constructor(private readonly wb: Workbench, private readonly opened: (next: string | null) => void) {
    this.autosave = wb.reading && !wb.readOnly ? this.makeAutosave(wb.reading) : null;
    document.body.dataset['savedRevision'] = String(wb.reading?.revision ?? 0);
  }

  /** Brings back what an earlier page could not send. */
  async restore(): Promise<void> {
    const { wb, autosave } = this;
    const entry = await autosave?.unsent().catch(() => null);
    if (!autosave || !entry) return;
    if (entry.document.schemaVersion !== wb.reading?.schema.id) {
      await autosave.forget();
      return;
    }
    if (entry.baseRevision !== autosave.revision) {
      const choice = await this.askStale(autosave.revision, null, entry.baseRevision);
      if (choice === 'theirs') {
        await autosave.forget();
        return;
      }
    }
    wb.labels.load(entry.document);
    wb.undo.clear();
    autosave.restore(autosave.revision);
    toast('info', wb.t('workbench.journal.restored'));
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
    const adjudication = wb.reading.adjudication;
    const undecided = adjudication ? adjudication.total - adjudication.decided : 0;
    const warning = undecided > 0 ? [h('p', {}, wb.t('workbench.submit.undecided', { count: undecided }))] : [];
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
        revision: autosave.revision, leaveUndecided: undecided > 0, confirmPreLabels: false,
      });
      return result.next;
    }, wb.t('workbench.submit.done'));
  }

  async accept(): Promise<void> {
    await this.finish(() => this.decide('accept', {}), this.wb.t('workbench.accept.done'));
  }

  async sendBack(): Promise<void> {
    const { wb } = this;
    const comment = h('textarea', { id: 'return-comment', rows: 4, 'aria-label': wb.t('workbench.return.comment'), placeholder: wb.t('workbench.return.comment') });
    const choice = await ask('return-dialog', wb.t('workbench.return.title'), [h('p', {}, wb.t('workbench.return.question')), comment], [
      { value: 'cancel', label: wb.t('workbench.cancel') },
      { value: 'return', label: wb.t('workbench.return.action'), danger: true },
    ], 'cancel');
    if (choice !== 'return') return;
    if (comment.value.trim() === '') {
      toast('error', wb.t('workbench.return.empty'), '', wb.t('workbench.close'));
      return;
    }
    await this.finish(() => this.decide('return', { comment: comment.value.trim() }), wb.t('workbench.return.done'));
  }

  /** Before another case opens: nothing may stay unsent. */
  async leave(): Promise<void> {
    await this.autosave?.flush();
    this.autosave?.close();
  }

  private async decide(verb: 'accept' | 'return', body: unknown): Promise<string | null> {
    const result = await this.wb.rest.post<Api['GiveVerdictResponse']>(`/api/v1/readings/${this.wb.reading?.id ?? ''}/${verb}`, body);
    return result.next;
  }

  private async finish(work: () => Promise<string | null | undefined>, done: string): Promise<void> {
    try {
      const next = await work();
      if (next === undefined) return;
      this.autosave?.close();
      toast('success', done);
      this.opened(next);
    } catch (error) {
      reportProblem(this.wb, error);
    }
  }

  private makeAutosave(reading: Reading): Autosave<LabelDocument> {
    const { wb } = this;
    const url = `/api/v1/readings/${reading.id}`;
    const autosave: Autosave<LabelDocument> = new Autosave<LabelDocument>({
      key: reading.id,
      revision: reading.revision,
      journal,
      snapshot: (whole) => {
        this.sent = wb.labels.versions();
        return wb.labels.document(whole, wb.asked());
      },
      send: (baseRevision, document) => wb.rest.put<Saved<LabelDocument>>(`${url}/document`, { baseRevision, document }),
      accepted: (saved) => {
        wb.labels.acknowledge(saved.document, this.sent);
        document.body.dataset['savedRevision'] = String(saved.revision);
      },
      resolveStale: ({ body: { currentRevision, savedAt } }) =>
        this.askStale(typeof currentRevision === 'number' ? currentRevision : null, typeof savedAt === 'string' ? savedAt : null, autosave.revision),
      reload: async (replace) => {
        const theirs = await wb.rest.get<Reading>(url);
        if (replace && theirs.document) {
          wb.labels.load(theirs.document);
          wb.undo.clear();
        }
        document.body.dataset['savedRevision'] = String(theirs.revision);
        return theirs.revision;
      },
      refused: (problem) => { reportProblem(wb, problem); },
    });
    wb.undoChanged.subscribe(() => { autosave.touch(); });
    return autosave;
  }

  /** Both ways lose something, so neither is offered first: the sentence that says what has the focus, not a button. */
  private askStale(theirs: number | null, savedAt: string | null, base: number): Promise<'theirs' | 'mine'> {
    const { wb } = this;
    const number = theirs === null ? '' : String(theirs);
    const at = savedAt === null ? null : new Date(savedAt).toLocaleString(wb.culture, { dateStyle: 'medium', timeStyle: 'short' });
    const question = at === null ? wb.t('workbench.stale.question', { number, base }) : wb.t('workbench.stale.questionAt', { number, base, at });
    return ask('stale-dialog', wb.t('workbench.stale.title'), [
      h('p', { tabindex: -1, autofocus: true }, question),
      h('ul', {}, h('li', {}, wb.t('workbench.stale.theirsLoses', { number, base })), h('li', {}, wb.t('workbench.stale.mineLoses', { number }))),
    ], [
      { value: 'theirs', label: wb.t('workbench.stale.theirs') },
      { value: 'mine', label: wb.t('workbench.stale.mine') },
    ], 'mine');
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
