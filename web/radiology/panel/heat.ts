import { h, replaceChildren } from '../../shared/dom';
import type { HeatMaps } from '../view/heat';
import type { Workbench } from '../workbench';

const shown = 12;

/** The heat map's switch, and the slices on which the readers' masks differ most. */
export function heatPanel(wb: Workbench, heat: HeatMaps): HTMLElement {
  const on = h('input', { type: 'checkbox', id: 'heat-on', onchange: () => { heat.on.value = on.checked; } });
  const list = h('ol', { class: 'heat-list', 'aria-label': wb.t('workbench.heat.slices') });
  const root = h('div', { class: 'heat' }, h('label', { class: 'flag' }, on, wb.t('workbench.heat.show'), h('kbd', {}, 'G')),
    h('div', { class: 'heat-scale', 'aria-hidden': 'true' }, h('span', {}, wb.t('workbench.heat.agree')), h('i', {}), h('span', {}, wb.t('workbench.heat.differ'))), list);
  const update = (): void => {
    on.checked = heat.on.value;
    const worst = Math.max(1e-9, heat.frames.value[0]?.entropy ?? 0);
    replaceChildren(list, ...heat.frames.value.slice(0, shown).map((frame) => {
      const at = wb.series.value?.slices.findIndex((s) => s.sopInstanceUid === frame.sopInstanceUid && s.frame === frame.frame) ?? -1;
      const share = Math.round((100 * frame.disputed) / Math.max(1, frame.drawn));
      return at >= 0 && h('li', {}, h('button', {
        type: 'button', class: 'heat-row', 'data-heat-slice': at, title: wb.t('workbench.heat.pixels', { count: frame.disputed }),
        onclick: () => {
          wb.activeClass.value = frame.class;
          wb.frameBox(frame.sopInstanceUid, frame.frame, null);
        },
      }, h('span', { class: 'swatch', style: `--color:${wb.classOf(frame.class)?.color ?? '#999'}` }),
        h('span', {}, wb.t('workbench.objects.slice', { index: at + 1 })), h('span', { class: 'heat-bar' }, h('i', { style: `--share:${String((100 * frame.entropy) / worst)}%` })),
        h('span', { class: 'heat-share' }, wb.t('workbench.heat.share', { percent: share }))));
    }));
  };
  for (const signal of [heat.frames, heat.on, wb.series]) (signal as { subscribe(f: () => void): () => void }).subscribe(update);
  update();
  return root;
}
