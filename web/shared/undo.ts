interface Step<C> {
  changes: C[];
  mergeKey: string | null;
}

/**
 * A history of groups of reversible changes. `apply` is given the changes and the direction; steps with the same merge
 * key that follow each other (typing in one field) become one step, keeping the first "before" and the last "after".
 */
export class UndoStack<C> {
  private readonly done: Step<C>[] = [];
  private readonly undone: Step<C>[] = [];

  constructor(
    private readonly apply: (changes: readonly C[], direction: 'do' | 'undo') => void,
    private readonly merge: (first: C, last: C) => C,
    private readonly capacity = 300,
    private readonly changed: () => void = () => undefined,
  ) {}

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }

  /** Applies the changes and remembers them. */
  perform(changes: C[], mergeKey: string | null = null): void {
    if (changes.length === 0) return;
    this.apply(changes, 'do');
    this.record(changes, mergeKey);
  }

  /** Remembers changes that are already applied, such as a brush stroke painted while the button was down. */
  record(changes: C[], mergeKey: string | null = null): void {
    if (changes.length === 0) return;
    this.undone.length = 0;
    const last = this.done.at(-1);
    const first = last?.changes[0];
    const next = changes[0];
    if (mergeKey !== null && last?.mergeKey === mergeKey && first !== undefined && next !== undefined) {
      last.changes = [this.merge(first, next)];
    } else {
      this.done.push({ changes, mergeKey });
      if (this.done.length > this.capacity) this.done.shift();
    }
    this.changed();
  }

  undo(): boolean {
    const step = this.done.pop();
    if (!step) return false;
    this.apply([...step.changes].reverse(), 'undo');
    this.undone.push(step);
    this.changed();
    return true;
  }

  redo(): boolean {
    const step = this.undone.pop();
    if (!step) return false;
    this.apply(step.changes, 'do');
    this.done.push({ ...step, mergeKey: null });
    this.changed();
    return true;
  }

  clear(): void {
    this.done.length = 0;
    this.undone.length = 0;
    this.changed();
  }
}
