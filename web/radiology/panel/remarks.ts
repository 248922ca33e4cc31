import { h, replaceChildren } from '../../shared/dom';
import { icon } from '../../shared/icons';
import { commentKey, goToRemark, placeWords, type DraftRemark, type Remarks } from '../remarks';
import type { Workbench } from '../workbench';

/** What validators have said, numbered as the pins in the image are; for a validator also what is about to be said. */
export function remarkPanel(wb: Workbench, remarks: Remarks): HTMLElement {
  const said = h('ol', { class: 'comments', 'aria-label': wb.t('workbench.comments.title') });
  const drafts = h('ol', { class: 'comments drafts', 'aria-label': wb.t('workbench.remark.drafts') });
  const hint = h('p', { class: 'empty' }, wb.t('workbench.remark.hint'));
  const comments = wb.reading?.comments ?? [];
  const update = (): void => {
    replaceChildren(said, ...comments.map((_, i) => commentRow(wb, remarks, i)));
    replaceChildren(drafts, ...remarks.drafts.value.map((draft, i) => draftRow(wb, remarks, draft, comments.length + i + 1)));
    said.hidden = comments.length === 0;
    drafts.hidden = remarks.drafts.value.length === 0;
    hint.hidden = !wb.judges || remarks.drafts.value.length > 0;
  };
  for (const signal of [remarks.drafts, wb.activePin, wb.series]) (signal as { subscribe(f: () => void): () => void }).subscribe(update);
  update();
  return h('div', {}, said, drafts, hint, wb.judges && h('div', { class: 'remark-tools' },
    h('button', { type: 'button', class: 'mini-button', id: 'remark-pin', onclick: () => { wb.tool.value = 'pin'; } }, icon('point', 14), wb.t('workbench.remark.pin'), h('kbd', {}, 'N')),
    h('button', { type: 'button', class: 'mini-button', id: 'remark-case', onclick: () => void remarks.add(null) }, wb.t('workbench.remark.aboutCase'))));
}

function commentRow(wb: Workbench, remarks: Remarks, place: number): HTMLElement {
  const { reading } = wb;
  const comment = reading?.comments[place];
  const key = commentKey(place);
  if (!comment) return h('li', {});
  const newest = reading.consensus?.number ?? null;
  const old = comment.consensus !== null && newest !== null && comment.consensus < newest;
  const from = comment.level === 0 ? wb.t('workbench.comment.manager') : wb.t('workbench.comment.level', { level: comment.level });
  return h('li', { class: `comment${wb.activePin.value === key ? ' active' : ''}${old ? ' old' : ''}`, 'data-comment': place + 1, 'data-reason': comment.reason },
    h('span', { class: 'pin-number' }, String(place + 1)),
    h('div', { class: 'comment-body' },
      h('strong', {}, remarks.reasonName(comment.reason)),
      comment.at && h('span', { class: 'comment-from' }, from, ' · ', h('time', { datetime: comment.at }, new Date(comment.at).toLocaleString(wb.culture, { dateStyle: 'medium', timeStyle: 'short' })), old && ` · ${wb.t('workbench.comment.earlier')}`),
      comment.text && h('p', {}, comment.text),
      comment.place && placeButton(wb, () => { if (comment.place) goToRemark(wb, key, comment.place); }, placeWords(wb, comment.place))));
}

function draftRow(wb: Workbench, remarks: Remarks, draft: DraftRemark, number: number): HTMLElement {
  const { at } = draft;
  return h('li', { class: wb.activePin.value === draft.key ? 'comment active' : 'comment', 'data-remark': number },
    h('span', { class: 'pin-number own' }, String(number)),
    h('div', { class: 'comment-body' }, h('strong', {}, remarks.reasonName(draft.reason)), draft.text && h('p', {}, draft.text),
      at ? placeButton(wb, () => { goToRemark(wb, draft.key, at); }, placeWords(wb, at)) : h('span', { class: 'comment-from' }, wb.t('workbench.remark.wholeCase'))),
    h('div', { class: 'comment-tools' },
      h('button', { type: 'button', class: 'icon-button', 'aria-label': wb.t('workbench.remark.edit'), title: wb.t('workbench.remark.edit'), onclick: () => void remarks.change(draft) }, icon('brush', 15)),
      h('button', { type: 'button', class: 'icon-button', 'aria-label': wb.t('workbench.remark.remove'), title: wb.t('workbench.remark.remove'), onclick: () => { remarks.remove(draft.key); } }, icon('trash', 15))));
}

const placeButton = (wb: Workbench, onclick: () => void, words: string): HTMLElement =>
  h('button', { type: 'button', class: 'place-button', 'data-action': 'go-to-place', title: wb.t('workbench.objects.goTo'), onclick }, icon('goto', 14), words || wb.t('workbench.objects.goTo'));
