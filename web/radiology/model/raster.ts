import type { Point2 } from '../../shared/contract';
import type { Bitmap } from './bitmap';

/** Tells whether pixel (x, y) may be painted: the intensity range of the brush. */
export type Gate = (x: number, y: number) => boolean;

/** Sets every pixel whose centre lies within `radius` pixels of the segment a–b. */
export function paintCapsule(bitmap: Bitmap, a: Point2, b: Point2, radius: number, on: boolean, gate?: Gate): void {
  const x0 = Math.max(0, Math.floor(Math.min(a[0], b[0]) - radius));
  const x1 = Math.min(bitmap.columns - 1, Math.ceil(Math.max(a[0], b[0]) + radius));
  const y0 = Math.max(0, Math.floor(Math.min(a[1], b[1]) - radius));
  const y1 = Math.min(bitmap.rows - 1, Math.ceil(Math.max(a[1], b[1]) + radius));
  const dx = b[0] - a[0];
  const dy = b[1] - a[1];
  const length2 = dx * dx + dy * dy;
  for (let y = y0; y <= y1; y++) {
    for (let x = x0; x <= x1; x++) {
      const px = x + 0.5 - a[0];
      const py = y + 0.5 - a[1];
      const t = length2 === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length2));
      const ex = px - t * dx;
      const ey = py - t * dy;
      if (ex * ex + ey * ey <= radius * radius && (!gate || gate(x, y))) bitmap.set(x, y, on);
    }
  }
}

/** Sets every pixel whose centre lies inside the closed polygon (even-odd rule). */
export function fillPolygon(bitmap: Bitmap, points: readonly Point2[], on: boolean, gate?: Gate): void {
  const ys = points.map((p) => p[1]);
  const y0 = Math.max(0, Math.floor(Math.min(...ys)));
  const y1 = Math.min(bitmap.rows - 1, Math.ceil(Math.max(...ys)));
  for (let y = y0; y <= y1; y++) {
    const crossings = rowCrossings(points, y + 0.5);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = Math.max(0, Math.ceil((crossings[i] ?? 0) - 0.5));
      const to = Math.min(bitmap.columns - 1, Math.ceil((crossings[i + 1] ?? 0) - 0.5) - 1);
      for (let x = from; x <= to; x++) {
        if (!gate || gate(x, y)) bitmap.set(x, y, on);
      }
    }
  }
}

function rowCrossings(points: readonly Point2[], y: number): number[] {
  const crossings: number[] = [];
  for (let i = 0; i < points.length; i++) {
    const a = points[i];
    const b = points[(i + 1) % points.length];
    if (!a || !b || a[1] <= y === b[1] <= y) continue;
    crossings.push(a[0] + ((y - a[1]) / (b[1] - a[1])) * (b[0] - a[0]));
  }
  return crossings.sort((p, q) => p - q);
}

/** Whether two edges of the closed outline cross; touching is no crossing, as on the server. */
export function crossesItself(points: readonly Point2[]): boolean {
  const side = (a: Point2, b: Point2, p: Point2): number => Math.sign((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]));
  const edges = points.map((a, i) => [a, points[(i + 1) % points.length] ?? a] as const);
  return edges.some(([a, b], i) => edges.slice(i + 1).some(([c, d]) => side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0));
}

export function rectanglePoints(a: Point2, b: Point2): Point2[] {
  const [x0, x1] = [Math.min(a[0], b[0]), Math.max(a[0], b[0])];
  const [y0, y1] = [Math.min(a[1], b[1]), Math.max(a[1], b[1])];
  return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
}

/** Drops points closer than `tolerance` pixels to the line through their neighbours (Douglas–Peucker). */
export function simplify(points: readonly Point2[], tolerance: number): Point2[] {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || points.length < 3) return [...points];
  let worst = 0;
  let at = 0;
  for (let i = 1; i < points.length - 1; i++) {
    const distance = segmentDistance(points[i] ?? first, first, last);
    if (distance > worst) [worst, at] = [distance, i];
  }
  if (worst <= tolerance) return [first, last];
  return [...simplify(points.slice(0, at + 1), tolerance).slice(0, -1), ...simplify(points.slice(at), tolerance)];
}

export function segmentDistance(p: Point2, a: Point2, b: Point2): number {
  const dx = b[0] - a[0];
  const dy = b[1] - a[1];
  const length2 = dx * dx + dy * dy;
  const t = length2 === 0 ? 0 : Math.min(1, Math.max(0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length2));
  return Math.hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy);
}
