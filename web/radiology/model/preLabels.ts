import { markNow, type Labels, type MaskSlice } from './labels';

/** Something that a model or a file brought, which the reader has neither changed nor confirmed. */
export interface PreLabelled {
  class: string;
  object: string | null;
  sopInstanceUid: string;
  frame: number;
}

/** The mark first: to see that a bitmap is not empty takes a walk through its pixels. */
const waits = (slice: MaskSlice): boolean => markNow(slice)?.confirmed === false && !slice.bitmap.empty;

/** Classes with masks that wait to be confirmed; asked at every stroke. */
export function unconfirmedClasses(labels: Labels): Set<string> {
  const classes = new Set<string>();
  for (const slice of labels.masks()) if (!classes.has(slice.class) && waits(slice)) classes.add(slice.class);
  return classes;
}

export function unconfirmed(labels: Labels): PreLabelled[] {
  const masks = labels.masks().filter(waits)
    .map((slice) => ({ class: slice.class, object: null, sopInstanceUid: slice.sopInstanceUid, frame: slice.frame }));
  const objects = [...labels.objects.values()].filter((o) => o.origin && !o.confirmed)
    .map((o) => ({ class: o.class, object: o.id, sopInstanceUid: o.sopInstanceUid, frame: o.frame }));
  return [...masks, ...objects];
}

/** The reader says that an untouched object or a class's untouched masks are their own view. */
export function confirm(labels: Labels, what: { object: string } | { class: string }): void {
  if ('object' in what) {
    const object = labels.objects.get(what.object);
    if (object) labels.objects.set(object.id, { ...object, confirmed: true });
  } else {
    for (const slice of labels.masksOf(what.class).values()) {
      const mark = markNow(slice);
      if (mark) slice.mark = { ...mark, confirmed: true };
    }
  }
  labels.changed.value++;
}
