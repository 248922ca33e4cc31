import { cache, imageLoader, metaData, type Types } from '@cornerstonejs/core';
import dicomImageLoader from '@cornerstonejs/dicom-image-loader';
import type { SeriesReference } from '../../shared/contract';
import { cross, dot, type Plane } from './geometry';
import type { FrameSize } from './labels';

type Attribute = { vr: string; Value?: unknown[] };
type Instance = Record<string, Attribute | undefined>;

export interface Slice extends FrameSize {
  imageId: string;
  /** Null when the object carries no position (an ultrasound clip, a photograph). */
  plane: Plane | null;
  /** Millimetres along the series' normal. */
  along: number | null;
}

export interface Series extends SeriesReference {
  modality: string;
  frameOfReferenceUid: string | null;
  slices: Slice[];
  /** Distance between neighbouring slices, mm, when they are parallel and evenly spaced; otherwise null. */
  spacing: number | null;
}

const text = (instance: Instance, tag: string): string => {
  const value = instance[tag]?.Value?.[0];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};
const number = (instance: Instance, tag: string): number | null => {
  const value = instance[tag]?.Value?.[0];
  return value === undefined || value === null || value === '' ? null : Number(value);
};

export const seriesUrl = (s: SeriesReference): string => `/dicomweb/studies/${s.studyInstanceUid}/series/${s.seriesInstanceUid}`;

/** Takes the series' metadata and makes its frames known to Cornerstone, sorted along the normal of the slices. */
export async function loadSeries(reference: SeriesReference): Promise<Series> {
  const response = await fetch(`${seriesUrl(reference)}/metadata`, { headers: { Accept: 'application/dicom+json' }, credentials: 'same-origin' });
  if (!response.ok) throw new Error(`metadata: HTTP ${String(response.status)}`);
  const instances = ((await response.json()) as Instance[]).filter((i) => number(i, '00280010') !== null);
  const slices = instances.sort((a, b) => (number(a, '00200013') ?? 0) - (number(b, '00200013') ?? 0)).flatMap((i) => frames(reference, i));
  const first = instances[0];
  const spacing = sortAlongNormal(slices);
  return {
    ...reference,
    modality: first ? text(first, '00080060') : '',
    frameOfReferenceUid: first ? (text(first, '00200052') || null) : null,
    slices,
    spacing,
  };
}

/** Cornerstone's name of the series as one volume. */
export const volumeId = (series: SeriesReference): string => `cornerstoneStreamingImageVolume:${series.seriesInstanceUid}`;

/**
 * Cornerstone lets pixels go by itself when memory is short, headers never. False while frames are on their way: without their headers they
 * would come to stand in the cache with other values.
 */
export function forgetSeries(series: Series): boolean {
  const isComing = ({ imageId }: Slice): boolean => !cache.isLoaded(imageId) && cache.getImageLoadObject(imageId) !== undefined;
  if (cache.getVolume(volumeId(series))?.loadStatus?.loading || series.slices.some(isComing)) return false;
  for (const { imageId } of series.slices) dicomImageLoader.wadors.metaDataManager.remove(imageId);
  return true;
}

function frames(reference: SeriesReference, instance: Instance): Slice[] {
  const sopInstanceUid = text(instance, '00080018');
  const base = `wadors:${location.origin}${seriesUrl(reference)}/instances/${sopInstanceUid}/frames/`;
  const count = number(instance, '00280008') ?? 1;
  return Array.from({ length: count }, (_, i) => {
    const imageId = `${base}${String(i + 1)}`;
    dicomImageLoader.wadors.metaDataManager.add(imageId, instance as never);
    return {
      imageId, sopInstanceUid, frame: i + 1, rows: number(instance, '00280010') ?? 0, columns: number(instance, '00280011') ?? 0,
      plane: null, along: null,
    };
  }).map((slice) => ({ ...slice, plane: planeOf(slice.imageId) }));
}

function planeOf(imageId: string): Plane | null {
  const module = metaData.get('imagePlaneModule', imageId) as Partial<Types.ImagePlaneModule> & { usingDefaultValues?: boolean };
  const { imagePositionPatient: position, rowCosines, columnCosines } = module;
  if (!position || !rowCosines || !columnCosines || module.usingDefaultValues) return null;
  const numbers = (values: ArrayLike<number>): [number, number, number] => [Number(values[0]), Number(values[1]), Number(values[2])];
  return {
    position: numbers(position), rowCosines: numbers(rowCosines), columnCosines: numbers(columnCosines),
    rowSpacing: Number(module.rowPixelSpacing) || 1, columnSpacing: Number(module.columnPixelSpacing) || 1,
  };
}

/** Sorts in place; gives the spacing when the slices make a regular volume. */
function sortAlongNormal(slices: Slice[]): number | null {
  const plane = slices[0]?.plane;
  if (!plane || slices.some((s) => !s.plane)) return null;
  const normal = cross(plane.rowCosines, plane.columnCosines);
  for (const slice of slices) slice.along = slice.plane && dot(slice.plane.position, normal);
  slices.sort((a, b) => (a.along ?? 0) - (b.along ?? 0));
  const steps = slices.slice(1).map((slice, i) => (slice.along ?? 0) - (slices[i]?.along ?? 0));
  const mean = steps.reduce((sum, step) => sum + step, 0) / Math.max(1, steps.length);
  const parallel = slices.every((s) => s.plane && dot(s.plane.rowCosines, plane.rowCosines) > 0.999 && dot(s.plane.columnCosines, plane.columnCosines) > 0.999);
  const even = steps.length > 1 && mean > 1e-3 && steps.every((step) => Math.abs(step - mean) < 0.1 * mean);
  return parallel && even ? mean : null;
}

/** The pixel's value after the modality LUT (HU for CT); null while the frame is not loaded or is in colour. */
export function pixelValue(slice: Slice, x: number, y: number): number | null {
  const image = cache.getImage(slice.imageId);
  if (!image || image.color || x < 0 || y < 0 || x >= slice.columns || y >= slice.rows) return null;
  const stored = Number(image.getPixelData()[y * slice.columns + x]);
  return image.preScale?.scaled ? stored : stored * image.slope + image.intercept;
}

/** Loads frames into the cache nearest first, a few at a time, until all stand or `stop` says so. */
export async function prefetch(slices: readonly Slice[], from: number, stop: () => boolean, loaded: (slice: Slice) => void): Promise<void> {
  const waiting = slices.map((slice, i) => ({ slice, far: Math.abs(i - from) })).sort((a, b) => a.far - b.far).map((w) => w.slice);
  const worker = async (): Promise<void> => {
    for (let slice = waiting.shift(); slice && !stop(); slice = waiting.shift()) {
      // A frame that fails here is asked for again, and reported, when it is shown.
      const image = await imageLoader.loadAndCacheImage(slice.imageId).catch(() => null);
      if (image) loaded(slice);
    }
  };
  await Promise.all([worker(), worker(), worker()]);
}
