import type { Point2, Point3 } from '../../shared/contract';

export const add = (a: Point3, b: Point3): Point3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const subtract = (a: Point3, b: Point3): Point3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const scale = (a: Point3, k: number): Point3 => [a[0] * k, a[1] * k, a[2] * k];
export const dot = (a: Point3, b: Point3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const cross = (a: Point3, b: Point3): Point3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
export const distance = (a: Point3, b: Point3): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/** Where a frame lies in the patient: PS3.3 C.7.6.2. `rowSpacing` is the distance between rows, mm. */
export interface Plane {
  position: Point3;
  rowCosines: Point3;
  columnCosines: Point3;
  rowSpacing: number;
  columnSpacing: number;
}

/** Pixels (with the contract's corner origin) to millimetres; PS3.3 counts from the first pixel's centre. */
export function pixelToPatient(plane: Plane, [x, y]: Point2): Point3 {
  return add(
    plane.position,
    add(scale(plane.rowCosines, (x - 0.5) * plane.columnSpacing), scale(plane.columnCosines, (y - 0.5) * plane.rowSpacing)),
  );
}

export function patientToPixel(plane: Plane, point: Point3): Point2 {
  const offset = subtract(point, plane.position);
  return [dot(offset, plane.rowCosines) / plane.columnSpacing + 0.5, dot(offset, plane.columnCosines) / plane.rowSpacing + 0.5];
}

export type Side = 'R' | 'L' | 'A' | 'P' | 'H' | 'F';

/** The sides of the body a direction points to, most important first (LPS: +x left, +y posterior, +z head). */
export function sides(direction: Point3): Side[] {
  const named: [number, Side][] = [
    [direction[0], direction[0] > 0 ? 'L' : 'R'],
    [direction[1], direction[1] > 0 ? 'P' : 'A'],
    [direction[2], direction[2] > 0 ? 'H' : 'F'],
  ];
  return named
    .filter(([size]) => Math.abs(size) > 0.1)
    .sort((a, b) => Math.abs(b[0]) - Math.abs(a[0]))
    .slice(0, 2)
    .map(([, side]) => side);
}
