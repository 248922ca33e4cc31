import { h, replaceChildren } from '../../shared/dom';
import { icon } from '../../shared/icons';
import type { Finding, Findings } from '../model/findings';
import type { Workbench } from '../workbench';

/** What the model found, to be taken over or dismissed one by one; nothing of it is the reader's own until then. */
export function findingPanel(wb: Workbench, findings: Findings): HTMLElement {
  const list = h('ul', { class: 'findings', 'aria-label': wb.t('workbench.findings.title') });
  const update = (): void => { replaceChildren(list, ...findings.all.map((f) => row(wb, findings, f))); };
  findings.changed.subscribe(update);
  findings.active.subscribe(update);
  wb.series.subscribe(update);
  update();
  return h('div', {}, h('p', { class: 'hint' }, wb.t('workbench.findings.hint')), findings.all.length === 0 ? h('p', { class: 'empty' }, wb.t('workbench.findings.empty')) : list);
}

function row(wb: Workbench, findings: Findings, finding: Finding): HTMLElement {
  const fate = findings.fate(finding.id);
  const place = findings.place(finding);
  const at = wb.series.value?.slices.findIndex((s) => s.sopInstanceUid === place?.sopInstanceUid && s.frame === place.frame) ?? -1;
  const what = finding.object ? wb.t(`workbench.object.${finding.object.type}`) : wb.t('workbench.findings.mask', { count: finding.masks.length });
  return h('li', { class: fate ? `finding ${fate}` : 'finding', 'data-finding': finding.id, 'data-fate': fate ?? '' },
    h('button', { type: 'button', class: 'object-go', title: wb.t('workbench.objects.goTo'), onclick: () => {
      findings.active.value = finding.id;
      if (place) wb.frameBox(place.sopInstanceUid, place.frame, box(finding));
    } }, h('span', { class: 'ai-badge' }, wb.t('workbench.findings.badge')), h('span', { class: 'object-name' }, wb.className(finding.class)),
      h('span', { class: 'object-detail' }, [what, at >= 0 ? wb.t('workbench.objects.slice', { index: at + 1 }) : '', fate ? wb.t(`workbench.findings.${fate}`) : ''].filter(Boolean).join(' · '))),
    wb.editable && (fate
      ? h('button', { type: 'button', class: 'mini-button', 'data-action': 'finding-again', onclick: () => { reconsider(wb, findings, finding); } }, wb.t('workbench.findings.again'))
      : h('div', { class: 'finding-choice' },
        h('button', { type: 'button', class: 'mini-button', 'data-action': 'finding-accept', onclick: () => { accept(wb, findings, finding); } }, icon('check', 14), wb.t('workbench.findings.accept')),
        h('button', { type: 'button', class: 'mini-button', 'data-action': 'finding-dismiss', onclick: () => { findings.decide(finding.id, 'dismissed'); } }, icon('close', 14), wb.t('workbench.findings.dismiss')))));
}

function accept(wb: Workbench, findings: Findings, finding: Finding): void {
  wb.undo.perform(findings.changes(finding, wb.labels));
  findings.decide(finding.id, 'accepted');
}

/** Taking an acceptance back takes an object out again; pixels go by undoing, for strokes may have followed. */
function reconsider(wb: Workbench, findings: Findings, finding: Finding): void {
  const own = finding.object && wb.labels.objects.get(finding.object.id);
  if (own) wb.undo.perform([{ kind: 'object', before: own, after: null }]);
  findings.decide(finding.id, null);
}

function box({ object }: Finding): number[] | null {
  if (!object || object.points.length === 0) return null;
  const [xs, ys] = [object.points.map((p) => p[0]), object.points.map((p) => p[1])];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
