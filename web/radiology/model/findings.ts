import type { LabelDocument, LabelObject, Point2 } from '../../shared/contract';
import { Signal } from '../../shared/signal';
import { frameKey, Labels, type Change, type MaskSlice } from './labels';

/** One thing that a model found: an object, or a mask's connected run of frames of one class. */
export interface Finding {
  id: string;
  class: string;
  object: LabelObject | null;
  masks: readonly MaskSlice[];
}

type Fate = 'accepted' | 'dismissed';

/** What a model found, revealed after the blind reading: each is taken over or dismissed by the reader. */
export class Findings {
  readonly changed = new Signal(0);
  readonly active = new Signal<string | null>(null);
  readonly all: readonly Finding[];
  private readonly fates: Map<string, Fate>;
  private readonly corners = new WeakMap<MaskSlice, Point2 | null>();

  constructor(private readonly readingId: string, document: LabelDocument) {
    const labels = new Labels(document.schemaVersion);
    labels.load(document);
    const classes = [...new Set(document.masks.map((m) => m.class))];
    this.all = [
      ...classes.map((id) => ({ id: `mask:${id}`, class: id, object: null, masks: [...labels.masksOf(id).values()] })),
      ...document.objects.map((object) => ({ id: object.id, class: object.class, object, masks: [] })),
    ];
    this.fates = new Map(Object.entries(JSON.parse(sessionStorage.getItem(this.key) ?? '{}') as Record<string, Fate>));
  }

  fate(id: string): Fate | null {
    return this.fates.get(id) ?? null;
  }

  decide(id: string, fate: Fate | null): void {
    if (fate) this.fates.set(id, fate);
    else this.fates.delete(id);
    sessionStorage.setItem(this.key, JSON.stringify(Object.fromEntries(this.fates)));
    this.changed.value++;
  }

  /** Those that the reader has said nothing about. */
  waiting(): Finding[] {
    return this.all.filter((f) => !this.fates.has(f.id));
  }

  /** What taking a finding over changes: an object comes in, pixels are added to one's own. */
  changes({ class: id, object, masks }: Finding, labels: Labels): Change[] {
    if (object) return [{ kind: 'object', before: labels.objects.get(object.id) ?? null, after: { ...object, confirmed: true } }];
    return masks.map(({ sopInstanceUid, frame, rows, columns, bitmap }) => {
      const own = labels.mask(id, sopInstanceUid, frame)?.bitmap.bits ?? null;
      const after = bitmap.bits.map((byte, i) => byte | (own?.[i] ?? 0));
      return { kind: 'mask', class: id, frame: { sopInstanceUid, frame, rows, columns }, before: own?.slice() ?? null, after };
    });
  }

  /** Where a finding is looked at: the object's frame, or the middle one of the mask's. */
  place({ object, masks }: Finding): { sopInstanceUid: string; frame: number } | null {
    return object ?? [...masks].sort((a, b) => (frameKey(a.sopInstanceUid, a.frame) < frameKey(b.sopInstanceUid, b.frame) ? -1 : 1))[Math.floor(masks.length / 2)] ?? null;
  }

  /** A mask's first pixel: there its name is written. */
  corner(mask: MaskSlice): Point2 | null {
    const known = this.corners.get(mask);
    if (known !== undefined) return known;
    const byte = mask.bitmap.bits.findIndex((b) => b !== 0);
    const at = byte < 0 ? -1 : byte * 8 + Math.log2((mask.bitmap.bits[byte] ?? 1) & -(mask.bitmap.bits[byte] ?? 1));
    const corner: Point2 | null = at < 0 ? null : [at % mask.columns, Math.floor(at / mask.columns)];
    this.corners.set(mask, corner);
    return corner;
  }

  private get key(): string {
    return `pirogov.findings.${this.readingId}`;
  }
}
