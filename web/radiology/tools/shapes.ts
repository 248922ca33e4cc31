import type { LabelObject, ObjectType, Point2 } from '../../shared/contract';
import { toast } from '../../shared/dialogs';
import { distance, pixelToPatient } from '../model/geometry';
import { crossesItself, fillPolygon, rectanglePoints, simplify } from '../model/raster';
import type { Slice } from '../model/series';
import { caption, handles, round, toCanvas, type Placement } from '../view/paint';
import type { Workbench } from '../workbench';
import { sizeOf } from './brush';
import type { Stroke, Tool } from './toolbox';

/** The object's place in the patient and its measurement, from its pixels. */
export function placed(object: LabelObject, slice: Slice, wb: Workbench): LabelObject {
  const { plane } = slice;
  const points3d = plane ? object.points.map((p) => pixelToPatient(plane, p)) : null;
  const [a, b] = points3d ?? [];
  return {
    ...own(object),
    frameOfReferenceUid: points3d ? (wb.series.value?.frameOfReferenceUid ?? null) : null,
    points3d,
    measurement: object.type === 'length' && a && b ? { lengthMm: round(distance(a, b), 3) } : null,
  };
}

/** What was brought and is changed is one's own. */
function own(object: LabelObject): LabelObject {
  const changed = { ...object };
  delete changed.origin;
  delete changed.confirmed;
  return changed;
}

function addObject(wb: Workbench, type: ObjectType, slice: Slice, points: Point2[]): void {
  const classId = wb.activeClass.value;
  if (!classId || !wb.classOf(classId)?.geometries.includes(type)) return;
  const bare: LabelObject = {
    id: wb.disputes?.ownId(classId, (id) => wb.labels.objects.has(id)) ?? crypto.randomUUID(), class: classId, type, sopInstanceUid: slice.sopInstanceUid, frame: slice.frame,
    points: points.map((p) => clamp(p, slice)), frameOfReferenceUid: null, points3d: null, measurement: null,
  };
  if (refusesOutline(wb, bare)) return;
  const object = placed(bare, slice, wb);
  wb.undo.perform([{ kind: 'object', before: null, after: object }]);
  wb.selected.value = object.id;
}

/** The server takes no outline that crosses itself; the reader is told at once. */
export function refusesOutline(wb: Workbench, object: LabelObject): boolean {
  const refused = object.type === 'polygon' && crossesItself(object.points);
  if (refused) toast('error', wb.t('workbench.polygon.crosses'), '', wb.t('workbench.close'));
  return refused;
}

export const clamp = ([x, y]: Point2, slice: Slice): Point2 => [
  round(Math.min(slice.columns, Math.max(0, x)), 2),
  round(Math.min(slice.rows, Math.max(0, y)), 2),
];

/** Fills the class's mask with the shape, or removes it from there with Alt held. */
function fillMask(wb: Workbench, slice: Slice, points: readonly Point2[], on: boolean): void {
  const classId = wb.activeClass.value;
  if (!classId || !wb.classOf(classId)?.geometries.includes('mask')) return;
  const mask = wb.labels.ensureMask(classId, sizeOf(slice));
  const after = mask.bitmap.clone();
  fillPolygon(after, points, on, on ? wb.gate(slice) : undefined);
  wb.undo.perform([{ kind: 'mask', class: classId, frame: sizeOf(slice), before: mask.bitmap.bits.slice(), after: after.bits }]);
}

/** Whether a closed shape becomes a mask: asked for, or the only thing the class takes. */
export function fills(wb: Workbench, type: 'polygon' | 'rectangle'): boolean {
  const geometries = wb.classOf(wb.activeClass.value)?.geometries ?? [];
  return geometries.includes('mask') && (wb.brush.value.fill || !geometries.includes(type));
}

const activeColor = (wb: Workbench): string => wb.classOf(wb.activeClass.value)?.color ?? '#ffffff';

/** Clicks set corners, dragging draws freehand; double click, Enter or the first corner closes. */
export class PolygonTool implements Tool {
  private points: Point2[] = [];
  private slice: Slice | null = null;
  private freehandFrom = -1;
  private removing = false;

  constructor(private readonly wb: Workbench, private readonly redraw: () => void) {}

  down({ slice, at, scale }: Stroke, event: PointerEvent): void {
    if (this.slice && this.slice !== slice) this.cancel();
    this.slice = slice;
    this.removing = event.altKey;
    const first = this.points[0];
    if (first && this.points.length > 2 && Math.hypot(first[0] - at[0], first[1] - at[1]) * scale < 9) {
      this.finish();
      return;
    }
    this.points.push(at);
    this.freehandFrom = this.points.length - 1;
    this.redraw();
  }

  move({ at, scale }: Stroke): void {
    const last = this.points.at(-1);
    if (this.freehandFrom < 0 || !last || Math.hypot(last[0] - at[0], last[1] - at[1]) * scale < 3) return;
    this.points.push(at);
    this.redraw();
  }

  up({ scale }: Stroke): void {
    if (this.freehandFrom < 0) return;
    const drawn = this.points.length - this.freehandFrom;
    const from = this.freehandFrom;
    this.freehandFrom = -1;
    if (drawn < 6) return;
    this.points = [...this.points.slice(0, from), ...simplify(this.points.slice(from), 0.75 / scale)];
    // A freehand stroke that is the whole figure closes itself, as a drawn contour does.
    if (from === 0) this.finish();
  }

  finish(): void {
    const { points, slice } = this;
    this.points = [];
    this.slice = null;
    this.freehandFrom = -1;
    const corners = points.filter((p, i) => i === 0 || Math.hypot(p[0] - (points[i - 1]?.[0] ?? 0), p[1] - (points[i - 1]?.[1] ?? 0)) > 0.01);
    if (slice && corners.length >= 3) {
      if (fills(this.wb, 'polygon')) fillMask(this.wb, slice, corners, !this.removing);
      else addObject(this.wb, 'polygon', slice, corners);
    }
    this.redraw();
  }

  cancel(): void {
    this.points = [];
    this.slice = null;
    this.freehandFrom = -1;
  }

  draw(context: CanvasRenderingContext2D, place: Placement, slice: Slice, hover: Point2 | null): void {
    if (this.points.length === 0 || this.slice !== slice) return;
    const points = this.points.map((p) => toCanvas(place, p));
    preview(context, hover && this.freehandFrom < 0 ? [...points, hover] : points, activeColor(this.wb), false);
    if (points.length < 40) handles(context, points, activeColor(this.wb));
  }
}

export class RectangleTool implements Tool {
  private from: Point2 | null = null;
  private to: Point2 | null = null;

  constructor(private readonly wb: Workbench, private readonly redraw: () => void) {}

  down({ at }: Stroke): void {
    this.from = this.to = at;
  }

  move({ at }: Stroke): void {
    if (this.from) this.to = at;
    this.redraw();
  }

  up({ slice, at, scale }: Stroke, event: PointerEvent): void {
    const { from } = this;
    this.cancel();
    this.redraw();
    if (!from || Math.min(Math.abs(from[0] - at[0]), Math.abs(from[1] - at[1])) * scale < 3) return;
    const corners = rectanglePoints(from, at);
    if (fills(this.wb, 'rectangle')) fillMask(this.wb, slice, corners, !event.altKey);
    else addObject(this.wb, 'rectangle', slice, corners);
  }

  cancel(): void {
    this.from = this.to = null;
  }

  draw(context: CanvasRenderingContext2D, place: Placement): void {
    if (!this.from || !this.to) return;
    preview(context, rectanglePoints(this.from, this.to).map((p) => toCanvas(place, p)), activeColor(this.wb), true);
  }
}

export class LineTool implements Tool {
  private from: Point2 | null = null;
  private to: Point2 | null = null;

  constructor(private readonly wb: Workbench, private readonly redraw: () => void) {}

  down({ at }: Stroke): void {
    this.from = this.to = at;
  }

  move({ at }: Stroke): void {
    if (this.from) this.to = at;
    this.redraw();
  }

  up({ slice, at, scale }: Stroke): void {
    const { from } = this;
    this.cancel();
    this.redraw();
    if (from && Math.hypot(from[0] - at[0], from[1] - at[1]) * scale >= 3) addObject(this.wb, 'length', slice, [from, at]);
  }

  cancel(): void {
    this.from = this.to = null;
  }

  draw(context: CanvasRenderingContext2D, place: Placement, slice: Slice): void {
    if (!this.from || !this.to) return;
    const ends = [this.from, this.to].map((p) => toCanvas(place, p));
    preview(context, ends, activeColor(this.wb), false);
    handles(context, ends, activeColor(this.wb));
    const { plane } = slice;
    const tip = ends[1];
    if (plane && tip) {
      const mm = distance(pixelToPatient(plane, this.from), pixelToPatient(plane, this.to));
      caption(context, tip, this.wb.t('workbench.object.lengthMm', { value: round(mm) }), activeColor(this.wb));
    }
  }
}

export class PointTool implements Tool {
  constructor(private readonly wb: Workbench) {}

  down({ slice, at }: Stroke): void {
    if (at[0] >= 0 && at[1] >= 0 && at[0] <= slice.columns && at[1] <= slice.rows) addObject(this.wb, 'point', slice, [at]);
  }

  move(): void {
    // A point is set when the button goes down.
  }

  up(): void {
    // A point is set when the button goes down.
  }
}

function preview(context: CanvasRenderingContext2D, points: readonly Point2[], color: string, closed: boolean): void {
  for (const [stroke, width] of [['rgba(0,0,0,.65)', 3.5], [color, 1.5]] as const) {
    context.beginPath();
    points.forEach(([x, y], i) => { if (i === 0) context.moveTo(x, y); else context.lineTo(x, y); });
    if (closed) context.closePath();
    context.strokeStyle = stroke;
    context.lineWidth = width;
    context.stroke();
  }
}
