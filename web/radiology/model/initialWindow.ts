import { imageLoader, type Types } from '@cornerstonejs/core';
import { ctWindows, type Window } from './windows';
import type { Series } from './series';

/** For frames of which nothing is known: all that eight bits hold. */
const eightBits: Window = { center: 127.5, width: 255 };

/**
 * The window written in the object; without one, soft tissue for CT and the frame's own range for the rest. A frame that
 * cannot be read does not keep the case shut: its neighbours are asked, and then the modality alone.
 */
export async function initialWindow({ slices, modality }: Series, at: number): Promise<Window> {
  for (const slice of [slices[at], slices[at + 1], slices[at - 1]]) {
    const image = slice && await imageLoader.loadAndCacheImage(slice.imageId).catch(() => null);
    if (image) return windowOf(image, modality);
  }
  return ofModality(modality) ?? eightBits;
}

function windowOf(image: Types.IImage, modality: string): Window {
  const first = (value: number | number[] | undefined): number => Number(Array.isArray(value) ? value[0] : value);
  const [center, width] = [first(image.windowCenter), first(image.windowWidth)];
  if (image.color) return eightBits;
  if (Number.isFinite(center) && width >= 1) return { center, width };
  const known = ofModality(modality);
  if (known) return known;
  const scaled = image.preScale?.scaled ? [1, 0] as const : [image.slope, image.intercept] as const;
  const [low, high] = [image.minPixelValue * scaled[0] + scaled[1], image.maxPixelValue * scaled[0] + scaled[1]];
  return { center: (low + high) / 2, width: Math.max(1, high - low) };
}

function ofModality(modality: string): Window | null {
  const soft = ctWindows.find((w) => w.id === 'soft');
  return modality === 'CT' && soft ? { center: soft.center, width: soft.width } : null;
}
