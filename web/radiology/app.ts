import { ActivityMeter, listenForActivity } from '../shared/activity';
import type { WorkbenchConfig } from '../shared/config';
import type { Api, CaseView, Reading, Result, SeriesSummary } from '../shared/contract';
import { h, replaceChildren } from '../shared/dom';
import { Problem, Rest } from '../shared/rest';
import { listen } from '../shared/shortcuts';
import { panelSection, showHelp, toolRail, topBar, viewBar } from './bars';
import { Decisions } from './decisions';
import { shortcutTable } from './keys';
import { forgetSeries, loadSeries, prefetch } from './model/series';
import { Shelf } from './model/shelf';
import { classPanel } from './panel/classes';
import { objectPanel } from './panel/objects';
import { disagreementPanel } from './panel/disagreements';
import { findingPanel } from './panel/findings';
import { heatPanel } from './panel/heat';
import { questionPanel } from './panel/questions';
import { remarkPanel } from './panel/remarks';
import { resultPanel } from './panel/result';
import { toolOptions } from './panel/toolOptions';
import { Remarks } from './remarks';
import { resultReading } from './resultReading';
import { SeriesChoice } from './seriesChoice';
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
  private readonly shelf = new Shelf(loadSeries, forgetSeries);

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

  async openResult(id: string): Promise<void> {
    await this.guarded(async () => {
      const result = await this.rest.get<Result>(`/api/v1/readings/${id}/result`);
      await this.open(resultReading(result), { case: result.case, series: result.series }, result);
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

  private async open(reading: Reading | null, caseView: CaseView, result: Result | null = null): Promise<void> {
    const t = workbenchText(this.config.culture);
    this.shelf.keepOnly([...caseView.series, ...(reading?.next?.series ?? [])]);
    document.title = `${caseView.case.label} — ${t('workbench.title')}`;
    const wb = new Workbench(this.config, this.rest, t, reading, caseView, result);
    const remarks = new Remarks(wb);
    const session = new Session(wb, remarks, (next) => { this.after(next); });
    const decisions = wb.disputes && new Decisions(wb, session, wb.disputes);
    const toolbox = new Toolbox(wb);
    const life = { over: false };
    const stage = new Stage(wb, toolbox, () => {
      document.body.dataset['ready'] = 'true';
      void this.prefetchAll(wb, life);
    });
    const choice = new SeriesChoice(wb, (reference) => this.shelf.series(reference));
    const table = shortcutTable({ wb, session, toolbox, stage, decisions }, () => { showHelp(wb, table); });
    const panel = sidePanel(wb, remarks, decisions);
    replaceChildren(document.body, h('div', { class: panel.childElementCount > 0 ? 'app' : 'app no-panel' },
      topBar(wb, session, panel, () => { showHelp(wb, table); }), viewBar(wb, stage, (index) => choice.open(index)),
      wb.readOnly ? null : h('p', { class: 'narrow-note', role: 'note' }, t('workbench.narrow')), toolRail(wb), stage.root, panel));
    const unlisten = listen(table);
    const stopMeter = this.measure(reading);
    const onUnload = (event: BeforeUnloadEvent): void => { if (session.autosave?.pending()) event.preventDefault(); };
    const onHide = (): void => { if (document.visibilityState === 'hidden') void session.autosave?.flush(); };
    window.addEventListener('beforeunload', onUnload);
    document.addEventListener('visibilitychange', onHide);
    const stops = [wb.layout.subscribe(() => { void stage.show(); }), wb.sourcePage.subscribe(() => { void stage.show(); })];
    this.close = async () => {
      life.over = true;
      unlisten();
      for (const stop of stops) stop();
      window.removeEventListener('beforeunload', onUnload);
      document.removeEventListener('visibilitychange', onHide);
      stage.dispose();
      await session.leave();
      await stopMeter();
    };
    await choice.open(firstSeries(caseView.series));
    await stage.show();
    await session.restore();
    // The order of the lists is theirs from the beginning; what is missing of them comes while one looks at the first.
    void Promise.all([session.loadKept(), wb.disputes?.loadRest(wb.rest), wb.heat?.load(wb.rest)]).catch((e: unknown) => { reportProblem(wb, e); });
    if (decisions?.mayDecide) decisions.open(decisions.disputes.nextOpen());
  }

  /** Active time is told while the reading is open to its person, whatever their part in the case. */
  private measure(reading: Reading | null): () => Promise<void> {
    if (!reading || reading.state === 'submitted' || reading.state === 'locked') return () => Promise.resolve();
    const meter = new ActivityMeter({
      now: () => performance.now(),
      send: async (now, intervals) => {
        try {
          await this.rest.post(`/api/v1/readings/${reading.id}/activity`, { now, intervals });
        } catch (error) {
          // A refusal is not mended by telling the same again; a lost network is.
          if (!(error instanceof Problem)) throw error;
        }
      },
    });
    const unlisten = listenForActivity(meter);
    return async () => {
      unlisten();
      await meter.stop();
    };
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
    const ahead = await this.shelf.series(next).catch(() => null);
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

function sidePanel(wb: Workbench, remarks: Remarks, decisions: Decisions | null): HTMLElement {
  const { t, heat, findings, result } = wb;
  return h('aside', { class: 'panel', id: 'panel', 'aria-label': t('workbench.panel') },
    (wb.judges || (wb.reading?.comments.length ?? 0) > 0) && panelSection('comments', t('workbench.comments.title'), remarkPanel(wb, remarks)),
    result && panelSection('result', t('workbench.result.title'), resultPanel(wb, result)),
    decisions && panelSection('disputes', t('workbench.disputes.title'), disagreementPanel(wb, decisions)),
    heat && panelSection('heat', t('workbench.heat.title'), heatPanel(wb, heat)),
    findings && panelSection('findings', t('workbench.findings.title'), findingPanel(wb, findings)),
    wb.readOnly || wb.classes.length === 0 ? null : toolOptions(wb),
    wb.classes.length > 0 && panelSection('classes', t('workbench.classes.title'), classPanel(wb)),
    wb.questions.length > 0 && panelSection('questions', t('workbench.questions.title'), questionPanel(wb)),
    wb.reading && panelSection('objects', t('workbench.objects.title'), objectPanel(wb)));
}

export function showFailure(title: string, detail: string, home: string, href: string): void {
  replaceChildren(document.body, h('div', { class: 'failure', role: 'alert' }, h('h1', {}, title), h('p', {}, detail), h('a', { class: 'button primary', href }, home)));
}
