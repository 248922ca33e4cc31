import { askedOf } from '../shared/conditions';
import type { CaseView, LabelClass, LabelDocument, Mode, Point2, Point3, Question, Reading, RemarkPlace, Result, SeriesSummary } from '../shared/contract';
import type { WorkbenchConfig } from '../shared/config';
import { Rest } from '../shared/rest';
import { Signal } from '../shared/signal';
import { localized, type Bilingual, type Culture, type Translate } from '../shared/strings';
import { UndoStack } from '../shared/undo';
import { Disputes } from './model/disputes';
import { Findings } from './model/findings';
import { frameKey, Labels, mergeChanges, type Change } from './model/labels';
import { pixelValue, type Series, type Slice } from './model/series';
import type { Window } from './model/windows';
import type { Key } from './text';
import { HeatMaps } from './view/heat';

export const toolIds = ['select', 'window', 'pan', 'zoom', 'brush', 'eraser', 'polygon', 'rectangle', 'length', 'point', 'pin'] as const;
export type ToolId = (typeof toolIds)[number];
export type Layout = 'stack' | 'mpr' | 'compare';

export interface View {
  index: number;
  /** 1 shows the whole image. */
  zoom: number;
  /** The pixel in the middle of the pane; null is the middle of the image. */
  center: [number, number] | null;
  window: Window;
  invert: boolean;
}

export interface BrushOptions {
  /** Radius in image pixels. */
  radius: number;
  ranged: boolean;
  min: number;
  max: number;
  /** Polygons and rectangles fill the class's mask instead of becoming objects. */
  fill: boolean;
}

export interface ClassDisplay {
  visible: boolean;
  opacity: number;
}

export interface SourceLabels {
  name: string;
  labels: Labels;
  agreement: Record<string, number>;
}

/** A numbered mark in the image: a remark's place. */
export interface Pin {
  key: string;
  number: number;
  sopInstanceUid: string;
  frame: number;
  at: Point2;
  /** Of an earlier result. */
  faded: boolean;
  /** Not yet sent. */
  own: boolean;
}

export interface Cursor {
  slice: Slice;
  x: number;
  y: number;
  value: number | null;
}

/** Everything the open case knows; panes and panels only read it, and change it through its methods. */
export class Workbench {
  readonly labels: Labels;
  readonly undo: UndoStack<Change>;
  readonly undoChanged = new Signal(0);
  readonly sources: SourceLabels[];
  readonly series = new Signal<Series | null>(null);
  readonly loadedFrames = new Signal(0);
  readonly view = new Signal<View>({ index: 0, zoom: 1, center: null, window: { center: 40, width: 400 }, invert: false });
  readonly defaultWindow = new Signal<Window>({ center: 40, width: 400 });
  readonly layout = new Signal<Layout>('stack');
  readonly cross = new Signal<Point3 | null>(null);
  readonly tool = new Signal<ToolId>('window');
  readonly brush = new Signal<BrushOptions>({ radius: 8, ranged: false, min: -150, max: 250, fill: false });
  readonly activeClass = new Signal<string | null>(null);
  readonly display = new Signal<Record<string, ClassDisplay>>({});
  readonly selected = new Signal<string | null>(null);
  readonly hideLabels = new Signal(false);
  readonly cursor = new Signal<Cursor | null>(null);
  /** Number questions whose field holds what the schema forbids: such a value is shown, but it is no answer. */
  readonly invalid = new Set<string>();
  /** Nothing may be drawn while a decision is being written down. */
  readonly busy = new Signal(false);
  /** The button is down with a labelling tool: until it goes up no slice is turned, for a stroke is of the slice where it began. */
  drawing = false;
  readonly pins = new Signal<readonly Pin[]>([]);
  /** A place that was clicked to be remarked on. */
  readonly pinned = new Signal<RemarkPlace | null>(null);
  readonly activePin = new Signal<string | null>(null);
  /** The first of the readings that are shown beside one's own, where not all have room. */
  readonly sourcePage = new Signal(0);
  /** What remarks speak of: the newest consensus, or what is shown. */
  readonly judged: Labels;
  readonly disputes: Disputes | null;
  readonly heat: HeatMaps | null;
  readonly findings: Findings | null;
  readonly classes: LabelClass[];
  readonly questions: Question[];
  readonly mode: Mode | 'view' | 'result';
  readonly readOnly: boolean;
  /** A validator whose verdict is awaited. */
  readonly judges: boolean;
  readonly seriesList: SeriesSummary[];

  constructor(
    readonly config: WorkbenchConfig,
    readonly rest: Rest,
    readonly t: Translate<Key>,
    readonly reading: Reading | null,
    readonly caseView: CaseView,
    readonly result: Result | null = null,
  ) {
    this.classes = reading?.schema.classes ?? [];
    this.questions = reading?.schema.questions ?? [];
    this.mode = result ? 'result' : (reading?.mode ?? 'view');
    const over = !reading || reading.state === 'submitted' || reading.state === 'locked';
    this.judges = !over && this.mode === 'validate';
    this.readOnly = over || (reading.mode === 'validate' && !reading.mayCorrect);
    this.seriesList = caseView.series;
    this.labels = new Labels(reading?.schema.id ?? '');
    if (reading?.document) this.labels.load(reading.document);
    this.undo = new UndoStack(this.labels.apply, mergeChanges, 300, () => { this.undoChanged.value++; });
    this.sources = (reading?.sources ?? []).map((source) => ({
      name: source.name, labels: labelsOf(source.document), agreement: source.agreement,
    }));
    this.display.value = Object.fromEntries(this.classes.map((c) => [c.id, { visible: true, opacity: 0.4 }]));
    this.activeClass.value = this.classes.find((c) => c.geometries.length > 0)?.id ?? null;
    this.judged = reading?.consensus ? labelsOf(reading.consensus.document) : this.labels;
    const adjudication = result ? null : (reading?.adjudication ?? null);
    this.disputes = reading && adjudication && adjudication.total > 0 ? new Disputes(reading, adjudication) : null;
    this.heat = this.disputes && reading ? new HeatMaps(reading.id) : null;
    this.findings = reading?.findings && !this.readOnly ? new Findings(reading.id, reading.findings) : null;
    if (this.sources.length > 0) this.layout.value = 'compare';
  }

  /** The tools of this person on this case. */
  get tools(): readonly ToolId[] {
    return toolIds.filter((tool) => (tool === 'pin' ? this.judges : !this.readOnly || ['select', 'window', 'pan', 'zoom'].includes(tool)));
  }

  /** What lies over the images besides labels; a change asks for a redraw. */
  overlays(): readonly Signal<unknown>[] {
    const { disputes, heat, findings } = this;
    const own = [...(disputes ? [disputes.active, disputes.items] : []), ...(heat ? [heat.on, heat.frames, heat.changed] : []), ...(findings ? [findings.changed, findings.active] : [])];
    return own as readonly Signal<unknown>[];
  }

  get culture(): Culture {
    return this.config.culture;
  }

  text(value: Bilingual | string | null | undefined): string {
    return typeof value === 'string' ? value : localized(value, this.culture);
  }

  className(id: string): string {
    return this.text(this.classes.find((c) => c.id === id)?.name) || id;
  }

  /** Classes with a mask or an object, and those above them. */
  markedClasses(): Set<string> {
    const marked = new Set<string>();
    for (const used of this.labels.usedClasses()) {
      for (let id: string | null = used; id !== null && !marked.has(id); id = this.classOf(id)?.parent ?? null) marked.add(id);
    }
    return marked;
  }

  /** The questions whose conditions hold; marks are counted only where a condition looks at them. */
  asked(): Set<string> {
    let marked: Set<string> | null = null;
    return askedOf(this.questions, this.labels.answers, (id) => (marked ??= this.markedClasses()).has(id));
  }

  classOf(id: string | null): LabelClass | null {
    return this.classes.find((c) => c.id === id) ?? null;
  }

  get slice(): Slice | null {
    return this.series.value?.slices[this.view.value.index] ?? null;
  }

  /** Masks, objects and answers may be edited now. */
  get editable(): boolean {
    return !this.readOnly && !this.busy.value;
  }

  goTo(index: number): void {
    if (this.drawing) return;
    const last = (this.series.value?.slices.length ?? 1) - 1;
    this.view.patch({ index: Math.min(last, Math.max(0, index)) });
  }

  scroll(delta: number): void {
    this.goTo(this.view.value.index + delta);
  }

  goToFrame(sopInstanceUid: string, frame: number): boolean {
    if (this.drawing) return false;
    const index = this.series.value?.slices.findIndex((s) => s.sopInstanceUid === sopInstanceUid && s.frame === frame) ?? -1;
    if (index >= 0) this.goTo(index);
    return index >= 0;
  }

  /** Goes to a frame and brings a box of it into the middle, with as much around it as it is large. */
  frameBox(sopInstanceUid: string, frame: number, box: readonly number[] | null): boolean {
    if (this.layout.value === 'mpr') this.layout.value = this.sources.length > 0 ? 'compare' : 'stack';
    if (!this.goToFrame(sopInstanceUid, frame)) return false;
    const { slice } = this;
    const [x0, y0, x1, y1] = box ?? [];
    if (!slice || x0 === undefined || y0 === undefined || x1 === undefined || y1 === undefined) return true;
    const zoom = Math.min(slice.columns / Math.max(1, x1 - x0), slice.rows / Math.max(1, y1 - y0)) / 2.6;
    this.view.patch({ zoom: Math.min(8, Math.max(1, zoom)), center: zoom <= 1 ? null : [(x0 + x1) / 2, (y0 + y1) / 2] });
    return true;
  }

  setWindow(window: Window): void {
    this.view.patch({ window: { center: window.center, width: Math.max(1, window.width) } });
  }

  fit(): void {
    this.view.patch({ zoom: 1, center: null });
  }

  resetView(): void {
    this.view.patch({ zoom: 1, center: null, window: this.defaultWindow.value, invert: false });
  }

  toggleVisible(classId: string): void {
    const now = this.display.value[classId] ?? { visible: true, opacity: 0.4 };
    this.display.patch({ [classId]: { ...now, visible: !now.visible } });
  }

  setOpacity(classId: string, opacity: number): void {
    const now = this.display.value[classId] ?? { visible: true, opacity: 0.4 };
    this.display.patch({ [classId]: { ...now, opacity } });
  }

  /** The brush's intensity gate on a slice; undefined when no range is asked for. */
  gate(slice: Slice): ((x: number, y: number) => boolean) | undefined {
    const { ranged, min, max } = this.brush.value;
    if (!ranged) return undefined;
    return (x, y) => {
      const value = pixelValue(slice, x, y);
      return value !== null && value >= min && value <= max;
    };
  }

  /** Where a series opens: in the middle of what is labelled already, else in its own middle. */
  startIndex(series: Series): number {
    const labelled = new Set([this.labels, ...this.sources.map((s) => s.labels)].flatMap((labels) => labels.frames()));
    const indices = series.slices.flatMap((s, i) => (labelled.has(frameKey(s.sopInstanceUid, s.frame)) ? [i] : []));
    return indices[Math.floor(indices.length / 2)] ?? Math.floor(series.slices.length / 2);
  }

  /** Volume of a class's mask, mm³; null without regular geometry. */
  volume(labels: Labels, classId: string): { pixels: number; mm3: number | null } {
    let pixels = 0;
    let mm3: number | null = 0;
    const series = this.series.value;
    for (const mask of labels.masksOf(classId).values()) {
      const count = labels.pixelCount(mask);
      pixels += count;
      const plane = series?.slices.find((s) => s.sopInstanceUid === mask.sopInstanceUid && s.frame === mask.frame)?.plane;
      if (!plane || !series.spacing || mm3 === null) mm3 = null;
      else mm3 += count * plane.rowSpacing * plane.columnSpacing * series.spacing;
    }
    return { pixels, mm3 };
  }
}

function labelsOf(document: LabelDocument): Labels {
  const labels = new Labels(document.schemaVersion);
  labels.load(document);
  return labels;
}
