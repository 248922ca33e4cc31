import { cache, Enums, type StackViewport } from '@cornerstonejs/core';
import type { Point2 } from '../../shared/contract';
import { add, pixelToPatient, sides, subtract, type Plane } from '../model/geometry';
import type { Labels } from '../model/labels';
import { pixelValue, type Series, type Slice } from '../model/series';
import type { Workbench } from '../workbench';
import { renderingEngine } from './engine';
import { Frame } from './frame';
import { attachGestures, type Navigable } from './gestures';
import { round, toImage, type Placement } from './paint';
import { paintLayers } from './paintLayers';
import { ShownSlice } from './shownSlice';
import type { Toolbox } from '../tools/toolbox';

const unplaced: Plane = { position: [0, 0, 0], rowCosines: [1, 0, 0], columnCosines: [0, 1, 0], rowSpacing: 1, columnSpacing: 1 };

/** One stack of slices with one set of labels painted over it; all stack panes share the workbench's view. */
export class StackPane implements Navigable {
  readonly frame: Frame;
  private viewport: StackViewport | null = null;
  private screen: ShownSlice | null = null;
  private drawing = 0;
  private readonly ends: (() => void)[] = [];
  private readonly resizing = new ResizeObserver(() => { this.resize(); });

  constructor(
    private readonly wb: Workbench,
    private readonly labels: Labels,
    private readonly title: string,
    readonly editable: boolean,
    private readonly toolbox: Toolbox,
    name: string,
    private readonly opened: () => void,
  ) {
    this.frame = new Frame(name, title, wb.t('workbench.slice.slider'));
  }

  /** Call once the frame stands in the page. */
  mount(): void {
    const { wb, frame } = this;
    const engine = renderingEngine();
    const viewportId = `stack-${frame.name}`;
    engine.enableElement({ viewportId, type: Enums.ViewportType.STACK, element: frame.surface, defaultOptions: { background: [0, 0, 0] } });
    const viewport = engine.getViewport<StackViewport>(viewportId);
    this.viewport = viewport;
    this.screen = new ShownSlice(viewport, () => wb.view.value.index, (slice) => cache.getImage(slice.imageId) !== undefined, this.arrived);
    frame.surface.addEventListener(Enums.Events.IMAGE_RENDERED, this.redraw);
    frame.slider.addEventListener('input', () => { wb.goTo(Number(frame.slider.value)); });
    this.ends.push(
      wb.series.subscribe((series) => { void this.open(series); }),
      wb.view.subscribe(() => { this.show(); }),
      ...[wb.display, wb.selected, wb.cursor, wb.hideLabels, wb.brush, wb.tool, wb.activeClass, wb.pins, wb.activePin, this.labels.changed, this.toolbox.changed,
        ...wb.overlays()]
        .map((signal) => (signal as { subscribe(f: () => void): () => void }).subscribe(this.redraw)),
      attachGestures(this, wb, this.editable ? this.toolbox : null),
    );
    this.resizing.observe(frame.surface);
    void this.open(wb.series.value);
  }

  dispose(): void {
    this.resizing.disconnect();
    for (const end of this.ends) end();
    this.screen?.close();
    cancelAnimationFrame(this.drawing);
    renderingEngine().disableElement(`stack-${this.frame.name}`);
    this.viewport = null;
  }

  get slice(): Slice | null {
    return this.screen?.slice ?? null;
  }

  /** Where the image lies in the pane, or null before the first image. */
  placement(): Placement | null {
    const { slice } = this;
    if (!slice) return null;
    const { width, height } = this.frame.size;
    const plane = slice.plane ?? unplaced;
    const { zoom, center } = this.wb.view.value;
    const fit = Math.min(width / (slice.columns * plane.columnSpacing), height / (slice.rows * plane.rowSpacing));
    const [scaleX, scaleY] = [fit * zoom * plane.columnSpacing, fit * zoom * plane.rowSpacing];
    const [cx, cy] = center ?? [slice.columns / 2, slice.rows / 2];
    return { scaleX, scaleY, left: width / 2 - cx * scaleX, top: height / 2 - cy * scaleY };
  }

  scroll(delta: number): void {
    this.wb.scroll(delta);
  }

  panBy(dx: number, dy: number): void {
    const place = this.placement();
    const { slice } = this;
    if (!place || !slice) return;
    const [cx, cy] = this.wb.view.value.center ?? [slice.columns / 2, slice.rows / 2];
    this.wb.view.patch({ center: [cx - dx / place.scaleX, cy - dy / place.scaleY] });
  }

  zoomAt(factor: number, [x, y]: Point2): void {
    const place = this.placement();
    const { slice } = this;
    if (!place || !slice) return;
    const { zoom, center } = this.wb.view.value;
    const next = Math.min(64, Math.max(0.2, zoom * factor));
    const [px, py] = toImage(place, [x, y]);
    const [cx, cy] = center ?? [slice.columns / 2, slice.rows / 2];
    const k = zoom / next;
    this.wb.view.patch({ zoom: next, center: [px + (cx - px) * k, py + (cy - py) * k] });
  }

  hover(at: Point2 | null): void {
    const place = this.placement();
    const { slice } = this;
    if (!at || !place || !slice) {
      this.wb.cursor.value = null;
      return;
    }
    const [x, y] = toImage(place, at);
    const [i, j] = [Math.floor(x), Math.floor(y)];
    const inside = i >= 0 && j >= 0 && i < slice.columns && j < slice.rows;
    this.wb.cursor.value = inside ? { slice, x: i, y: j, value: pixelValue(slice, i, j) } : null;
  }

  private async open(series: Series | null): Promise<void> {
    if (!series || !this.screen) return;
    this.frame.slider.max = String(Math.max(0, series.slices.length - 1));
    if (await this.screen.open(series)) this.opened();
  }

  private show(): void {
    if (this.screen?.stands) this.place();
    void this.screen?.follow();
  }

  private readonly arrived = (): void => {
    const failed = this.screen?.failed ?? false;
    this.frame.text('tr', failed ? this.wb.t('workbench.slice.failed') : '');
    this.frame.root.classList.toggle('failed', failed);
    this.place();
    this.redraw();
  };

  private resize(): void {
    if (!this.viewport) return;
    renderingEngine().resize(true, true);
    this.place();
  }

  /** Puts Cornerstone's camera where the shared view wants it, so that overlay and image agree to the pixel. */
  private place(): void {
    const { slice } = this;
    if (!slice || !this.viewport) return;
    const { window, invert, zoom, center } = this.wb.view.value;
    const { width, height } = this.frame.size;
    if (width === 0 || height === 0) return;
    const plane = slice.plane ?? unplaced;
    const focalPoint = pixelToPatient(plane, center ?? [slice.columns / 2, slice.rows / 2]);
    const fit = Math.min(width / (slice.columns * plane.columnSpacing), height / (slice.rows * plane.rowSpacing));
    const { focalPoint: from, position } = this.viewport.getCamera();
    if (from && position) {
      // The camera keeps its distance: Cornerstone's clipping range was made for it.
      this.viewport.setCamera({ focalPoint, position: add(position, subtract(focalPoint, from)), parallelScale: height / 2 / (fit * zoom) });
    }
    const { center: c, width: w } = window;
    this.viewport.setProperties({ voiRange: { lower: c - w / 2, upper: c + w / 2 }, invert });
    this.viewport.render();
    this.redraw();
  }

  private readonly redraw = (): void => {
    this.drawing ||= requestAnimationFrame(() => {
      this.drawing = 0;
      this.draw();
    });
  };

  private draw(): void {
    const { wb, frame } = this;
    const context = frame.context();
    const place = this.placement();
    const { slice } = this;
    if (!context || !place || !slice) return;
    paintLayers(context, place, wb, this.labels, slice, frame.name);
    if (this.editable) this.toolbox.draw(context, place, slice);
    this.describe(slice);
  }

  private describe(slice: Slice): void {
    const { wb, frame } = this;
    const { window, zoom, index } = wb.view.value;
    const total = wb.series.value?.slices.length ?? 0;
    const cursor = wb.cursor.value;
    const place = this.placement();
    frame.slider.value = String(index);
    frame.slider.setAttribute('aria-valuetext', wb.t('workbench.slice.of', { index: index + 1, total }));
    frame.text('tl', this.title);
    frame.text('bl',
      ...(cursor?.slice === slice ? [cursor.value === null ? `x ${String(cursor.x)}  y ${String(cursor.y)}` : wb.t('workbench.cursor.value', {
        x: cursor.x, y: cursor.y, value: round(cursor.value), unit: wb.series.value?.modality === 'CT' ? wb.t('workbench.unit.hu') : '',
      })] : []),
      ...(slice.along === null ? [] : [wb.t('workbench.slice.position', { mm: round(slice.along) })]),
      wb.t('workbench.slice.of', { index: index + 1, total }));
    frame.text('br', wb.t('workbench.zoom.value', { percent: Math.round((place?.scaleX ?? zoom) * 100) }),
      wb.t('workbench.window.value', { width: Math.round(window.width), center: Math.round(window.center) }));
    const side = (v: [number, number, number]): string => sides(v).map((s) => wb.t(`workbench.side.${s}`)).join('');
    const opposite = (v: [number, number, number]): [number, number, number] => [-v[0], -v[1], -v[2]];
    if (slice.plane) {
      frame.letter('right', side(slice.plane.rowCosines));
      frame.letter('left', side(opposite(slice.plane.rowCosines)));
      frame.letter('bottom', side(slice.plane.columnCosines));
      frame.letter('top', side(opposite(slice.plane.columnCosines)));
    }
  }
}
