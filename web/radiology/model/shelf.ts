import type { SeriesReference } from '../../shared/contract';

/**
 * Series whose frames are known, each asked for once. A reader's shift is hundreds of cases on one page: those that are neither open nor next
 * are let go.
 */
export class Shelf<S> {
  private readonly known = new Map<string, Promise<S>>();
  private wanted = new Set<string>();

  constructor(
    private readonly load: (reference: SeriesReference) => Promise<S>,
    /** False while it cannot be let go: asked again at the next change of case. */
    private readonly forget: (series: S) => boolean,
  ) {}

  series(reference: SeriesReference): Promise<S> {
    const { seriesInstanceUid: uid } = reference;
    const known = this.known.get(uid) ?? this.load(reference);
    this.known.set(uid, known);
    this.wanted.add(uid);
    known.catch(() => { if (this.known.get(uid) === known) this.known.delete(uid); });
    return known;
  }

  /** Lets all others go; one that is still on its way, when it is here and nobody wants it again. */
  keepOnly(references: readonly SeriesReference[]): void {
    this.wanted = new Set(references.map((s) => s.seriesInstanceUid));
    for (const [uid, series] of this.known) {
      if (this.wanted.has(uid)) continue;
      void series.then((s) => { if (this.known.get(uid) === series && !this.wanted.has(uid) && this.forget(s)) this.known.delete(uid); }, () => undefined);
    }
  }
}
