import type { SeriesReference } from '../shared/contract';
import { initialWindow } from './model/initialWindow';
import type { Series } from './model/series';
import type { Workbench } from './workbench';

/** Opens the series of a case. Of two that are chosen one after the other the later stands, whichever comes first; what becomes of the earlier is of no interest. */
export class SeriesChoice {
  private newest = 0;

  constructor(private readonly wb: Workbench, private readonly load: (reference: SeriesReference) => Promise<Series>) {}

  async open(index: number): Promise<void> {
    const choice = ++this.newest;
    try {
      const show = await this.prepare(index);
      if (choice === this.newest) show();
    } catch (error) {
      if (choice === this.newest) throw error;
    }
  }

  private async prepare(index: number): Promise<() => void> {
    const { wb } = this;
    const reference = wb.seriesList[index];
    if (!reference) throw new RangeError('The case has no series.');
    const series = await this.load(reference);
    const start = wb.startIndex(series);
    const window = await initialWindow(series, start);
    return () => {
      wb.cross.value = null;
      wb.loadedFrames.value = 0;
      wb.defaultWindow.value = window;
      // The series and the place in it change as one: no pane looks for the new place in the old series, or for the old place in the new one.
      wb.view.put({ index: start, zoom: 1, center: null, window, invert: false });
      wb.series.value = series;
      if (wb.layout.value === 'mpr') wb.layout.value = 'stack';
      wb.view.notify();
    };
  }
}
