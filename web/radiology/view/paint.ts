import type { LabelObject, Point2 } from '../../shared/contract';
import type { Labels, MaskSlice } from '../model/labels';
import { outline } from '../model/outline';
import type { Slice } from '../model/series';
import type { Workbench } from '../workbench';

/** Image pixels → CSS pixels of a pane. */
export interface Placement {
  scaleX: number;
  scaleY: number;
  left: number;
  top: number;
}

export const toCanvas = (p: Placement, [x, y]: Point2): Point2 => [p.left + x * p.scaleX, p.top + y * p.scaleY];
export const toImage = (p: Placement, [x, y]: Point2): Point2 => [(x - p.left) / p.scaleX, (y - p.top) / p.scaleY];

interface Picture {
  version: number;
  color: string;
  canvas: HTMLCanvasElement;
  border: Path2D;
}

const pictures = new WeakMap<MaskSlice, Picture>();

export function rgb(color: string): [number, number, number] {
  const value = parseInt(color.replace('#', ''), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function picture(mask: MaskSlice, color: string): Picture {
  const known = pictures.get(mask);
  if (known?.version === mask.version && known.color === color) return known;
  const canvas = known?.canvas ?? document.createElement('canvas');
  [canvas.width, canvas.height] = [mask.columns, mask.rows];
  const context = canvas.getContext('2d');
  const image = new ImageData(mask.columns, mask.rows);
  const words = new Uint32Array(image.data.buffer);
  const [r, g, b] = rgb(color);
  const word = ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  const { bits } = mask.bitmap;
  for (let byte = 0; byte < bits.length; byte++) {
    const value = bits[byte] ?? 0;
    for (let bit = 0; value >> bit; bit++) if ((value >> bit) & 1) words[byte * 8 + bit] = word;
  }
  context?.putImageData(image, 0, 0);
  const made = { version: mask.version, color, canvas, border: outline(mask.bitmap) };
  pictures.set(mask, made);
  return made;
}

/** The border of a mask in image pixels. */
export const maskBorder = (mask: MaskSlice, color: string): Path2D => picture(mask, color).border;

export function paintMasks(context: CanvasRenderingContext2D, place: Placement, wb: Workbench, labels: Labels, slice: Slice): void {
  for (const labelClass of wb.classes) {
    const display = wb.display.value[labelClass.id];
    const mask = labels.mask(labelClass.id, slice.sopInstanceUid, slice.frame);
    if (!mask || !display?.visible) continue;
    const { canvas, border } = picture(mask, labelClass.color);
    context.save();
    context.translate(place.left, place.top);
    context.scale(place.scaleX, place.scaleY);
    context.imageSmoothingEnabled = false;
    context.globalAlpha = display.opacity;
    context.drawImage(canvas, 0, 0);
    context.globalAlpha = Math.min(1, display.opacity + 0.45);
    context.strokeStyle = labelClass.color;
    context.lineWidth = 1.25 / place.scaleX;
    context.stroke(border);
    context.restore();
  }
}

/** `project` takes image pixels to the pane's CSS pixels. */
export type Project = (pixel: Point2) => Point2;

export function paintObjects(context: CanvasRenderingContext2D, project: Project, wb: Workbench, labels: Labels, slice: Slice): void {
  for (const object of labels.objects.values()) {
    if (object.sopInstanceUid !== slice.sopInstanceUid || object.frame !== slice.frame) continue;
    const labelClass = wb.classOf(object.class);
    if (wb.display.value[object.class]?.visible === false) continue;
    paintObject(context, project, object, labelClass?.color ?? '#ffffff', wb.selected.value === object.id, wb);
  }
}

export function paintObject(
  context: CanvasRenderingContext2D, project: Project, object: LabelObject, color: string, selected: boolean, wb: Workbench, dash: number[] = [],
): void {
  const points = object.points.map((p) => project(p));
  const first = points[0];
  if (!first) return;
  context.save();
  context.lineJoin = 'round';
  for (const [stroke, width] of [['rgba(0,0,0,.65)', selected ? 4.5 : 3.5], [color, selected ? 2.25 : 1.5]] as const) {
    context.strokeStyle = stroke;
    context.lineWidth = width;
    context.setLineDash(color === stroke ? dash : []);
    context.beginPath();
    trace(context, object, points);
    context.stroke();
  }
  context.setLineDash([]);
  if (selected || object.type === 'length' || object.type === 'point') handles(context, points, color);
  if (typeof object.measurement?.lengthMm === 'number') {
    caption(context, points.at(-1) ?? first, wb.t('workbench.object.lengthMm', { value: round(object.measurement.lengthMm) }), color);
  }
  context.restore();
}

function trace(context: CanvasRenderingContext2D, object: LabelObject, points: Point2[]): void {
  const [first, ...rest] = points;
  if (!first) return;
  if (object.type === 'point') {
    context.arc(first[0], first[1], 6, 0, 2 * Math.PI);
    return;
  }
  if (object.type === 'ellipse' && rest.length >= 1) {
    const xs = points.map((p) => p[0]);
    const ys = points.map((p) => p[1]);
    const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    context.ellipse((x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2, 0, 0, 2 * Math.PI);
    return;
  }
  context.moveTo(...first);
  if (object.type === 'rectangle' && points.length === 2) {
    const [a, b] = points as [Point2, Point2];
    context.rect(a[0], a[1], b[0] - a[0], b[1] - a[1]);
    return;
  }
  for (const point of rest) context.lineTo(...point);
  if (object.type === 'polygon' || object.type === 'rectangle') context.closePath();
}

export function handles(context: CanvasRenderingContext2D, points: readonly Point2[], color: string): void {
  context.fillStyle = '#0b0e12';
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  for (const [x, y] of points) {
    context.beginPath();
    context.rect(x - 3, y - 3, 6, 6);
    context.fill();
    context.stroke();
  }
}

export function caption(context: CanvasRenderingContext2D, [x, y]: Point2, text: string, color: string): void {
  context.font = '600 12px "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
  const width = context.measureText(text).width;
  context.fillStyle = 'rgba(8,11,15,.8)';
  context.fillRect(x + 8, y - 9, width + 10, 18);
  context.fillStyle = color;
  context.textBaseline = 'middle';
  context.fillText(text, x + 13, y + 0.5);
}

export const round = (value: number, digits = 1): number => Number(value.toFixed(digits));
