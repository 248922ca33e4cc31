import { h, leaveOnChange, replaceChildren } from '../../shared/dom';
import { ctRanges } from '../model/windows';
import type { Workbench } from '../workbench';

/** Options of the tool in hand: the brush's size, the intensity range, what a closed shape becomes. */
export function toolOptions(wb: Workbench): HTMLElement {
  const root = h('div', { class: 'tool-options' });
  const size = sizeOption(wb);
  const range = rangeOption(wb);
  const fill = h('input', { type: 'checkbox', id: 'shape-fill', onchange: () => { wb.brush.patch({ fill: fill.checked }); } });
  const fillRow = h('label', { class: 'flag' }, fill, wb.t('workbench.shape.fill'));
  const note = h('p', { class: 'empty' });
  const update = (): void => {
    const tool = wb.tool.value;
    const labelClass = wb.classOf(wb.activeClass.value);
    const mask = labelClass?.geometries.includes('mask') ?? false;
    const needs = tool === 'brush' || tool === 'eraser' ? 'mask' : tool === 'polygon' || tool === 'rectangle' || tool === 'length' || tool === 'point' ? tool : null;
    const shape = tool === 'polygon' || tool === 'rectangle';
    const allowed = needs === null || !labelClass || labelClass.geometries.includes(needs) || (shape && mask);
    const onlyMask = shape && mask && !labelClass?.geometries.includes(tool);
    const filling = shape && mask && (onlyMask || wb.brush.value.fill);
    fill.checked = wb.brush.value.fill || onlyMask;
    fill.disabled = onlyMask;
    note.textContent = allowed ? '' : wb.t('workbench.tool.notForClass', { tool: wb.t(`workbench.tool.${tool}`), class: wb.text(labelClass.name) });
    replaceChildren(root,
      !allowed && note,
      allowed && (tool === 'brush' || tool === 'eraser') && size.root,
      allowed && shape && mask && fillRow,
      allowed && (tool === 'brush' || filling) && range.root);
    root.hidden = root.childElementCount === 0 || wb.readOnly;
    size.update();
    range.update();
  };
  wb.tool.subscribe(update);
  wb.brush.subscribe(update);
  wb.activeClass.subscribe(update);
  update();
  return root;
}

function sizeOption(wb: Workbench): { root: HTMLElement; update: () => void } {
  const value = h('output', { for: 'brush-size' });
  const input = h('input', { type: 'range', id: 'brush-size', min: 0.5, max: 60, step: 0.5, oninput: () => { wb.brush.patch({ radius: Number(input.value) }); } });
  return {
    root: h('div', { class: 'field' }, h('label', { for: 'brush-size' }, wb.t('workbench.brush.size')), input, value),
    update: () => {
      input.value = String(wb.brush.value.radius);
      value.textContent = wb.t('workbench.brush.pixels', { count: wb.brush.value.radius * 2 });
    },
  };
}

function rangeOption(wb: Workbench): { root: HTMLElement; update: () => void } {
  const on = h('input', { type: 'checkbox', id: 'range-on', onchange: () => { wb.brush.patch({ ranged: on.checked }); } });
  const bound = (id: 'min' | 'max'): HTMLInputElement => {
    const input = h('input', {
      type: 'number', id: `range-${id}`, step: 1, 'aria-label': wb.t(`workbench.range.${id}`),
      onchange: () => { if (!Number.isNaN(input.valueAsNumber)) wb.brush.patch({ [id]: input.valueAsNumber }); },
    });
    return leaveOnChange(input);
  };
  const [min, max] = [bound('min'), bound('max')];
  const preset = h('select', {
    id: 'range-preset', 'aria-label': wb.t('workbench.range.preset'),
    onchange: () => {
      const range = ctRanges.find((r) => r.id === preset.value);
      if (range) wb.brush.patch({ min: range.min, max: range.max, ranged: true });
    },
  }, h('option', { value: '' }, wb.t('workbench.range.preset')), ...ctRanges.map((r) => h('option', { value: r.id }, wb.t(`workbench.range.${r.id}`))));
  leaveOnChange(preset);
  const unit = h('span', { class: 'unit' });
  const bounds = h('div', { class: 'range-bounds' }, min, '–', max, unit, preset);
  return {
    root: h('div', {}, h('label', { class: 'flag' }, on, wb.t('workbench.range.only')), bounds),
    update: () => {
      const { ranged, min: low, max: high } = wb.brush.value;
      on.checked = ranged;
      bounds.hidden = !ranged;
      const ct = wb.series.value?.modality === 'CT';
      preset.hidden = !ct;
      unit.textContent = ct ? wb.t('workbench.unit.hu') : '';
      if (document.activeElement !== min) min.value = String(low);
      if (document.activeElement !== max) max.value = String(high);
      preset.value = ctRanges.find((r) => r.min === low && r.max === high)?.id ?? '';
    },
  };
}
