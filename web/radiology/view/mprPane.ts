import { Enums, type VolumeViewport } from '@cornerstonejs/core';
import type { Point2, Point3 } from '../../shared/contract';
import { add, cross, dot, pixelToPatient, scale, sides, subtract } from '../model/geometry';
import type { Bitmap } from '../model/bitmap';
import { pixelValue, type Slice } from '../model/series';
import type { Workbench } from '../workbench';
import { renderingEngine } from './engine';
import { Frame } from './frame';
import { attachGestures, type Navigable } from './gestures';
import { paintObjects, rgb, round } from './paint';
import { gridCenter, toVoxel, type Grid } from './volume';

export type Orientation = 'axial' | 'sagittal' | 'coronal';

const colors: Record<Orientation, string> = { axial: '#e5b567', sagittal: '#6fb3e0', coronal: '#8fcf8f' };
/** Masks are sampled at every second CSS pixel: three planes stay fluid in software rendering. */
const sampling = 2;
/** Cosine of half a degree: a plane tilted by more is not the slice. */
const parallel = 0.99996;

interface Basis {
  right: Point3;
  down: Point3;
  /** Along the direction of view. */
  normal: Point3;
}

/** One reformatted plane through the crosshair. Masks are shown by looking voxels up, so they lie exactly as painted. */
export class MprPane implements Navigable {
  readonly frame: Frame;
  private viewport: VolumeViewport | null = null;
  private basis: Basis | null = null;
  private zoom = 1;
  private offset: Point2 = [0, 0];
  private drawing = 0;
  private readonly picture = document.createElement('canvas');
  private readonly ends: (() => void)[] = [];
  private readonly resizing = new ResizeObserver(() => { renderingEngine().resize(true, true); this.place(); });

  constructor(private readonly wb: Workbench, private readonly orientation: Orientation, private readonly grid: Grid) {
    this.frame = new Frame(orientation, wb.t(`workbench.plane.${orientation}`), wb.t('workbench.slice.slider'));
  }

  async mount(): Promise<void> {
    const { wb, frame } = this;
    const viewportId = `mpr-${this.orientation}`;
    const engine = renderingEngine();
    engine.enableElement({
      viewportId, type: Enums.ViewportType.ORTHOGRAPHIC, element: frame.surface,
      defaultOptions: { background: [0, 0, 0], orientation: Enums.OrientationAxis[this.orientation.toUpperCase() as 'AXIAL'] },
    });
    this.viewport = engine.getViewport<VolumeViewport>(viewportId);
    await this.viewport.setVolumes([{ volumeId: this.grid.volumeId }]);
    const { viewPlaneNormal, viewUp } = this.viewport.getCamera();
    if (!viewPlaneNormal || !viewUp) return;
    const normal = scale(viewPlaneNormal, -1);
    const down = scale(viewUp, -1);
    this.basis = { normal, down, right: cross(down, normal) };
    wb.cross.value ??= gridCenter(this.grid);
    frame.surface.addEventListener(Enums.Events.IMAGE_RENDERED, this.redraw);
    frame.slider.addEventListener('input', () => { this.goTo(Number(frame.slider.value)); });
    this.ends.push(
      wb.view.subscribe(() => { this.place(); }),
      wb.cross.subscribe(() => { this.place(); }),
      wb.display.subscribe(this.redraw), wb.hideLabels.subscribe(this.redraw), wb.labels.changed.subscribe(this.redraw), wb.selected.subscribe(this.redraw),
      attachGestures(this, wb, null),
    );
    this.resizing.observe(frame.surface);
    this.place();
  }

  dispose(): void {
    this.resizing.disconnect();
    for (const end of this.ends) end();
    cancelAnimationFrame(this.drawing);
    renderingEngine().disableElement(`mpr-${this.orientation}`);
    this.viewport = null;
  }

  fit(): void {
    this.zoom = 1;
    this.offset = [0, 0];
    this.place();
  }

  /** Moves the plane by whole voxels of the grid's axis nearest to its normal. */
  scroll(delta: number): void {
    this.goTo(this.depth().at + delta);
  }

  panBy(dx: number, dy: number): void {
    this.offset = [this.offset[0] - dx / this.scale, this.offset[1] - dy / this.scale];
    this.place();
  }

  zoomAt(factor: number, [x, y]: Point2): void {
    const { width, height } = this.frame.size;
    const before = this.scale;
    this.zoom = Math.min(64, Math.max(0.2, this.zoom * factor));
    const k = 1 / before - 1 / this.scale;
    this.offset = [this.offset[0] + (x - width / 2) * k, this.offset[1] + (y - height / 2) * k];
    this.place();
  }

  pointAt(at: Point2): void {
    const world = this.toWorld(at);
    if (world) this.wb.cross.value = world;
  }

  hover(at: Point2 | null): void {
    const world = at && this.toWorld(at);
    const [i, j, k] = world ? (toVoxel(this.grid, world).map(Math.round) as Point3) : [-1, -1, -1];
    const slice = this.wb.series.value?.slices[this.grid.order[k] ?? -1];
    this.wb.cursor.value = slice ? { slice, x: i, y: j, value: pixelValue(slice, i, j) } : null;
    this.redraw();
  }

  /** The grid's axis along the normal, the crosshair's place on it and the length. */
  private depth(): { axis: 0 | 1 | 2; sign: number; at: number; last: number } {
    const normal = this.basis?.normal ?? [0, 0, 1];
    const along = this.grid.axes.map((axis) => dot(axis, normal));
    const axis = ([0, 1, 2] as const).reduce((best, n) => (Math.abs(along[n] ?? 0) > Math.abs(along[best] ?? 0) ? n : best));
    const voxel = toVoxel(this.grid, this.wb.cross.value ?? gridCenter(this.grid));
    return { axis, sign: Math.sign(along[axis] ?? 1), at: Math.round(voxel[axis]), last: this.grid.dimensions[axis] - 1 };
  }

  private goTo(index: number): void {
    const { axis, at, last } = this.depth();
    const { cross: point } = this.wb;
    const steps = Math.min(last, Math.max(0, index)) - at;
    if (point.value) point.value = add(point.value, scale(this.grid.axes[axis], steps * this.grid.spacing[axis]));
  }

  /** CSS pixels in a millimetre. */
  private get scale(): number {
    const { width, height } = this.frame.size;
    const extent = (direction: Point3): number =>
      this.grid.axes.reduce((sum, axis, n) => sum + Math.abs(dot(axis, direction)) * this.grid.dimensions[n as 0] * this.grid.spacing[n as 0], 0);
    return this.basis ? Math.min(width / extent(this.basis.right), height / extent(this.basis.down)) * this.zoom : 1;
  }

  private get focal(): Point3 {
    const { basis } = this;
    const middle = gridCenter(this.grid);
    if (!basis) return middle;
    const depth = dot(subtract(this.wb.cross.value ?? middle, middle), basis.normal);
    return add(middle, add(scale(basis.normal, depth), add(scale(basis.right, this.offset[0]), scale(basis.down, this.offset[1]))));
  }

  private toWorld([x, y]: Point2): Point3 | null {
    const { width, height } = this.frame.size;
    if (!this.basis) return null;
    return add(this.focal, add(scale(this.basis.right, (x - width / 2) / this.scale), scale(this.basis.down, (y - height / 2) / this.scale)));
  }

  private place(): void {
    const { viewport, basis } = this;
    const { height, width } = this.frame.size;
    if (!viewport || !basis || width === 0) return;
    const focalPoint = this.focal;
    const { window, invert } = this.wb.view.value;
    viewport.setCamera({ focalPoint, position: subtract(focalPoint, scale(basis.normal, 500)), parallelScale: height / 2 / this.scale });
    viewport.setProperties({ voiRange: { lower: window.center - window.width / 2, upper: window.center + window.width / 2 }, invert });
    viewport.render();
    this.redraw();
  }

  private readonly redraw = (): void => {
    this.drawing ||= requestAnimationFrame(() => {
      this.drawing = 0;
      this.draw();
    });
  };

  private draw(): void {
    const context = this.frame.context();
    if (!context || !this.basis) return;
    if (!this.wb.hideLabels.value) {
      this.drawMasks(context);
      this.drawObjects(context, this.basis);
    }
    this.drawCrosshair(context, this.basis);
    this.describe(this.basis);
  }

  private drawMasks(context: CanvasRenderingContext2D): void {
    const { wb, grid } = this;
    const { width, height } = this.frame.size;
    const [w, ht] = [Math.ceil(width / sampling), Math.ceil(height / sampling)];
    const shown = wb.classes.filter((c) => wb.display.value[c.id]?.visible && wb.labels.masksOf(c.id).size > 0).map((c) => ({
      color: rgb(c.color), alpha: wb.display.value[c.id]?.opacity ?? 0.4,
      slices: grid.order.map((at): Bitmap | null => {
        const slice = wb.series.value?.slices[at];
        return (slice && wb.labels.mask(c.id, slice.sopInstanceUid, slice.frame)?.bitmap) ?? null;
      }),
    }));
    const origin = this.toWorld([sampling / 2, sampling / 2]);
    if (shown.length === 0 || !origin || !this.basis) return;
    const start = toVoxel(grid, origin);
    const step = (direction: Point3): Point3 => subtract(toVoxel(grid, add(origin, scale(direction, sampling / this.scale))), start);
    const [dx, dy] = [step(this.basis.right), step(this.basis.down)];
    const image = new ImageData(w, ht);
    const [columns, rows, depth] = grid.dimensions;
    for (let y = 0, at = 0; y < ht; y++) {
      for (let x = 0; x < w; x++, at += 4) {
        const i = Math.round(start[0] + x * dx[0] + y * dy[0]);
        const j = Math.round(start[1] + x * dx[1] + y * dy[1]);
        const k = Math.round(start[2] + x * dx[2] + y * dy[2]);
        if (i < 0 || j < 0 || k < 0 || i >= columns || j >= rows || k >= depth) continue;
        for (const { color, alpha, slices } of shown) {
          if (!slices[k]?.get(i, j)) continue;
          image.data.set(color, at);
          image.data[at + 3] = Math.max(image.data[at + 3] ?? 0, Math.round(Math.min(1, alpha + 0.15) * 255));
        }
      }
    }
    [this.picture.width, this.picture.height] = [w, ht];
    this.picture.getContext('2d')?.putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.picture, 0, 0, w * sampling, ht * sampling);
  }

  /** The slice the plane shows whole; null where it cuts across the slices, or is tilted against them. */
  private get slice(): Slice | null {
    const { axis, at } = this.depth();
    if (axis !== 2 || Math.abs(dot(this.grid.axes[2], this.basis?.normal ?? [0, 0, 0])) < parallel) return null;
    return this.wb.series.value?.slices[this.grid.order[at] ?? -1] ?? null;
  }

  /** Contours and measurements lie in a slice: they are shown where the plane is that slice. */
  private drawObjects(context: CanvasRenderingContext2D, basis: Basis): void {
    const { slice, wb } = this;
    const plane = slice?.plane;
    if (!plane) return;
    const { width, height } = this.frame.size;
    const { focal, scale: zoom } = this;
    paintObjects(context, (pixel) => {
      const offset = subtract(pixelToPatient(plane, pixel), focal);
      return [width / 2 + dot(offset, basis.right) * zoom, height / 2 + dot(offset, basis.down) * zoom];
    }, wb, wb.labels, slice);
  }

  private drawCrosshair(context: CanvasRenderingContext2D, basis: Basis): void {
    const point = this.wb.cross.value;
    if (!point) return;
    const { width, height } = this.frame.size;
    const offset = subtract(point, this.focal);
    const x = Math.round(width / 2 + dot(offset, basis.right) * this.scale) + 0.5;
    const y = Math.round(height / 2 + dot(offset, basis.down) * this.scale) + 0.5;
    const [vertical, horizontal]: [Orientation, Orientation] =
      this.orientation === 'axial' ? ['sagittal', 'coronal'] : this.orientation === 'coronal' ? ['sagittal', 'axial'] : ['coronal', 'axial'];
    const line = (color: string, x0: number, y0: number, x1: number, y1: number): void => {
      context.strokeStyle = color;
      context.globalAlpha = 0.75;
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(x0, y0);
      context.lineTo(x1, y1);
      context.stroke();
      context.globalAlpha = 1;
    };
    line(colors[vertical], x, 0, x, y - 12);
    line(colors[vertical], x, y + 12, x, height);
    line(colors[horizontal], 0, y, x - 12, y);
    line(colors[horizontal], x + 12, y, width, y);
  }

  private describe(basis: Basis): void {
    const { wb, frame } = this;
    const { at, last } = this.depth();
    const { window } = wb.view.value;
    frame.root.style.setProperty('--plane', colors[this.orientation]);
    frame.slider.max = String(last);
    frame.slider.value = String(at);
    const elsewhere = wb.labels.objects.size > 0 && !this.slice?.plane;
    frame.text('tl', wb.t(`workbench.plane.${this.orientation}`), ...(elsewhere ? [wb.t('workbench.plane.objects')] : []));
    const cursor = wb.cursor.value;
    frame.text('bl', ...(cursor?.value === null || !cursor ? [] : [wb.t('workbench.cursor.value', {
      x: cursor.x, y: cursor.y, value: round(cursor.value), unit: wb.series.value?.modality === 'CT' ? wb.t('workbench.unit.hu') : '',
    })]), wb.t('workbench.slice.of', { index: at + 1, total: last + 1 }));
    frame.text('br', wb.t('workbench.window.value', { width: Math.round(window.width), center: Math.round(window.center) }));
    const letter = (v: Point3): string => sides(v).map((s) => wb.t(`workbench.side.${s}`)).join('');
    frame.letter('right', letter(basis.right));
    frame.letter('left', letter(scale(basis.right, -1)));
    frame.letter('bottom', letter(basis.down));
    frame.letter('top', letter(scale(basis.down, -1)));
  }
}
