import type { Disagreement, ListedDisagreement } from '../../shared/contract';
import { h, replaceChildren } from '../../shared/dom';
import { icon } from '../../shared/icons';
import type { Decisions } from '../decisions';
import { parties } from '../model/disputes';
import { letterColor } from '../view/letters';
import type { Workbench } from '../workbench';

/** What the readings differ in, one by one: where, how far, who has it, and what was decided. */
export function disagreementPanel(wb: Workbench, decisions: Decisions): HTMLElement {
  const { disputes } = decisions;
  const list = h('ol', { class: 'disputes', 'aria-label': wb.t('workbench.disputes.title') });
  const bar = h('progress', { 'aria-label': wb.t('workbench.disputes.progress') });
  const count = h('span', { class: 'dispute-count', role: 'status' });
  const open = h('input', { type: 'checkbox', id: 'disputes-open', onchange: () => { disputes.onlyOpen.value = open.checked; } });
  const back = button('dispute-previous', icon('back', 14), wb.t('workbench.disputes.previous'), 'K', () => { decisions.step(-1); });
  const on = button('dispute-next', icon('forward', 14), wb.t('workbench.disputes.next'), 'J', () => { decisions.step(1); });
  const undo = button('dispute-undo', icon('undo', 14), wb.t('workbench.disputes.undo'), 'U', () => void decisions.undo());
  const head = h('div', { class: 'dispute-head' },
    h('div', { class: 'dispute-progress' }, bar, count),
    h('div', { class: 'dispute-tools' }, back, on, decisions.mayDecide && undo, h('span', { class: 'grow' }), decisions.mayDecide && h('label', { class: 'flag' }, open, wb.t('workbench.disputes.onlyOpen'))));
  const update = (): void => {
    const rows = disputes.shown().map((listed) => row(wb, decisions, listed));
    replaceChildren(list, ...rows);
    bar.max = Math.max(1, disputes.count);
    bar.value = disputes.decided;
    bar.hidden = !decisions.mayDecide;
    count.textContent = decisions.mayDecide
      ? wb.t('workbench.disputes.decided', { done: disputes.decided, total: disputes.count })
      : wb.t('workbench.disputes.count', { count: disputes.count });
    undo.disabled = !decisions.canUndo.value || wb.busy.value;
    list.toggleAttribute('inert', wb.busy.value);
    list.querySelector('.dispute.active')?.scrollIntoView({ block: 'nearest' });
  };
  for (const signal of [disputes.items, disputes.active, disputes.drawing, disputes.onlyOpen, decisions.canUndo, wb.busy, wb.series]) {
    (signal as { subscribe(f: () => void): () => void }).subscribe(update);
  }
  update();
  return h('div', { class: 'disputes-panel' }, head, list);
}

function button(id: string, sign: Node, label: string, key: string, onclick: () => void): HTMLButtonElement {
  return h('button', { type: 'button', id, class: 'mini-button', 'aria-label': `${label} (${key})`, title: `${label} (${key})`, onclick }, sign, h('kbd', {}, key));
}

function row(wb: Workbench, decisions: Decisions, listed: ListedDisagreement): HTMLElement {
  const { disagreement, decision } = listed;
  const active = decisions.disputes.active.value === disagreement.id;
  const color = wb.classOf(disagreement.class)?.color;
  return h('li', { class: `dispute${active ? ' active' : ''}${decision ? ' decided' : ''}`, 'data-disagreement': disagreement.id, 'data-decided': decision?.choice ?? '' },
    h('button', { type: 'button', class: 'dispute-go', 'aria-current': active ? 'true' : null, onclick: () => { decisions.open(listed); } },
      thumbnail(wb, disagreement),
      h('span', { class: 'dispute-name' }, color && h('span', { class: 'swatch', style: `--color:${color}` }), subject(wb, disagreement)),
      h('span', { class: 'dispute-kind' }, kindWords(wb, disagreement)),
      h('span', { class: 'dispute-detail' }, [where(wb, disagreement), figure(wb, disagreement)].filter(Boolean).join(' · ')),
      !active && h('span', { class: 'dispute-parties' }, ...letters(disagreement))),
    decision && h('span', { class: 'dispute-decision' }, icon('check', 13), decisionWords(wb, decision)),
    active && choices(wb, decisions, listed));
}

/** The server's cut of the image with everybody's contour; nothing for an answer. */
function thumbnail(wb: Workbench, { id, place, kind }: Disagreement): HTMLElement {
  if (!place?.box || place.frame === null) return h('span', { class: 'dispute-picture none' }, icon(kind === 'answer' ? 'help' : 'copy', 20));
  return h('img', { class: 'dispute-picture', src: `/api/v1/readings/${wb.reading?.id ?? ''}/disagreements/${id}/picture`, alt: '', loading: 'lazy', width: 64, height: 64 });
}

function subject(wb: Workbench, { class: classId, kind, question }: Disagreement): string {
  if (kind === 'attribute') {
    const attribute = wb.classOf(classId)?.attributes?.find((a) => a.id === question);
    return `${wb.className(classId ?? '')}: ${wb.text(attribute?.text) || (question ?? '')}`;
  }
  if (classId) return wb.className(classId);
  return wb.text(wb.questions.find((q) => q.id === question)?.text) || (question ?? '');
}

function kindWords(wb: Workbench, { kind, geometry }: Disagreement): string {
  if (geometry === 'mask' && (kind === 'missing' || kind === 'shape')) return wb.t(`workbench.disputes.mask.${kind}`);
  return wb.t(`workbench.disputes.kind.${kind}`);
}

function where(wb: Workbench, { place, frames }: Disagreement): string {
  const at = wb.series.value?.slices.findIndex((s) => s.sopInstanceUid === place?.sopInstanceUid && s.frame === place.frame) ?? -1;
  if (at < 0) return place?.sopInstanceUid ? wb.t('workbench.disputes.otherSeries') : '';
  return frames > 1 ? wb.t('workbench.disputes.frames', { count: frames, index: at + 1 }) : wb.t('workbench.objects.slice', { index: at + 1 });
}

function figure(wb: Workbench, { measure, figure: value, sources }: Disagreement): string {
  const digits = (n: number): string => value.toLocaleString(wb.culture, { minimumFractionDigits: n, maximumFractionDigits: n });
  switch (measure) {
    case 'dice': return `Dice ${digits(2)}`;
    case 'mm': return wb.t('workbench.object.lengthMm', { value: digits(1) });
    case 'px': return wb.t('workbench.disputes.pixels', { value: digits(1) });
    case 'votes': return wb.t('workbench.disputes.votes', { count: Math.round(value * sources.length), total: sources.length });
  }
}

function letters(disagreement: Disagreement): HTMLElement[] {
  const { has } = parties(disagreement);
  return disagreement.sources.map((s) => h('span', { class: has.includes(s.name) ? 'letter has' : 'letter', style: `--letter:${letterColor(s.name)}` }, s.name));
}

function decisionWords(wb: Workbench, { choice, source }: NonNullable<ListedDisagreement['decision']>): string {
  if (choice === 'source') return wb.t('workbench.disputes.tookFrom', { name: source ?? '' });
  return wb.t(choice === 'none' ? 'workbench.disputes.tookNone' : 'workbench.disputes.tookOwn');
}

/** Who has it and who has not; for who decides, the buttons of the choice. */
function choices(wb: Workbench, decisions: Decisions, { disagreement, decision }: ListedDisagreement): HTMLElement {
  const { t } = wb;
  const drawing = decisions.disputes.drawing.value === disagreement.id;
  const sources = disagreement.sources.map((source, i) => {
    const said = source.value !== null ? answerWords(wb, disagreement, source.value) : t(source.has ? 'workbench.disputes.has' : 'workbench.disputes.lacks');
    const amount = source.pixels !== null && source.has ? t('workbench.classes.pixels', { count: source.pixels }) : '';
    const chosen = decision?.choice === 'source' && decision.source === source.name;
    return h('button', {
      type: 'button', class: 'choice', 'data-take': source.name, 'aria-pressed': String(chosen), disabled: !decisions.mayDecide,
      title: decisions.mayDecide ? t('workbench.disputes.take', { name: source.name }) : null, onclick: () => void decisions.take(source.name),
    }, h('span', { class: source.has ? 'letter has' : 'letter', style: `--letter:${letterColor(source.name)}` }, source.name),
      h('span', { class: 'choice-text' }, said, amount && h('small', {}, amount)), decisions.mayDecide && i < 9 && h('kbd', {}, String(i + 1)));
  });
  if (!decisions.mayDecide) return h('div', { class: 'choices' }, ...sources);
  const none = h('button', { type: 'button', class: 'choice', 'data-take': 'none', 'aria-pressed': String(decision?.choice === 'none'), onclick: () => void decisions.none() },
    icon('close', 16), h('span', { class: 'choice-text' }, t(`workbench.disputes.none.${disagreement.kind === 'answer' || disagreement.kind === 'attribute' ? 'answer' : 'object'}`)), h('kbd', {}, '0'));
  const own = h('button', {
    type: 'button', class: drawing ? 'choice drawing' : 'choice', 'data-take': 'own', 'aria-pressed': String(decision?.choice === 'own'), onclick: () => void decisions.own(),
  }, icon(drawing ? 'check' : 'brush', 16), h('span', { class: 'choice-text' }, t(drawing ? 'workbench.disputes.ownDone' : 'workbench.disputes.own')), h('kbd', {}, 'E'));
  return h('div', { class: 'choices', role: 'group', 'aria-label': t('workbench.disputes.choose') }, ...sources, none, own,
    drawing && h('p', { class: 'hint' }, t(disagreement.kind === 'answer' ? 'workbench.disputes.ownAnswerHint' : 'workbench.disputes.ownHint')));
}

/** An answer as its question words it. */
function answerWords(wb: Workbench, { kind, class: classId, question }: Disagreement, value: string): string {
  const asked = kind === 'attribute' ? wb.classOf(classId)?.attributes?.find((a) => a.id === question) : wb.questions.find((q) => q.id === question);
  return sayAnswer(wb, asked ?? null, value);
}

export function sayAnswer(wb: Workbench, question: { type: string; options: { id: string; text: { ru: string; en: string } }[]; unit?: string | null } | null, value: string | null): string {
  if (value === null || value === '') return wb.t('workbench.answer.none');
  if (value === '—') return wb.t('workbench.answer.cannotAssess');
  if (question?.type === 'boolean') return wb.t(value === 'true' ? 'workbench.yes' : 'workbench.no');
  if (question?.options.length) return value.split(/[,;|]\s*/).map((id) => wb.text(question.options.find((o) => o.id === id)?.text) || id).join(', ');
  return question?.unit ? `${value} ${question.unit}` : value;
}
