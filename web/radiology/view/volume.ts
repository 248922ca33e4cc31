import { volumeLoader, type Types } from '@cornerstonejs/core';
import type { Point3 } from '../../shared/contract';
import { add, dot, scale, subtract } from '../model/geometry';
import { volumeId, type Series } from '../model/series';

/** The series as one regular grid; its voxel (i, j, k) is pixel (i, j) of slice `slices[k]`. */
export interface Grid {
  volumeId: string;
  origin: Point3;
  axes: [Point3, Point3, Point3];
  spacing: Point3;
  dimensions: Point3;
  /** The index in the series of the grid's k-th slice. */
  order: number[];
}

export async function loadVolume(series: Series): Promise<Grid> {
  const id = volumeId(series);
  const volume = (await volumeLoader.createAndCacheVolume(id, { imageIds: series.slices.map((s) => s.imageId) })) as Types.IStreamingImageVolume;
  volume.load();
  const d = Array.from(volume.direction, Number);
  const axis = (n: number): Point3 => [d[3 * n] ?? 0, d[3 * n + 1] ?? 0, d[3 * n + 2] ?? 0];
  const indices = new Map(series.slices.map((s, i) => [s.imageId, i]));
  return {
    volumeId: id,
    origin: [...volume.origin],
    axes: [axis(0), axis(1), axis(2)],
    spacing: [...volume.spacing],
    dimensions: [...volume.dimensions],
    order: volume.imageIds.map((id) => indices.get(id) ?? 0),
  };
}

/** Voxel coordinates; whole numbers are voxel centres. */
export function toVoxel(grid: Grid, point: Point3): Point3 {
  const offset = subtract(point, grid.origin);
  return [0, 1, 2].map((n) => dot(offset, grid.axes[n as 0 | 1 | 2]) / grid.spacing[n as 0 | 1 | 2]) as Point3;
}

export function fromVoxel(grid: Grid, [i, j, k]: Point3): Point3 {
  const { origin, axes, spacing } = grid;
  return add(origin, add(scale(axes[0], i * spacing[0]), add(scale(axes[1], j * spacing[1]), scale(axes[2], k * spacing[2]))));
}

export const gridCenter = (grid: Grid): Point3 => fromVoxel(grid, grid.dimensions.map((n) => (n - 1) / 2) as Point3);
