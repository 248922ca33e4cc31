import { h, replaceChildren } from '../../shared/dom';
import type { Toolbox } from '../tools/toolbox';
import type { Workbench } from '../workbench';
import { MprPane, type Orientation } from './mprPane';
import { StackPane } from './stackPane';
import { gridCenter, fromVoxel, loadVolume, toVoxel } from './volume';

/** The panes of the current layout. */
export class Stage {
  readonly root = h('main', { id: 'stage', class: 'stage' });
  private panes: (StackPane | MprPane)[] = [];
  private generation = 0;

  constructor(private readonly wb: Workbench, private readonly toolbox: Toolbox, private readonly firstImage: () => void) {}

  /** Call once the root stands in the page. */
  async show(): Promise<void> {
    const { wb } = this;
    const generation = ++this.generation;
    this.clear();
    this.root.dataset['layout'] = wb.layout.value;
    if (wb.layout.value === 'mpr') await this.showMpr(generation);
    else this.showStacks();
  }

  fit(): void {
    this.wb.fit();
    for (const pane of this.panes) if (pane instanceof MprPane) pane.fit();
  }

  dispose(): void {
    this.generation++;
    this.clear();
  }

  private clear(): void {
    for (const pane of this.panes) pane.dispose();
    this.panes = [];
    this.root.replaceChildren();
  }

  private showStacks(): void {
    const { wb, toolbox } = this;
    const compare = wb.layout.value === 'compare';
    const own = wb.mode === 'validate' ? wb.t('workbench.pane.reviewed') : wb.t('workbench.pane.mine');
    const main = new StackPane(wb, wb.labels, compare ? own : '', true, toolbox, 'main', this.firstImage);
    const sources = compare
      ? wb.sources.map((s) => new StackPane(wb, s.labels, wb.t('workbench.pane.source', { name: s.name }), false, toolbox, `source-${s.name}`, () => undefined))
      : [];
    const panes = [...sources, main];
    this.panes = panes;
    this.root.style.setProperty('--panes', String(panes.length));
    replaceChildren(this.root, ...panes.map((p) => p.frame.root));
    toolbox.attach(main);
    for (const pane of panes) pane.mount();
  }

  private async showMpr(generation: number): Promise<void> {
    const { wb } = this;
    const series = wb.series.value;
    if (!series?.spacing) return;
    replaceChildren(this.root, h('p', { class: 'stage-message', role: 'status' }, wb.t('workbench.volume.loading')));
    const grid = await loadVolume(series);
    if (generation !== this.generation) return;
    const center = toVoxel(grid, wb.cross.value ?? gridCenter(grid));
    const k = grid.order.indexOf(wb.view.value.index);
    wb.cross.value = fromVoxel(grid, [center[0], center[1], k >= 0 ? k : center[2]]);
    const panes = (['axial', 'sagittal', 'coronal'] as Orientation[]).map((o) => new MprPane(wb, o, grid));
    this.panes = panes;
    replaceChildren(this.root, ...panes.map((p) => p.frame.root));
    for (const pane of panes) await pane.mount();
    this.root.dataset['volume'] = 'ready';
    const leave = wb.layout.subscribe(() => {
      leave();
      const at = wb.cross.value && Math.round(toVoxel(grid, wb.cross.value)[2]);
      const index = at === null ? undefined : grid.order[at];
      if (index !== undefined) wb.goTo(index);
    });
  }
}
