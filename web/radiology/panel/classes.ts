import { h, replaceChildren } from '../../shared/dom';
import { icon } from '../../shared/icons';
import type { LabelClass } from '../../shared/contract';
import { classKey } from '../keys';
import { confirm, unconfirmedClasses } from '../model/preLabels';
import { sizeOf } from '../tools/brush';
import type { Change, Labels } from '../model/labels';
import { round } from '../view/paint';
import type { Workbench } from '../workbench';

/** The classes of the schema: choose, show or hide, opacity, volume; in arbitration also take over from a reader. */
export function classPanel(wb: Workbench): HTMLElement {
  const list = h('ul', { class: 'classes', 'aria-label': wb.t('workbench.classes.title') });
  const rows = wb.classes.map((c, i) => classRow(wb, c, i));
  replaceChildren(list, ...rows.map((r) => r.root));
  const update = (): void => {
    const waiting = unconfirmedClasses(wb.labels);
    for (const row of rows) row.update(waiting);
  };
  let waiting = 0;
  const later = (): void => {
    clearTimeout(waiting);
    waiting = window.setTimeout(update, 120);
  };
  wb.activeClass.subscribe(update);
  wb.display.subscribe(update);
  wb.labels.changed.subscribe(later);
  wb.series.subscribe(update);
  update();
  return list;
}

function classRow(wb: Workbench, labelClass: LabelClass, position: number): { root: HTMLElement; update: (waiting: ReadonlySet<string>) => void } {
  const { id } = labelClass;
  const name = wb.text(labelClass.name);
  const amount = h('span', { class: 'class-amount' });
  const eye = h('button', { type: 'button', class: 'icon-button', 'data-class-visible': id, onclick: () => { wb.toggleVisible(id); } });
  const opacity = h('input', {
    type: 'range', min: 0, max: 100, step: 5, class: 'class-opacity', 'aria-label': wb.t('workbench.classes.opacity', { name }),
    oninput: () => { wb.setOpacity(id, Number(opacity.value) / 100); },
  });
  const pick = h('button', {
    type: 'button', class: 'class-pick', 'data-class': id, title: wb.text(labelClass.description) || name,
    onclick: () => { wb.activeClass.value = id; },
  },
    h('span', { class: 'swatch', style: `--color:${labelClass.color}` }),
    h('span', { class: 'class-name' }, name, labelClass.required ? h('span', { class: 'required', title: wb.t('workbench.required') }, ' *') : null),
    position < 9 ? h('kbd', {}, classKey(position, wb)) : null,
  );
  const agreed = wb.mode === 'validate' ? wb.sources.filter((s) => s.agreement[id] !== undefined) : [];
  const copies = wb.mode === 'adjudicate' ? wb.sources.map((source) =>
    h('button', {
      type: 'button', class: 'mini-button', 'data-copy-class': id, 'data-copy-source': source.name,
      title: wb.t('workbench.copy.title', { name: source.name, class: name }),
      onclick: () => { copyClass(wb, source.labels, id); },
    }, icon('copy', 13), source.name, agreement(wb, source.agreement[id]))) : [];
  const brought = h('p', { class: 'class-copies' });
  const confirmAll = h('button', { type: 'button', class: 'mini-button', 'data-confirm-class': id, onclick: () => {
    confirm(wb.labels, { class: id });
    wb.undoChanged.value++;
  } }, icon('check', 13), wb.t('workbench.preLabels.confirm'));
  const root = h('li', { class: 'class-row' }, pick, amount, eye, opacity, brought, copies.length > 0 && h('div', { class: 'class-copies' }, ...copies),
    agreed.length > 0 && h('p', { class: 'class-copies empty', title: wb.t('workbench.agreement') }, agreed.map((s) => `${s.name}${agreement(wb, s.agreement[id])}`).join(' · ')));
  const told = instruction(wb, labelClass);
  if (told) root.append(told);
  return {
    root,
    update: (waiting) => {
      if (told) told.hidden = wb.activeClass.value !== id;
      const active = wb.activeClass.value === id;
      const display = wb.display.value[id] ?? { visible: true, opacity: 0.4 };
      root.classList.toggle('active', active);
      root.classList.toggle('hidden-class', !display.visible);
      pick.setAttribute('aria-pressed', String(active));
      const label = wb.t(display.visible ? 'workbench.classes.hide' : 'workbench.classes.show', { name });
      eye.setAttribute('aria-label', label);
      eye.setAttribute('aria-pressed', String(display.visible));
      eye.title = label;
      replaceChildren(eye, icon(display.visible ? 'eye' : 'eyeOff', 16));
      opacity.value = String(Math.round(display.opacity * 100));
      brought.hidden = !waiting.has(id);
      replaceChildren(brought, h('span', { class: 'badge' }, wb.t('workbench.preLabels.badge')), wb.editable && confirmAll);
      const { pixels, mm3 } = wb.volume(wb.labels, id);
      amount.textContent = pixels === 0 ? '' : mm3 === null
        ? wb.t('workbench.classes.pixels', { count: pixels })
        : wb.t('workbench.classes.ml', { value: round(mm3 / 1000, mm3 < 10_000 ? 2 : 1) });
      amount.title = pixels === 0 ? '' : wb.t('workbench.classes.voxels', { count: pixels });
      amount.dataset['pixels'] = String(pixels);
    },
  };
}

/** How the class is drawn, in words and pictures; under the class while it is chosen. */
function instruction(wb: Workbench, { description, pictures }: LabelClass): HTMLElement | null {
  const text = wb.text(description);
  if (!text && !pictures?.length) return null;
  return h('div', { class: 'class-instruction' }, text && h('p', {}, text), ...(pictures ?? []).map((picture) =>
    h('figure', {}, h('img', { src: picture.image, alt: '' }), h('figcaption', {}, wb.text(picture.caption)))));
}

function agreement(wb: Workbench, value: number | undefined): string {
  return value === undefined ? '' : ` ${value.toLocaleString(wb.culture, { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** Replaces the class's own masks and objects by those of a source; one step of the history. */
export function copyClass(wb: Workbench, from: Labels, classId: string): void {
  if (!wb.editable) return;
  const changes: Change[] = [];
  const theirs = from.masksOf(classId);
  const ours = wb.labels.masksOf(classId);
  for (const key of new Set([...theirs.keys(), ...ours.keys()])) {
    const source = theirs.get(key);
    const own = ours.get(key);
    const frame = source ?? own;
    if (!frame) continue;
    changes.push({ kind: 'mask', class: classId, frame: sizeOf(frame), before: own?.bitmap.bits.slice() ?? null, after: source?.bitmap.bits.slice() ?? null });
  }
  for (const object of wb.labels.objects.values()) if (object.class === classId) changes.push({ kind: 'object', before: object, after: null });
  for (const object of from.objects.values()) {
    if (object.class === classId) changes.push({ kind: 'object', before: null, after: { ...object, id: crypto.randomUUID() } });
  }
  wb.undo.perform(changes);
  wb.activeClass.value = classId;
}
