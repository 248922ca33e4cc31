import { h, replaceChildren } from '../../shared/dom';
import { Signal } from '../../shared/signal';
import type { Toolbox } from '../tools/toolbox';
import type { Workbench } from '../workbench';
import { letterColor } from './letters';
import { MprPane, type Orientation } from './mprPane';
import { StackPane } from './stackPane';
import { gridCenter, fromVoxel, loadVolume, toVoxel } from './volume';

/** CSS pixels; in a smaller pane a contour is no longer judged. */
const leastWidth = 300;
const leastHeight = 280;

/** The panes of the current layout. */
export class Stage {
  readonly root = h('main', { id: 'stage', class: 'stage' });
  /** The letters of the readings that are shown together. */
  readonly pages = new Signal<readonly string[][]>([]);
  private panes: (StackPane | MprPane)[] = [];
  private generation = 0;

  constructor(private readonly wb: Workbench, private readonly toolbox: Toolbox, private readonly opened: () => void) {}

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

  /** Which of the pages is shown. */
  get page(): number {
    const first = this.wb.sources[this.wb.sourcePage.value]?.name;
    return Math.max(0, this.pages.value.findIndex((names) => first !== undefined && names.includes(first)));
  }

  turnPage(direction: 1 | -1): void {
    const { value } = this.pages;
    const next = value[(this.page + direction + value.length) % Math.max(1, value.length)]?.[0];
    const at = this.wb.sources.findIndex((s) => s.name === next);
    if (at >= 0) this.wb.sourcePage.value = at;
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
    const own = wb.mode === 'validate' ? wb.t('workbench.pane.reviewed') : wb.mode === 'result' ? wb.t('workbench.pane.myReading') : wb.t('workbench.pane.mine');
    const rows = this.divide();
    const main = new StackPane(wb, wb.labels, compare ? own : '', true, toolbox, 'main', this.opened);
    const names = this.pages.value[this.page] ?? [];
    const title = (name: string): string => wb.mode === 'result' ? wb.t('workbench.pane.result') : wb.t('workbench.pane.source', { name });
    const sources = compare
      ? wb.sources.filter((s) => names.includes(s.name)).map((s) => {
        const pane = new StackPane(wb, s.labels, title(s.name), false, toolbox, `source-${s.name}`, () => undefined);
        if (s.name) pane.frame.root.style.setProperty('--letter', letterColor(s.name));
        return pane;
      })
      : [];
    const panes = wb.mode === 'result' ? [main, ...sources] : [...sources, main];
    this.panes = panes;
    this.root.style.setProperty('--panes', String(Math.ceil(panes.length / rows)));
    replaceChildren(this.root, ...panes.map((p) => p.frame.root));
    toolbox.attach(main);
    for (const pane of panes) pane.mount();
  }

  /** Splits the readings into pages of as many as have room beside one's own, and gives the number of rows. */
  private divide(): number {
    const { wb, root } = this;
    const columns = Math.max(2, Math.floor(root.clientWidth / leastWidth));
    const rows = wb.sources.length + 1 > columns && root.clientHeight >= 2 * leastHeight ? 2 : 1;
    const beside = Math.max(1, columns * rows - 1);
    const letters = wb.sources.map((s) => s.name);
    this.pages.value = Array.from({ length: Math.ceil(letters.length / beside) }, (_, i) => letters.slice(i * beside, (i + 1) * beside));
    return wb.layout.value === 'compare' ? rows : 1;
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
