import type { LabelObject } from '../../shared/contract';
import { h, replaceChildren } from '../../shared/dom';
import { icon } from '../../shared/icons';
import { confirm } from '../model/preLabels';
import { round } from '../view/paint';
import type { Workbench } from '../workbench';

/** Objects and painted frames: go there, delete. */
export function objectPanel(wb: Workbench): HTMLElement {
  const list = h('ul', { class: 'objects', 'aria-label': wb.t('workbench.objects.title') });
  const empty = h('p', { class: 'empty' }, wb.t('workbench.objects.empty'));
  const root = h('div', {}, empty, list);
  let waiting = 0;
  const update = (): void => {
    const items = [...wb.labels.objects.values()].map((object) => objectRow(wb, object));
    empty.hidden = items.length > 0;
    replaceChildren(list, ...items);
  };
  const later = (): void => {
    clearTimeout(waiting);
    waiting = window.setTimeout(update, 60);
  };
  wb.labels.changed.subscribe(later);
  wb.selected.subscribe(later);
  wb.series.subscribe(later);
  update();
  return root;
}

function objectRow(wb: Workbench, object: LabelObject): HTMLElement {
  const color = wb.classOf(object.class)?.color ?? '#999';
  const slice = wb.series.value?.slices.findIndex((s) => s.sopInstanceUid === object.sopInstanceUid && s.frame === object.frame) ?? -1;
  const where = slice < 0 ? '' : wb.t('workbench.objects.slice', { index: slice + 1 });
  const size = typeof object.measurement?.lengthMm === 'number' ? wb.t('workbench.object.lengthMm', { value: round(object.measurement.lengthMm) }) : '';
  return h('li', { class: wb.selected.value === object.id ? 'object-row active' : 'object-row', 'data-object': object.id, 'data-object-type': object.type },
    h('button', {
      type: 'button', class: 'object-go', title: wb.t('workbench.objects.goTo'),
      onclick: () => {
        wb.selected.value = object.id;
        if (wb.layout.value === 'mpr') wb.layout.value = 'stack';
        wb.goToFrame(object.sopInstanceUid, object.frame);
      },
    },
      h('span', { class: 'object-icon', style: `color:${color}` }, icon(object.type === 'polyline' ? 'polygon' : object.type, 16)),
      h('span', { class: 'object-name' }, wb.className(object.class), object.origin && h('span', { class: object.confirmed ? 'badge confirmed' : 'badge' }, wb.t(object.confirmed ? 'workbench.preLabels.confirmed' : 'workbench.preLabels.badge'))),
      h('span', { class: 'object-detail' }, [wb.t(`workbench.object.${object.type}`), size, where].filter(Boolean).join(' · ')),
    ),
    wb.editable && object.origin && !object.confirmed && h('button', {
      type: 'button', class: 'icon-button', 'data-object-confirm': object.id, 'aria-label': wb.t('workbench.preLabels.confirm'), title: wb.t('workbench.preLabels.confirm'),
      onclick: () => {
        confirm(wb.labels, { object: object.id });
        wb.undoChanged.value++;
      },
    }, icon('check', 16)),
    wb.judges && wb.judged.objects.has(object.id) && h('button', {
      type: 'button', class: 'icon-button', 'data-object-remark': object.id, 'aria-label': wb.t('workbench.remark.pinObject'), title: wb.t('workbench.remark.pinObject'),
      onclick: () => {
        wb.pinned.value = { objectId: object.id };
        wb.pinned.value = null;
      },
    }, icon('point', 16)),
    wb.editable && h('button', {
      type: 'button', class: 'icon-button', 'data-object-delete': object.id, 'aria-label': wb.t('workbench.objects.delete'), title: wb.t('workbench.objects.delete'),
      onclick: () => { deleteObject(wb, object.id); },
    }, icon('trash', 16)),
  );
}

export function deleteObject(wb: Workbench, id: string | null): void {
  const object = id && wb.labels.objects.get(id);
  if (!object || !wb.editable) return;
  wb.undo.perform([{ kind: 'object', before: object, after: null }]);
  if (wb.selected.value === id) wb.selected.value = null;
}
