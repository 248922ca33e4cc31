import type { Bitmap } from './bitmap';

/** The border of a mask along pixel edges, in pixel coordinates, as one path of straight pieces. */
export function outline(bitmap: Bitmap): Path2D {
  const path = new Path2D();
  const { rows, columns } = bitmap;
  for (let y = 0; y <= rows; y++) {
    edges(columns, (x) => inside(bitmap, x, y - 1) !== inside(bitmap, x, y), (from, to) => {
      path.moveTo(from, y);
      path.lineTo(to, y);
    });
  }
  for (let x = 0; x <= columns; x++) {
    edges(rows, (y) => inside(bitmap, x - 1, y) !== inside(bitmap, x, y), (from, to) => {
      path.moveTo(x, from);
      path.lineTo(x, to);
    });
  }
  return path;
}

function inside(bitmap: Bitmap, x: number, y: number): boolean {
  return x >= 0 && y >= 0 && x < bitmap.columns && y < bitmap.rows && bitmap.get(x, y);
}

function edges(length: number, isEdge: (at: number) => boolean, draw: (from: number, to: number) => void): void {
  let start = -1;
  for (let at = 0; at <= length; at++) {
    const edge = at < length && isEdge(at);
    if (edge && start < 0) start = at;
    if (!edge && start >= 0) {
      draw(start, at);
      start = -1;
    }
  }
}
