import type { Result } from '../../shared/contract';
import { h } from '../../shared/dom';
import { sayAnswer } from './disagreements';
import type { Workbench } from '../workbench';

type Place = Result['difference']['places'][number];

/** How far one's own reading and the result of the case are apart: figures, answers, and every place to look at. */
export function resultPanel(wb: Workbench, result: Result): HTMLElement {
  const { t } = wb;
  const { classes, answers, places } = result.difference;
  const digits = (value: number | null): string => value === null ? '—' : value.toLocaleString(wb.culture, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const figures = h('table', { class: 'figures' }, h('thead', {}, h('tr', {}, ...['class', 'dice', 'f1', 'missed', 'extra'].map((c) => h('th', { scope: 'col' }, t(`workbench.result.${c as 'class'}`))))),
    h('tbody', {}, ...classes.map((c) => h('tr', { 'data-class-figures': c.class },
      h('th', { scope: 'row' }, h('span', { class: 'swatch', style: `--color:${wb.classOf(c.class)?.color ?? '#999'}` }), wb.className(c.class)),
      h('td', {}, digits(c.dice)), h('td', {}, digits(c.f1)), h('td', {}, c.f1 === null ? '—' : String(c.missed)), h('td', {}, c.f1 === null ? '—' : String(c.extra))))));
  const differing = answers.filter((a) => !a.same);
  return h('div', { class: 'result' },
    h('p', { class: 'hint' }, t(`workbench.result.origin.${result.result.origin}`)),
    classes.length > 0 && figures,
    differing.length > 0 && h('ul', { class: 'answer-differences' }, ...differing.map((a) => {
      const question = wb.questions.find((q) => q.id === a.question) ?? null;
      return h('li', { 'data-answer-difference': a.question }, h('strong', {}, wb.text(question?.text) || a.question),
        h('span', {}, t('workbench.result.mineWas', { answer: sayAnswer(wb, question, a.mine) })), h('span', {}, t('workbench.result.resultIs', { answer: sayAnswer(wb, question, a.result) })));
    })),
    places.length === 0 && differing.length === 0
      ? h('p', { class: 'empty' }, t('workbench.result.same'))
      : h('ol', { class: 'places', 'aria-label': t('workbench.result.places') }, ...places.map((place) => row(wb, result, place))));
}

function row(wb: Workbench, result: Result, place: Place): HTMLElement {
  const words = h('span', { class: 'object-detail' });
  const say = (): void => {
    const at = wb.series.value?.slices.findIndex((s) => s.sopInstanceUid === place.sopInstanceUid && s.frame === place.frame) ?? -1;
    words.textContent = [
      wb.t(`workbench.result.kind.${place.kind}`), place.resultClass ? `→ ${wb.className(place.resultClass)}` : '',
      place.kind === 'mask' ? wb.t('workbench.result.pixels', { mine: place.onlyMine, result: place.onlyResult }) : '',
      at >= 0 ? wb.t('workbench.objects.slice', { index: at + 1 }) : '',
    ].filter(Boolean).join(' · ');
  };
  wb.series.subscribe(say, true);
  return h('li', {}, h('button', { type: 'button', class: 'object-go', 'data-difference': place.kind, onclick: () => { goTo(wb, result, place); } },
    h('span', { class: 'object-icon' }, h('span', { class: 'swatch', style: `--color:${wb.classOf(place.class)?.color ?? '#999'}` })), h('span', { class: 'object-name' }, wb.className(place.class)), words));
}

function goTo(wb: Workbench, { result }: Result, place: Place): void {
  if (!place.sopInstanceUid || place.frame === null) return;
  const object = (place.objectId ? wb.labels.objects.get(place.objectId) : undefined) ?? result.document.objects.find((o) => o.id === place.resultObjectId);
  wb.selected.value = place.objectId ?? place.resultObjectId;
  wb.activeClass.value = place.class;
  const [xs, ys] = [object?.points.map((p) => p[0]) ?? [], object?.points.map((p) => p[1]) ?? []];
  wb.frameBox(place.sopInstanceUid, place.frame, xs.length > 0 ? [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)] : null);
}
