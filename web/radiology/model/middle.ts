import type { Point2 } from '../../shared/contract';
import { Bitmap } from './bitmap';

/** The mean of an outline's corners or of a mask's pixels; null where there are none. */
export function middleOf(shape: readonly Point2[] | Bitmap): Point2 | null {
  let [count, x, y] = [0, 0, 0];
  const add = (px: number, py: number): void => {
    count++;
    x += px;
    y += py;
  };
  if (shape instanceof Bitmap) {
    for (let row = 0; row < shape.rows; row++) for (let column = 0; column < shape.columns; column++) if (shape.get(column, row)) add(column + 0.5, row + 0.5);
  } else for (const [px, py] of shape) add(px, py);
  return count === 0 ? null : [x / count, y / count];
}
