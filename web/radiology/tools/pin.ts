import type { Workbench } from '../workbench';
import { objectAt } from './select';
import type { Stroke, Tool } from './toolbox';

/** A click pins a remark: to the object under it, to the class whose mask is there, or to the bare place. */
export class PinTool implements Tool {
  constructor(private readonly wb: Workbench) {}

  down(): void {
    // The remark is asked for when the button goes up: a dialog must not swallow the end of the click.
  }

  move(): void {
    // Nothing is drawn.
  }

  up({ slice, at, scale }: Stroke): void {
    const { wb } = this;
    if (at[0] < 0 || at[1] < 0 || at[0] > slice.columns || at[1] > slice.rows) return;
    const place = { sopInstanceUid: slice.sopInstanceUid, frame: slice.frame, point: [Math.round(at[0] * 10) / 10, Math.round(at[1] * 10) / 10] };
    const hit = objectAt(wb.judged, slice, at, scale);
    const mask = wb.classes.find((c) => {
      const drawn = wb.judged.mask(c.id, slice.sopInstanceUid, slice.frame);
      return wb.display.value[c.id]?.visible !== false && at[0] < slice.columns && at[1] < slice.rows && drawn?.bitmap.get(Math.floor(at[0]), Math.floor(at[1]));
    });
    wb.pinned.value = { ...place, ...(hit ? { objectId: hit.object.id } : mask ? { class: mask.id } : {}) };
    wb.pinned.value = null;
  }
}
