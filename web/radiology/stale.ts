import { ask } from '../shared/dialogs';
import { h } from '../shared/dom';
import type { Problem } from '../shared/rest';
import type { Workbench } from './workbench';

/** Both ways lose something, so neither is offered first: the sentence that says what has the focus, not a button. */
export function askStale(wb: Workbench, { body: { currentRevision, savedAt } }: Problem, base: number): Promise<'theirs' | 'mine'> {
  const number = typeof currentRevision === 'number' ? String(currentRevision) : '';
  const at = typeof savedAt === 'string' ? new Date(savedAt).toLocaleString(wb.culture, { dateStyle: 'medium', timeStyle: 'short' }) : null;
  const question = at === null ? wb.t('workbench.stale.question', { number, base }) : wb.t('workbench.stale.questionAt', { number, base, at });
  return ask('stale-dialog', wb.t('workbench.stale.title'), [
    h('p', { tabindex: -1, autofocus: true }, question),
    h('p', { class: 'hint' }, wb.t('workbench.stale.kept')),
    h('ul', {}, h('li', {}, wb.t('workbench.stale.theirsLoses', { number, base })), h('li', {}, wb.t('workbench.stale.mineLoses', { number }))),
  ], [
    { value: 'theirs', label: wb.t('workbench.stale.theirs') },
    { value: 'mine', label: wb.t('workbench.stale.mine') },
  ], 'mine');
}
