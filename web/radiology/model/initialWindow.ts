import { imageLoader } from '@cornerstonejs/core';
import { ctWindows, type Window } from './windows';
import type { Slice } from './series';

/** The window written in the object; without one, soft tissue for CT and the frame's own range for the rest. */
export async function initialWindow(slice: Slice, modality: string): Promise<Window> {
  const image = await imageLoader.loadAndCacheImage(slice.imageId);
  const first = (value: number | number[] | undefined): number => Number(Array.isArray(value) ? value[0] : value);
  const [center, width] = [first(image.windowCenter), first(image.windowWidth)];
  if (image.color) return { center: 127.5, width: 255 };
  if (Number.isFinite(center) && width >= 1) return { center, width };
  const soft = ctWindows.find((w) => w.id === 'soft');
  if (modality === 'CT' && soft) return { center: soft.center, width: soft.width };
  const scaled = image.preScale?.scaled ? [1, 0] as const : [image.slope, image.intercept] as const;
  const [low, high] = [image.minPixelValue * scaled[0] + scaled[1], image.maxPixelValue * scaled[0] + scaled[1]];
  return { center: (low + high) / 2, width: Math.max(1, high - low) };
}
