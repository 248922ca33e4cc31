import { h, replaceChildren } from '../shared/dom';
import { icon } from '../shared/icons';
import { Problem, type Rest } from '../shared/rest';
import type { Translate } from '../shared/strings';
import { warnWhileBusy } from './leaving';
import { Sending, type Item, type Outcome, type Settled } from './sending';
import { fromDrop, fromFiles, isZip, skipReason, type Source } from './sources';
import { sizeText, timeText, type Key } from './text';
import { limits, RefusedZip, unzip } from './zip';

/** Rows drawn at once; a study of thousands of accepted files is a number, not a table. */
const rowsShown = 300;
const order: Outcome[] = ['refused', 'failed', 'sending', 'waiting', 'skipped', 'quarantined', 'duplicate', 'accepted', 'known'];

/** The intake on a page: choose, send, see what became of every file, close the batch. */
export class Intake {
  private readonly stage = h('div', { class: 'intake-stage' });

  constructor(
    root: HTMLElement,
    private readonly batch: string,
    private readonly rest: Rest,
    private readonly t: Translate<Key>,
    private readonly leave: (url: string) => void,
  ) {
    root.classList.add('intake');
    root.dataset['mounted'] = 'true';
    replaceChildren(root, this.stage);
    this.choose();
  }

  /** The pickers; after a transfer also the way to end without another file. */
  private choose(message: Node | null = null, before: Sending | null = null): void {
    const { t } = this;
    delete this.stage.dataset['phase'];
    const folder = h('input', { type: 'file', webkitdirectory: true, multiple: true, hidden: true, id: 'intake-folder' });
    const files = h('input', { type: 'file', multiple: true, hidden: true, id: 'intake-files' });
    for (const input of [folder, files]) input.addEventListener('change', () => { if (input.files) void this.begin(fromFiles(input.files), before); });
    const zone = h('div', { class: 'intake-drop', id: 'intake-drop' },
      icon('upload', 36),
      h('p', { class: 'intake-title' }, t('upload.drop.title')),
      h('div', { class: 'intake-buttons' },
        this.button('choose-folder', 'folder', t('upload.choose.folder'), () => { folder.click(); }, true),
        this.button('choose-files', 'file', t('upload.choose.files'), () => { files.click(); })),
      h('p', { class: 'intake-note' }, t('upload.drop.note')), folder, files);
    zone.addEventListener('dragover', (event) => {
      event.preventDefault();
      zone.classList.add('over');
    });
    zone.addEventListener('dragleave', () => { zone.classList.remove('over'); });
    zone.addEventListener('drop', (event) => {
      event.preventDefault();
      zone.classList.remove('over');
      if (event.dataTransfer) void fromDrop(event.dataTransfer).then((sources) => this.begin(sources, before));
    });
    replaceChildren(this.stage, message, before && this.soFar(before), zone);
  }

  private soFar(before: Sending): HTMLElement {
    return h('div', { class: 'intake-head' },
      h('ul', { class: 'intake-summary', id: 'intake-summary' }, ...this.summaryItems(before)),
      h('div', { class: 'intake-buttons' },
        this.button('back', 'back', this.t('upload.back'), () => { this.follow(before); }),
        this.button('finish', 'check', this.t('upload.finish'), () => void this.finish(before), true)));
  }

  private async begin(chosen: Source[], before: Sending | null): Promise<void> {
    const { t } = this;
    replaceChildren(this.stage, h('p', { class: 'intake-status', role: 'status' }, t('upload.reading')));
    const sources: Source[] = [];
    const refused: Settled[] = [];
    for (const source of chosen) {
      try {
        sources.push(...(isZip(source.name) ? await unzip(source) : [source]));
      } catch (error) {
        if (!(error instanceof RefusedZip)) throw error;
        const reason = t(`upload.zip.${error.refusal}`, { count: limits.entries, size: sizeText(t, limits.totalBytes) });
        refused.push({ name: source.name, size: source.size, outcome: 'refused', reason });
      }
    }
    const skipped = sources.flatMap(({ name, size }): Settled[] => {
      const reason = skipReason(name, size);
      return reason ? [{ name, size, outcome: 'skipped', reason: t(reason) }] : [];
    });
    const names = new Set(skipped.map((s) => s.name));
    const wanted = sources.filter((s) => !names.has(s.name));
    if (wanted.length === 0) {
      this.choose(this.alert(refused[0]?.reason ?? t('upload.nothing'), ''), before);
      return;
    }
    const sending = new Sending(this.rest, this.batch, wanted, [...refused, ...skipped], t('upload.reason.unreadable'), t('upload.reason.network'), before?.items);
    this.follow(sending);
    await sending.run();
  }

  private follow(sending: Sending): void {
    const bar = h('progress', { id: 'intake-progress', max: 1, value: 0, 'aria-label': this.t('upload.progress.label') });
    const status = h('p', { class: 'intake-status', id: 'intake-status', role: 'status' });
    const numbers = h('p', { class: 'intake-numbers' });
    const buttons = h('div', { class: 'intake-buttons' });
    const summary = h('ul', { class: 'intake-summary', id: 'intake-summary' });
    const problem = h('div', {});
    const table = h('div', { class: 'intake-table' });
    replaceChildren(this.stage, h('div', { class: 'intake-head' }, status, buttons), bar, numbers, problem, summary, table);
    warnWhileBusy(sending, window);
    let due = 0;
    const draw = (): void => {
      due = 0;
      this.stage.dataset['phase'] = sending.phase;
      const { files, totalFiles, bytes, totalBytes, rate } = sending.progress();
      [bar.max, bar.value] = [Math.max(1, totalBytes), bytes];
      status.textContent = this.statusText(sending);
      numbers.textContent = this.numbersText(files, totalFiles, bytes, totalBytes, sending.busy ? rate : 0);
      replaceChildren(problem, sending.problem && this.alert(sending.problem.title, sending.problem.detail));
      replaceChildren(summary, ...this.summaryItems(sending));
      replaceChildren(table, this.table(sending.items));
      this.drawButtons(buttons, sending);
      if (sending.phase === 'waiting') later(500);
    };
    const later = (ms: number): void => { due ||= window.setTimeout(draw, ms); };
    sending.changed.subscribe(() => { later(150); }, true);
  }

  private drawButtons(host: HTMLElement, sending: Sending): void {
    const { t } = this;
    const wanted = sending.busy && sending.phase !== 'paused' ? 'running' : sending.phase;
    if (host.dataset['for'] === wanted && wanted !== 'done') return;
    host.dataset['for'] = wanted;
    const failed = sending.count('failed') > 0;
    switch (sending.phase) {
      case 'asking':
      case 'sending':
      case 'waiting':
        replaceChildren(host, this.button('pause', 'pause', t('upload.pause'), () => { sending.hold(); }), this.button('cancel', 'close', t('upload.cancel'), () => { sending.cancel(); }));
        return;
      case 'paused':
        replaceChildren(host, this.button('resume', 'play', t('upload.resume'), () => { sending.resume(); }, true), this.button('cancel', 'close', t('upload.cancel'), () => { sending.cancel(); }));
        return;
      case 'done':
        replaceChildren(host,
          failed && this.button('retry', 'reset', t('upload.retry'), () => void sending.retry()),
          this.button('more', 'upload', t('upload.more'), () => { this.choose(null, sending); }),
          this.button('finish', 'check', t('upload.finish'), () => void this.finish(sending), true));
        return;
      case 'cancelled':
      case 'stopped':
        replaceChildren(host, this.button('again', 'upload', t('upload.choose.files'), () => { this.choose(); }, true));
    }
  }

  private async finish(sending: Sending): Promise<void> {
    try {
      await sending.close();
      this.leave(`/archive/batches/${this.batch}`);
    } catch (error) {
      if (error instanceof Problem) this.stage.prepend(this.alert(error.title, error.detail));
      else this.stage.prepend(this.alert(this.t('upload.error.title'), this.t('upload.reason.network')));
    }
  }

  private statusText(sending: Sending): string {
    if (sending.phase === 'waiting') return this.t('upload.waiting', { seconds: Math.max(0, Math.ceil((sending.retryAt - Date.now()) / 1000)) });
    return this.t(sending.phase === 'stopped' ? 'upload.error.title' : `upload.${sending.phase}`);
  }

  private numbersText(files: number, totalFiles: number, bytes: number, totalBytes: number, rate: number): string {
    const { t } = this;
    return [
      t('upload.progress.files', { done: files, total: totalFiles, count: totalFiles }),
      t('upload.progress.bytes', { done: sizeText(t, bytes), total: sizeText(t, totalBytes) }),
      rate > 0 && t('upload.progress.rate', { rate: sizeText(t, rate) }),
      rate > 0 && bytes < totalBytes && t('upload.progress.left', { time: timeText(t, (totalBytes - bytes) / rate) }),
    ].filter(Boolean).join(' · ');
  }

  private summaryItems(sending: Sending): HTMLElement[] {
    return (['accepted', 'quarantined', 'duplicate', 'known', 'refused', 'failed', 'skipped'] as const).flatMap((outcome) => {
      const count = sending.count(outcome);
      return count === 0 ? [] : [h('li', { 'data-outcome': outcome, 'data-count': count }, this.t(`upload.summary.${outcome}`, { count }))];
    });
  }

  private table(items: readonly Item[]): HTMLElement {
    const { t } = this;
    const sorted = [...items].sort((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome));
    const rows = sorted.slice(0, rowsShown).map((item) => h('tr', { 'data-outcome': item.outcome },
      h('td', { class: 'intake-size' }, item.number === null ? '' : String(item.number)), h('td', { class: 'intake-name' }, item.name), h('td', { class: 'intake-size' }, sizeText(t, item.size)),
      h('td', {}, h('span', { class: `intake-outcome ${item.outcome}` }, t(`upload.outcome.${item.outcome}`))), h('td', {}, item.reason)));
    const more = items.length - rows.length;
    return h('div', {},
      h('table', { 'aria-label': t('upload.table.title') },
        h('thead', {}, h('tr', {}, ...(['number', 'file', 'size', 'outcome', 'reason'] as const).map((c) => h('th', { scope: 'col' }, t(`upload.table.${c}`))))),
        h('tbody', {}, ...rows)),
      more > 0 && h('p', { class: 'intake-note' }, t('upload.table.more', { count: more })));
  }

  private alert(title: string, detail: string): HTMLElement {
    return h('div', { class: 'intake-alert', role: 'alert' }, icon('warning'), h('div', {}, h('strong', {}, title), detail ? h('p', {}, detail) : null));
  }

  private button(id: string, name: Parameters<typeof icon>[0], label: string, onclick: () => void, primary = false): HTMLButtonElement {
    return h('button', { type: 'button', id: `intake-${id}`, class: primary ? 'intake-button primary' : 'intake-button', onclick }, icon(name, 16), label);
  }
}
