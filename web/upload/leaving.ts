import type { Sending } from './sending';

/** Whenever files are on their way, also when they are tried again, the browser asks before the page is left. */
export function warnWhileBusy(sending: Sending, page: EventTarget): void {
  const warn = (event: Event): void => { event.preventDefault(); };
  sending.changed.subscribe(() => {
    if (sending.busy) page.addEventListener('beforeunload', warn);
    else page.removeEventListener('beforeunload', warn);
  }, true);
}
