import type { Answer, AnswerValue, Api, Decided, DecisionChoice, Disagreement, LabelObject, ListedDisagreement, Question } from '../shared/contract';
import { ask, toast } from '../shared/dialogs';
import { Problem } from '../shared/rest';
import { Signal } from '../shared/signal';
import { adopt, areBefore } from './model/adopt';
import type { Disputes } from './model/disputes';
import type { Change } from './model/labels';
import { fieldOf } from './panel/questions';
import { reportProblem, type Session } from './session';
import type { Workbench } from './workbench';

interface Made {
  before: ListedDisagreement;
  changes: Change[];
}

/** Deciding disagreements one by one: the server writes each decision into the document, and the page takes over what it wrote. */
export class Decisions {
  readonly canUndo = new Signal(false);
  private readonly made: Made[] = [];

  constructor(private readonly wb: Workbench, private readonly session: Session, readonly disputes: Disputes) {}

  get mayDecide(): boolean {
    return this.wb.mode === 'adjudicate' && !this.wb.readOnly;
  }

  /** Looks at a disagreement: its slice, its frame in the middle of every pane, its class in hand. */
  open(listed: ListedDisagreement | null): void {
    const { wb, disputes } = this;
    if (!listed) return;
    const { id, place, class: classId } = listed.disagreement;
    disputes.active.value = id;
    if (disputes.drawing.value !== id) disputes.drawing.value = null;
    wb.selected.value = listed.disagreement.object && wb.labels.objects.has(listed.disagreement.object) ? listed.disagreement.object : null;
    if (classId && wb.classOf(classId)) wb.activeClass.value = classId;
    if (place?.sopInstanceUid && place.frame !== null) wb.frameBox(place.sopInstanceUid, place.frame, place.box);
  }

  step(direction: 1 | -1): void {
    this.open(this.disputes.step(direction));
  }

  /** Takes the reading with this letter; one that lacks the object means that nothing is there. */
  take(letter: string): Promise<void> {
    const source = this.disputes.current?.sources.find((s) => s.name === letter);
    return source ? this.decide('source', letter) : Promise.resolve();
  }

  none(): Promise<void> {
    return this.decide('none', null);
  }

  /** First press: the tool in hand to draw it anew; second press: it stands as drawn. */
  async own(): Promise<void> {
    const { wb, disputes } = this;
    const { current } = disputes;
    if (!current || !this.mayDecide) return;
    if (current.kind === 'attribute') {
      const answer = await askAttribute(wb, current);
      if (answer) await this.decide('own', null, answer);
      return;
    }
    if (disputes.drawing.value === current.id) {
      if (current.kind === 'answer' && !this.ownAnswer(current, null)) {
        toast('error', wb.t('workbench.disputes.ownEmpty'), '', wb.t('workbench.close'));
        return;
      }
      await this.decide('own', null);
      return;
    }
    disputes.drawing.value = current.id;
    if (current.geometry === 'mask') wb.tool.value = 'brush';
    else if (current.object && wb.labels.objects.has(current.object)) {
      wb.tool.value = 'select';
      wb.selected.value = current.object;
    } else {
      const tool = (['polygon', 'rectangle', 'length', 'point'] as const).find((t) => t === current.geometry);
      if (tool) wb.tool.value = tool;
    }
    if (current.kind === 'answer') focusQuestion(current.question);
  }

  /** Takes the last decision back; what stood in the document before it stands there again. */
  async undo(): Promise<void> {
    const last = this.made.at(-1);
    if (!last || !this.mayDecide) return;
    const { decision, disagreement } = last.before;
    const own = this.ownAnswer(disagreement, last.changes);
    const again = decision?.choice === 'own' && needsAnswer(disagreement) && !own ? null : decision;
    const done = await this.post(disagreement, again?.choice ?? 'reopened', again?.source ?? null, own);
    if (!done) return;
    this.made.pop();
    this.canUndo.value = this.made.length > 0;
    if (!areBefore(this.wb.labels, last.changes)) {
      this.wb.labels.apply([...last.changes].reverse(), 'undo');
      this.session.autosave?.touch();
    }
    this.open(this.disputes.find(disagreement.id));
  }

  private async decide(choice: DecisionChoice, source: string | null, given: Answer | null = null): Promise<void> {
    const before = this.disputes.find(this.disputes.active.value);
    if (!before || !this.mayDecide || this.wb.busy.value) return;
    const answer = choice === 'own' ? (given ?? this.ownAnswer(before.disagreement, null)) : null;
    const changes = await this.post(before.disagreement, choice, source, answer);
    if (!changes) return;
    this.made.push({ before, changes });
    this.canUndo.value = true;
    this.disputes.drawing.value = null;
    this.open(this.disputes.nextOpen() ?? this.disputes.find(before.disagreement.id));
  }

  private async post(of: Disagreement, choice: DecisionChoice, source: string | null, answer: Answer | null): Promise<Change[] | null> {
    const { wb, session } = this;
    if (!session.autosave) return null;
    wb.busy.value = true;
    try {
      const decided = await session.autosave.through((baseRevision) => wb.rest.post<Decided>(`/api/v1/readings/${wb.reading?.id ?? ''}/decisions`, {
        baseRevision, disagreement: of.id, choice, ...(source ? { source } : {}), ...(choice === 'own' && answer ? { answer } : {}),
      } satisfies Api['DecideDisagreementRequest']));
      if (!decided) return null;
      const changes = adopt(wb.labels, wb.classes.map((c) => c.id), decided.document);
      // Steps from before would put back whole frames, and with them what the decision has changed.
      session.forgetHistory();
      this.disputes.replace(decided.disagreement);
      document.body.dataset['savedRevision'] = String(decided.revision);
      return changes;
    } catch (error) {
      // Saving says who was first and asks whose work stays.
      if (error instanceof Problem && error.is('stale-revision')) {
        session.autosave.touch();
        void session.autosave.flush();
      } else reportProblem(wb, error);
      return null;
    } finally {
      wb.busy.value = false;
    }
  }

  /** The adjudicator's own answer, as it stands in the document (or stood before some changes). */
  private ownAnswer(of: Disagreement, changes: readonly Change[] | null): Answer | null {
    if (!needsAnswer(of) || !of.question) return null;
    if (of.kind === 'answer') {
      const before = changes?.find((c) => c.kind === 'answer' && c.question === of.question);
      return (before?.kind === 'answer' ? before.before : this.wb.labels.answers.get(of.question)) ?? null;
    }
    const before = changes?.find((c) => c.kind === 'object' && c.before?.id === of.object);
    const object: LabelObject | null = before?.kind === 'object' ? before.before : (this.wb.labels.objects.get(of.object ?? '') ?? null);
    return (object?.attributes?.[of.question] as Answer | undefined) ?? null;
  }
}

const needsAnswer = ({ kind }: Disagreement): boolean => kind === 'answer' || kind === 'attribute';

/** The adjudicator's own value of an object's attribute. */
async function askAttribute(wb: Workbench, of: Disagreement): Promise<Answer | null> {
  const attribute = wb.classOf(of.class)?.attributes?.find((a) => a.id === of.question) as Question | undefined;
  if (!attribute) return null;
  const given: { value: AnswerValue } = { value: null };
  const field = fieldOf(wb, attribute, (value) => { given.value = value; });
  const choice = await ask('attribute-dialog', `${wb.className(of.class ?? '')}: ${wb.text(attribute.text)}`, [field.root], [
    { value: 'cancel', label: wb.t('workbench.cancel') },
    { value: 'take', label: wb.t('workbench.disputes.ownDone'), primary: true },
  ], 'cancel');
  return choice === 'take' && given.value !== null ? { ...given, uncertain: false, cannotAssess: false } : null;
}

function focusQuestion(question: string | null): void {
  const field = document.querySelector(`[data-question="${CSS.escape(question ?? '')}"]`);
  field?.scrollIntoView({ block: 'center' });
  field?.querySelector<HTMLElement>('input, textarea')?.focus();
}
