import type { Remark, RemarkPlace, ReturnReason } from '../shared/contract';
import { ask } from '../shared/dialogs';
import { h } from '../shared/dom';
import { Signal } from '../shared/signal';
import { middleOf } from './model/middle';
import type { Pin, Workbench } from './workbench';

export interface DraftRemark {
  key: string;
  reason: string;
  text: string;
  at: RemarkPlace | null;
}

/** What a validator is about to say of the case; it outlives a reload of the page, and ends with the verdict. */
export class Remarks {
  readonly drafts: Signal<readonly DraftRemark[]>;

  constructor(private readonly wb: Workbench) {
    this.drafts = new Signal<readonly DraftRemark[]>(wb.judges ? (JSON.parse(sessionStorage.getItem(this.key) ?? '[]') as DraftRemark[]) : []);
    this.drafts.subscribe((drafts) => {
      if (wb.judges) sessionStorage.setItem(this.key, JSON.stringify(drafts));
      this.place();
    });
    wb.pinned.subscribe((at) => { if (at) void this.add(at); });
    this.place();
  }

  get reasons(): readonly ReturnReason[] {
    return (this.wb.reading?.reasons ?? []).filter((r) => !r.retired);
  }

  reasonName(id: string): string {
    return this.wb.text(this.wb.reading?.reasons.find((r) => r.id === id)?.name) || id;
  }

  /** As the server takes them. */
  toSend(): Remark[] {
    return this.drafts.value.map(({ reason, text, at }) => ({ reason, text: text === '' ? null : text, at }));
  }

  clear(): void {
    this.drafts.value = [];
    sessionStorage.removeItem(this.key);
  }

  async add(at: RemarkPlace | null): Promise<void> {
    const target = at?.objectId ?? at?.class ?? null;
    const likely = target !== null ? 'boundary' : at?.question ? 'answer' : at ? 'missed-object' : 'other';
    const draft = await this.edit({ key: crypto.randomUUID(), reason: this.reasons.find((r) => r.id === likely)?.id ?? this.reasons[0]?.id ?? 'other', text: '', at });
    if (draft) this.drafts.value = [...this.drafts.value, draft];
  }

  async change(draft: DraftRemark): Promise<void> {
    const changed = await this.edit(draft);
    if (changed) this.drafts.value = this.drafts.value.map((d) => (d.key === draft.key ? changed : d));
  }

  remove(key: string): void {
    this.drafts.value = this.drafts.value.filter((d) => d.key !== key);
  }

  private async edit(draft: DraftRemark): Promise<DraftRemark | null> {
    const { wb } = this;
    const fitting = this.reasons.filter((r) => draft.at !== null || !r.pinned);
    const radios = fitting.map((reason) => {
      const input = h('input', { type: 'radio', name: 'remark-reason', value: reason.id });
      input.checked = reason.id === draft.reason;
      return { input, root: h('label', { class: 'option' }, input, h('span', {}, wb.text(reason.name))) };
    });
    const text = h('textarea', { id: 'remark-text', rows: 3, maxlength: 4000, 'aria-label': wb.t('workbench.remark.text'), placeholder: wb.t(draft.at ? 'workbench.remark.textOptional' : 'workbench.remark.text') });
    text.value = draft.text;
    const choice = await ask('remark-dialog', wb.t('workbench.remark.title'), [
      h('p', { class: 'place-line' }, draft.at ? placeWords(wb, draft.at) : wb.t('workbench.remark.wholeCase')),
      h('div', { class: 'options', role: 'radiogroup', 'aria-label': wb.t('workbench.remark.reason') }, ...radios.map((r) => r.root)), text,
    ], [
      { value: 'cancel', label: wb.t('workbench.cancel') },
      { value: 'keep', label: wb.t('workbench.remark.keep'), primary: true },
    ], 'cancel');
    const reason = radios.find((r) => r.input.checked)?.input.value;
    if (choice !== 'keep' || !reason || (!draft.at && text.value.trim() === '')) return null;
    return { ...draft, reason, text: text.value.trim() };
  }

  /** Numbers the places: first what was said before, then what is about to be said. */
  private place(): void {
    const { wb } = this;
    const newest = wb.reading?.consensus?.number ?? null;
    const said = (wb.reading?.comments ?? []).map((c, i) => ({ key: commentKey(i), number: i + 1, at: c.place, faded: c.consensus !== null && newest !== null && c.consensus < newest, own: false }));
    const drafts = this.drafts.value.map((d, i) => ({ key: d.key, number: said.length + i + 1, at: d.at, faded: false, own: true }));
    wb.pins.value = [...said, ...drafts].flatMap((each): Pin[] => {
      const where = each.at && pinPlace(wb, each.at);
      return where ? [{ ...where, key: each.key, number: each.number, faded: each.faded, own: each.own }] : [];
    });
  }

  private get key(): string {
    return `pirogov.remarks.${this.wb.reading?.id ?? ''}`;
  }
}

export const commentKey = (place: number): string => `comment-${String(place)}`;

/** Where a remark's pin stands: its point, or the middle of its object or mask. */
export function pinPlace(wb: Workbench, at: RemarkPlace): Pick<Pin, 'sopInstanceUid' | 'frame' | 'at'> | null {
  const object = at.objectId ? (wb.judged.objects.get(at.objectId) ?? wb.labels.objects.get(at.objectId)) : undefined;
  const sopInstanceUid = at.sopInstanceUid ?? object?.sopInstanceUid;
  if (!sopInstanceUid) return null;
  const frame = at.frame ?? object?.frame ?? 1;
  const [x, y] = at.point ?? [];
  if (x !== undefined && y !== undefined) return { sopInstanceUid, frame, at: [x, y] };
  const mask = at.class ? wb.judged.mask(at.class, sopInstanceUid, frame) : null;
  const middle = object ? middleOf(object.points) : mask ? middleOf(mask.bitmap) : null;
  return middle ? { sopInstanceUid, frame, at: middle } : null;
}

/** "Лёгкое · контур · срез 12". */
export function placeWords(wb: Workbench, at: RemarkPlace): string {
  const object = at.objectId ? (wb.judged.objects.get(at.objectId) ?? wb.labels.objects.get(at.objectId)) : undefined;
  const question = at.question ? wb.questions.find((q) => q.id === at.question) : undefined;
  const where = pinPlace(wb, at);
  const index = where ? wb.series.value?.slices.findIndex((s) => s.sopInstanceUid === where.sopInstanceUid && s.frame === where.frame) ?? -1 : -1;
  return [
    object ? wb.className(object.class) : at.class ? wb.className(at.class) : '',
    object ? wb.t(`workbench.object.${object.type}`) : at.class ? wb.t('workbench.object.mask') : '',
    question ? wb.text(question.text) : '',
    !object && !at.class && where ? wb.t('workbench.remark.placeInImage') : '',
    index >= 0 ? wb.t('workbench.objects.slice', { index: index + 1 }) : '',
  ].filter(Boolean).join(' · ');
}

/** Shows a remark's place: the pin in the middle of the pane. */
export function goToRemark(wb: Workbench, key: string, at: RemarkPlace): void {
  wb.activePin.value = key;
  const where = pinPlace(wb, at);
  if (where) {
    const [x, y] = where.at;
    const reach = (wb.series.value?.slices[0]?.columns ?? 512) / 8;
    wb.frameBox(where.sopInstanceUid, where.frame, [x - reach, y - reach, x + reach, y + reach]);
    if (at.objectId && wb.labels.objects.has(at.objectId)) wb.selected.value = at.objectId;
  }
  if (at.question) document.querySelector(`[data-question="${CSS.escape(at.question)}"]`)?.scrollIntoView({ block: 'center' });
}

