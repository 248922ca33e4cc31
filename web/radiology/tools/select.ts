import type { LabelObject, Point2 } from '../../shared/contract';
import type { Labels } from '../model/labels';
import { segmentDistance } from '../model/raster';
import type { Slice } from '../model/series';
import type { Workbench } from '../workbench';
import { clamp, placed, refusesOutline } from './shapes';
import type { Stroke, Tool } from './toolbox';

interface Grip {
  before: LabelObject;
  /** The corner in hand, or null for the whole object. */
  corner: number | null;
  from: Point2;
}

/** Picks objects up, moves them or one of their corners. */
export class SelectTool implements Tool {
  private grip: Grip | null = null;

  constructor(private readonly wb: Workbench, private readonly redraw: () => void) {}

  down({ slice, at, scale }: Stroke): void {
    const hit = objectAt(this.wb.labels, slice, at, scale);
    this.wb.selected.value = hit?.object.id ?? null;
    this.grip = hit && this.wb.editable ? { before: hit.object, corner: hit.corner, from: at } : null;
  }

  move({ slice, at }: Stroke): void {
    if (!this.grip) return;
    this.wb.labels.objects.set(this.grip.before.id, placed({ ...this.grip.before, points: this.moved(this.grip, at).map((p) => clamp(p, slice)) }, slice, this.wb));
    this.redraw();
  }

  up(stroke: Stroke): void {
    const { grip } = this;
    if (!grip) return;
    this.move(stroke);
    this.grip = null;
    const after = this.wb.labels.objects.get(grip.before.id);
    if (after && JSON.stringify(after.points) !== JSON.stringify(grip.before.points) && !refusesOutline(this.wb, after)) {
      this.wb.undo.record([{ kind: 'object', before: grip.before, after }]);
      this.wb.labels.changed.value++;
    } else {
      this.wb.labels.objects.set(grip.before.id, grip.before);
      this.redraw();
    }
  }

  cancel(): void {
    if (this.grip) this.wb.labels.objects.set(this.grip.before.id, this.grip.before);
    this.grip = null;
  }

  private moved({ before, corner, from }: Grip, at: Point2): Point2[] {
    const [dx, dy] = [at[0] - from[0], at[1] - from[1]];
    if (corner === null) return before.points.map(([x, y]) => [x + dx, y + dy]);
    if (before.type === 'rectangle' && before.points.length === 4) return resized(before.points, corner, at);
    return before.points.map((p, i) => (i === corner ? at : p));
  }
}

/** The object whose line or corner lies nearest to a place, within a finger's width. */
export function objectAt(labels: Labels, slice: Slice, at: Point2, scale: number): { object: LabelObject; corner: number | null } | null {
  const here = [...labels.objects.values()]
    .filter((o) => o.sopInstanceUid === slice.sopInstanceUid && o.frame === slice.frame)
    .map((object) => ({ object, ...nearest(object, at) }))
    .filter((hit) => hit.far * scale < 8)
    .sort((a, b) => a.far - b.far);
  return here[0] ?? null;
}

/** Moves one corner of an upright rectangle; its neighbours follow. */
function resized(points: readonly Point2[], corner: number, at: Point2): Point2[] {
  const fixed = points[(corner + 2) % 4] ?? at;
  return points.map((p, i) => {
    if (i === corner) return at;
    if (i === (corner + 2) % 4) return fixed;
    const held = points[corner] ?? at;
    return [p[0] === held[0] ? at[0] : fixed[0], p[1] === held[1] ? at[1] : fixed[1]];
  });
}

function nearest(object: LabelObject, at: Point2): { far: number; corner: number | null } {
  let best = { far: Infinity, corner: null as number | null };
  const { points } = object;
  points.forEach((p, i) => {
    const far = Math.hypot(p[0] - at[0], p[1] - at[1]);
    if (far < best.far) best = { far, corner: i };
  });
  const closed = object.type === 'polygon' || object.type === 'rectangle';
  points.forEach((p, i) => {
    const next = points[i + 1] ?? (closed ? points[0] : undefined);
    if (!next) return;
    const far = segmentDistance(at, p, next);
    if (far < best.far * 0.6) best = { far, corner: null };
  });
  return best;
}
