import type { Answer, LabelDocument, LabelObject, MaskEntry } from '../../shared/contract';
import { Signal } from '../../shared/signal';
import { Bitmap } from './bitmap';
import { decodeRuns, encodeRuns, fromBase64, toBase64 } from './runs';

export interface FrameSize {
  sopInstanceUid: string;
  frame: number;
  rows: number;
  columns: number;
}

export interface MaskSlice extends FrameSize {
  class: string;
  bitmap: Bitmap;
  /** Grows with every change; caches (runs, pictures, counts) hold the version they were made from. */
  version: number;
  runs: { version: number; text: string; count: number } | null;
  blob: { version: number; sha256: string } | null;
  /** What a model or a file brought, as long as nobody has changed it. */
  mark: { version: number; origin: string; confirmed: boolean } | null;
}

export type Change =
  | { kind: 'mask'; class: string; frame: FrameSize; before: Uint8Array | null; after: Uint8Array | null }
  | { kind: 'object'; before: LabelObject | null; after: LabelObject | null }
  | { kind: 'answer'; question: string; before: Answer | null; after: Answer | null };

export const frameKey = (sopInstanceUid: string, frame: number): string => `${sopInstanceUid}#${String(frame)}`;

export function mergeChanges(first: Change, last: Change): Change {
  return { ...last, before: first.before } as Change;
}

/** The mark of a mask that is still as it was brought. */
export const markNow = (slice: MaskSlice): MaskSlice['mark'] => (slice.mark?.version === slice.version ? slice.mark : null);

function markOf(slice: MaskSlice, { origin, confirmed }: MaskEntry): MaskSlice['mark'] {
  return origin ? { version: slice.version, origin, confirmed: confirmed === true } : null;
}

function marked(slice: MaskSlice): Pick<MaskEntry, 'origin' | 'confirmed'> {
  const mark = markNow(slice);
  return mark ? { origin: mark.origin, ...(mark.confirmed ? { confirmed: true } : {}) } : {};
}

/** All labels of one reading while they are edited; a document in, a document out. */
export class Labels {
  /** Counts every change of anything; listeners redraw. */
  readonly changed = new Signal(0);
  readonly objects = new Map<string, LabelObject>();
  readonly answers = new Map<string, Answer>();
  private readonly byClass = new Map<string, Map<string, MaskSlice>>();

  constructor(private readonly schemaVersion: string) {}

  masksOf(classId: string): ReadonlyMap<string, MaskSlice> {
    return this.byClass.get(classId) ?? new Map<string, MaskSlice>();
  }

  masks(): MaskSlice[] {
    return [...this.byClass.values()].flatMap((slices) => [...slices.values()]);
  }

  mask(classId: string, sopInstanceUid: string, frame: number): MaskSlice | null {
    return this.byClass.get(classId)?.get(frameKey(sopInstanceUid, frame)) ?? null;
  }

  /** The slice to paint on, made empty when there is none yet. */
  ensureMask(classId: string, frame: FrameSize): MaskSlice {
    const slices = this.byClass.get(classId) ?? new Map<string, MaskSlice>();
    this.byClass.set(classId, slices);
    const key = frameKey(frame.sopInstanceUid, frame.frame);
    const slice = slices.get(key) ?? { ...frame, class: classId, bitmap: new Bitmap(frame.rows, frame.columns), version: 0, runs: null, blob: null, mark: null };
    slices.set(key, slice);
    return slice;
  }

  touchMask(slice: MaskSlice): void {
    slice.version++;
    this.changed.value++;
  }

  pixelCount(slice: MaskSlice): number {
    return this.encoded(slice).count;
  }

  apply = (changes: readonly Change[], direction: 'do' | 'undo'): void => {
    for (const change of changes) {
      if (change.kind === 'mask') this.applyMask(change, direction);
      else if (change.kind === 'object') this.applyObject(change, direction);
      else this.applyAnswer(change, direction);
    }
    this.changed.value++;
  };

  load(document: LabelDocument): void {
    this.byClass.clear();
    this.objects.clear();
    this.answers.clear();
    for (const entry of document.masks) this.addEntry(entry);
    for (const object of document.objects) this.objects.set(object.id, object);
    for (const [question, answer] of Object.entries(document.answers)) this.answers.set(question, answer);
    this.changed.value++;
  }

  /** `whole` writes runs everywhere; otherwise an unchanged mask is named by the blob the server gave it. Answers to questions not `asked` stay here. */
  document(whole: boolean, asked?: ReadonlySet<string>): LabelDocument {
    const masks: MaskEntry[] = [];
    for (const slices of this.byClass.values()) {
      for (const slice of slices.values()) {
        const { text, count } = this.encoded(slice);
        if (count === 0) continue;
        const known = slice.blob?.version === slice.version ? slice.blob.sha256 : null;
        masks.push({
          class: slice.class, sopInstanceUid: slice.sopInstanceUid, frame: slice.frame, rows: slice.rows, columns: slice.columns,
          pixelCount: count, ...(known && !whole ? { blob: known } : { runs: text }), ...marked(slice),
        });
      }
    }
    return { schemaVersion: this.schemaVersion, masks, objects: [...this.objects.values()], answers: Object.fromEntries([...this.answers].filter(([id]) => asked?.has(id) ?? true)) };
  }

  /** Takes over the blobs of the server's answer for masks that have not changed since `sent`. */
  acknowledge(document: LabelDocument, sent: ReadonlyMap<MaskSlice, number>): void {
    for (const entry of document.masks) {
      const slice = this.mask(entry.class, entry.sopInstanceUid, entry.frame);
      const version = slice ? sent.get(slice) : undefined;
      if (slice && version !== undefined && entry.blob) slice.blob = { version, sha256: entry.blob };
      // The server knows whether the pixels are still what was shown, after an undo for instance.
      if (slice && slice.version === version) slice.mark = markOf(slice, entry);
    }
  }

  /** Keys of the frames that carry a mask or an object. */
  frames(): string[] {
    const painted = [...this.byClass.values()].flatMap((slices) => [...slices.entries()].filter(([, slice]) => this.pixelCount(slice) > 0).map(([key]) => key));
    return [...painted, ...[...this.objects.values()].map((o) => frameKey(o.sopInstanceUid, o.frame))];
  }

  versions(): Map<MaskSlice, number> {
    return new Map(this.masks().map((slice) => [slice, slice.version]));
  }

  /** Classes with at least one painted pixel or object. */
  usedClasses(): Set<string> {
    const used = new Set([...this.objects.values()].map((object) => object.class));
    for (const [classId, slices] of this.byClass) {
      if ([...slices.values()].some((slice) => this.pixelCount(slice) > 0)) used.add(classId);
    }
    return used;
  }

  private addEntry(entry: MaskEntry): void {
    if (!entry.runs) throw new RangeError('A mask came without its runs.');
    const slice = this.ensureMask(entry.class, entry);
    slice.bitmap = decodeRuns(fromBase64(entry.runs), entry.rows, entry.columns);
    slice.runs = { version: slice.version, text: entry.runs, count: slice.bitmap.count() };
    if (entry.blob) slice.blob = { version: slice.version, sha256: entry.blob };
    slice.mark = markOf(slice, entry);
  }

  private encoded(slice: MaskSlice): { text: string; count: number } {
    if (slice.runs?.version === slice.version) return slice.runs;
    const made = { version: slice.version, text: toBase64(encodeRuns(slice.bitmap)), count: slice.bitmap.count() };
    slice.runs = made;
    return made;
  }

  private applyMask(change: Extract<Change, { kind: 'mask' }>, direction: 'do' | 'undo'): void {
    const slice = this.ensureMask(change.class, change.frame);
    const bits = direction === 'do' ? change.after : change.before;
    slice.bitmap = new Bitmap(slice.rows, slice.columns, bits?.slice());
    slice.version++;
  }

  private applyObject(change: Extract<Change, { kind: 'object' }>, direction: 'do' | 'undo'): void {
    const [from, to] = direction === 'do' ? [change.before, change.after] : [change.after, change.before];
    if (to) this.objects.set(to.id, to);
    else if (from) this.objects.delete(from.id);
  }

  private applyAnswer(change: Extract<Change, { kind: 'answer' }>, direction: 'do' | 'undo'): void {
    const answer = direction === 'do' ? change.after : change.before;
    if (answer) this.answers.set(change.question, answer);
    else this.answers.delete(change.question);
  }
}
