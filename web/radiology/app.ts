import type { WorkbenchConfig } from '../shared/config';
import type { Api, CaseView, Reading, SeriesSummary } from '../shared/contract';
import { h, replaceChildren } from '../shared/dom';
import { Problem, Rest } from '../shared/rest';
import { listen } from '../shared/shortcuts';
import { panelSection, showHelp, toolRail, topBar, viewBar } from './bars';
import { shortcutTable } from './keys';
import { loadSeries, prefetch, type Series } from './model/series';
import { initialWindow } from './model/initialWindow';
import { classPanel } from './panel/classes';
import { objectPanel } from './panel/objects';
import { questionPanel } from './panel/questions';
import { toolOptions } from './panel/toolOptions';
import { reportProblem, Session } from './session';
import { workbenchText } from './text';
import { Toolbox } from './tools/toolbox';
import { Stage } from './view/stage';
import { Workbench } from './workbench';

/** Frames of the next case that are fetched ahead: enough for the first look. */
const framesAhead = 6;

/** The page: one case open at a time, the next one opens in place so that what was prefetched is still in memory. */
export class App {
  private close: (() => Promise<void>) | null = null;
  private readonly rest: Rest;
  private readonly ahead = new Map<string, Promise<Series>>();

  constructor(private readonly config: WorkbenchConfig) {
    this.rest = new Rest(config.culture, config.antiforgery);
    window.addEventListener('popstate', () => {
      const id = /\/workbench\/radiology\/([^/]+)$/.exec(location.pathname)?.[1];
      if (id) void this.openReading(id);
    });
  }

  async openReading(id: string): Promise<void> {
    await this.guarded(async () => {
      const reading = await this.rest.get<Reading>(`/api/v1/readings/${id}`);
      // The page takes an offer up when the server renders it; a case opened in place has to ask.
      if (reading.state === 'offered') reading.state = (await this.rest.post<Api['TakeReadingResponse']>(`/api/v1/readings/${id}/take`, {})).state;
      await this.open(reading, { case: reading.case, series: reading.series });
    });
  }

  async openCase(id: string): Promise<void> {
    await this.guarded(async () => {
      await this.open(null, await this.rest.get<CaseView>(`/api/v1/cases/${id}/viewer`));
    });
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
    const t = workbenchText(this.config.culture);
    try {
      await this.close?.();
      this.close = null;
      document.body.dataset['ready'] = 'false';
      await work();
    } catch (error) {
      const [title, detail] = error instanceof Problem ? [error.title, error.detail] : [t('workbench.failed.title'), t('workbench.failed.detail')];
      showFailure(title, detail, t('workbench.home'), this.config.home);
      if (!(error instanceof Problem)) throw error;
    }
  }

  private async open(reading: Reading | null, caseView: CaseView): Promise<void> {
    const t = workbenchText(this.config.culture);
    document.title = `${caseView.case.label} — ${t('workbench.title')}`;
    const wb = new Workbench(this.config, this.rest, t, reading, caseView);
    const session = new Session(wb, (next) => { this.after(next); });
    const toolbox = new Toolbox(wb);
    const life = { over: false };
    const stage = new Stage(wb, toolbox, () => {
      document.body.dataset['ready'] = 'true';
      void this.prefetchAll(wb, life);
    });
    const openSeries = (index: number): void => { void this.showSeries(wb, index).catch((e: unknown) => { reportProblem(wb, e); }); };
    const table = shortcutTable(wb, session, toolbox, stage, () => { showHelp(wb, table); });
    const panel = sidePanel(wb);
    replaceChildren(document.body, h('div', { class: panel.childElementCount > 0 ? 'app' : 'app no-panel' },
      topBar(wb, session, panel, () => { showHelp(wb, table); }), viewBar(wb, stage, openSeries),
      wb.readOnly ? null : h('p', { class: 'narrow-note', role: 'note' }, t('workbench.narrow')), toolRail(wb), stage.root, panel));
    const unlisten = listen(table);
    const onUnload = (event: BeforeUnloadEvent): void => { if (session.autosave?.pending()) event.preventDefault(); };
    const onHide = (): void => { if (document.visibilityState === 'hidden') void session.autosave?.flush(); };
    window.addEventListener('beforeunload', onUnload);
    document.addEventListener('visibilitychange', onHide);
    const stopLayout = wb.layout.subscribe(() => { void stage.show(); });
    this.close = async () => {
      life.over = true;
      unlisten();
      stopLayout();
      window.removeEventListener('beforeunload', onUnload);
      document.removeEventListener('visibilitychange', onHide);
      stage.dispose();
      await session.leave();
    };
    await this.showSeries(wb, firstSeries(caseView.series));
    await stage.show();
    await session.restore();
  }

  private async showSeries(wb: Workbench, index: number): Promise<void> {
    const reference = wb.seriesList[index];
    if (!reference) throw new RangeError('The case has no series.');
    const series = await this.series(reference);
    const start = wb.startIndex(series);
    wb.cross.value = null;
    wb.loadedFrames.value = 0;
    const first = series.slices[start];
    if (first) {
      const window = await initialWindow(first, series.modality);
      wb.defaultWindow.value = window;
      wb.view.value = { index: start, zoom: 1, center: null, window, invert: false };
    }
    if (wb.layout.value === 'mpr') wb.layout.value = 'stack';
    wb.series.value = series;
  }

  private series(reference: { studyInstanceUid: string; seriesInstanceUid: string }): Promise<Series> {
    const known = this.ahead.get(reference.seriesInstanceUid) ?? loadSeries(reference);
    this.ahead.set(reference.seriesInstanceUid, known);
    known.catch(() => this.ahead.delete(reference.seriesInstanceUid));
    return known;
  }

  /** First the open series, then the metadata and first frames of the next case in the queue. */
  private async prefetchAll(wb: Workbench, life: { over: boolean }): Promise<void> {
    const series = wb.series.value;
    if (!series) return;
    const stop = (): boolean => life.over || wb.series.value !== series;
    wb.loadedFrames.value = 0;
    await prefetch(series.slices, wb.view.value.index, stop, () => { wb.loadedFrames.value++; });
    const next = wb.reading?.next?.series[0];
    if (!next || stop()) return;
    const ahead = await this.series(next).catch(() => null);
    if (!ahead) return;
    const middle = Math.floor(ahead.slices.length / 2);
    const near = ahead.slices.slice(Math.max(0, middle - framesAhead / 2), middle + framesAhead / 2);
    await prefetch(near, Math.floor(near.length / 2), stop, () => undefined);
  }

  private after(next: string | null): void {
    if (!next) {
      location.assign(this.config.home);
      return;
    }
    history.pushState(null, '', `/workbench/radiology/${next}`);
    void this.openReading(next);
  }
}

/** The largest series: a study often begins with a localizer. */
function firstSeries(series: readonly SeriesSummary[]): number {
  return series.reduce((best, s, i) => (s.instanceCount > (series[best]?.instanceCount ?? 0) ? i : best), 0);
}

function sidePanel(wb: Workbench): HTMLElement {
  const { t, reading } = wb;
  const comments = (reading?.comments ?? []).map((c) => h('li', {},
    h('time', { datetime: c.at }, new Date(c.at).toLocaleString(wb.culture, { dateStyle: 'medium', timeStyle: 'short' })), h('p', {}, c.text)));
  return h('aside', { class: 'panel', id: 'panel', 'aria-label': t('workbench.panel') },
    comments.length > 0 && panelSection('comments', t('workbench.comments.title'), h('ul', { class: 'comments' }, ...comments)),
    wb.readOnly || wb.classes.length === 0 ? null : toolOptions(wb),
    wb.classes.length > 0 && panelSection('classes', t('workbench.classes.title'), classPanel(wb)),
    wb.questions.length > 0 && panelSection('questions', t('workbench.questions.title'), questionPanel(wb)),
    wb.reading && panelSection('objects', t('workbench.objects.title'), objectPanel(wb)));
}

export function showFailure(title: string, detail: string, home: string, href: string): void {
  replaceChildren(document.body, h('div', { class: 'failure', role: 'alert' }, h('h1', {}, title), h('p', {}, detail), h('a', { class: 'button primary', href }, home)));
}
