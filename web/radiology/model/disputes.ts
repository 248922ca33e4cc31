import type { Disagreement, ListedDisagreement, Paged, Reading } from '../../shared/contract';
import type { Rest } from '../../shared/rest';
import { Signal } from '../../shared/signal';

const pageSize = 200;

/** The disagreements of the open case, which of them is looked at, and what has been decided. */
export class Disputes {
  readonly items: Signal<readonly ListedDisagreement[]>;
  readonly active = new Signal<string | null>(null);
  /** The disagreement that is being drawn anew by the adjudicator. */
  readonly drawing = new Signal<string | null>(null);
  readonly onlyOpen = new Signal(false);
  private readonly total: number;

  constructor(private readonly reading: Pick<Reading, 'id'>, { disagreements, total }: NonNullable<Reading['adjudication']>) {
    this.items = new Signal<readonly ListedDisagreement[]>(disagreements);
    this.total = total;
  }

  get decided(): number {
    return this.items.value.filter((d) => d.decision).length;
  }

  get count(): number {
    return Math.max(this.total, this.items.value.length);
  }

  get undecided(): number {
    return this.items.value.filter((d) => !d.decision).length;
  }

  /** The id under which the object that is being drawn anew has to stand, if it does not stand yet. */
  ownId(classId: string, isTaken: (id: string) => boolean): string | null {
    const { current } = this;
    return current?.object && current.id === this.drawing.value && current.class === classId && !isTaken(current.object) ? current.object : null;
  }

  find(id: string | null): ListedDisagreement | null {
    return this.items.value.find((d) => d.disagreement.id === id) ?? null;
  }

  get current(): Disagreement | null {
    return this.find(this.active.value)?.disagreement ?? null;
  }

  /** What the list shows: all, or the open ones and the one that is looked at. */
  shown(): readonly ListedDisagreement[] {
    return this.onlyOpen.value ? this.items.value.filter((d) => !d.decision || d.disagreement.id === this.active.value) : this.items.value;
  }

  /** The next one of the list in a direction; at its end it begins anew. */
  step(direction: 1 | -1): ListedDisagreement | null {
    const shown = this.shown();
    const at = shown.findIndex((d) => d.disagreement.id === this.active.value);
    const next = at < 0 ? (direction === 1 ? 0 : shown.length - 1) : (at + direction + shown.length) % shown.length;
    return shown[next] ?? null;
  }

  /** After a decision: the next that is still open, the current one when none is. */
  nextOpen(): ListedDisagreement | null {
    const { value } = this.items;
    const at = value.findIndex((d) => d.disagreement.id === this.active.value);
    return [...value.slice(at + 1), ...value.slice(0, Math.max(0, at))].find((d) => !d.decision) ?? null;
  }

  replace(changed: ListedDisagreement): void {
    this.items.value = this.items.value.map((d) => (d.disagreement.id === changed.disagreement.id ? changed : d));
  }

  /** The reading brings the first hundreds; the rest is asked for. */
  async loadRest(rest: Rest): Promise<void> {
    const known = new Set(this.items.value.map((d) => d.disagreement.id));
    for (let page = Math.floor(known.size / pageSize) + 1; this.items.value.length < this.total; page++) {
      const more = await rest.get<Paged<ListedDisagreement>>(`/api/v1/readings/${this.reading.id}/disagreements?page=${String(page)}&size=${String(pageSize)}`);
      const fresh = more.items.filter((d) => !known.has(d.disagreement.id));
      if (more.items.length === 0) return;
      for (const each of fresh) known.add(each.disagreement.id);
      this.items.value = [...this.items.value, ...fresh];
    }
  }
}

/** Letters of the readings that have what the disagreement is about, and of those that lack it. */
export function parties({ sources }: Disagreement): { has: string[]; lacks: string[] } {
  return { has: sources.filter((s) => s.has).map((s) => s.name), lacks: sources.filter((s) => !s.has).map((s) => s.name) };
}
