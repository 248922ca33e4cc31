import { sheet } from '../../shared/dialogs';
import { h, replaceChildren } from '../../shared/dom';
import type { Session } from '../session';
import type { Workbench } from '../workbench';

/** Refused saves that wait on the server: a button while there are any, and a sheet to take them up or let them go. */
export function keptButton(wb: Workbench, session: Session): HTMLElement {
  const button = h('button', { type: 'button', id: 'kept', class: 'button', hidden: true, onclick: () => { showKept(wb, session); } });
  session.kept.subscribe((kept) => {
    button.hidden = kept.length === 0;
    button.textContent = wb.t('workbench.kept.button', { count: kept.length });
  }, true);
  return button;
}

function showKept(wb: Workbench, session: Session): void {
  const list = h('ul', { class: 'kept' });
  const close = (): void => { list.closest('dialog')?.close(); };
  const update = (): void => {
    replaceChildren(list, ...session.kept.value.map((draft) => h('li', { 'data-draft': draft.id },
      h('span', {}, h('strong', {}, new Date(draft.at).toLocaleString(wb.culture, { dateStyle: 'medium', timeStyle: 'short' })),
        h('small', {}, draft.isKept ? wb.t('workbench.kept.after', { base: draft.baseRevision }) : wb.t('workbench.kept.gone'))),
      draft.isKept && h('button', { type: 'button', class: 'button primary', 'data-action': 'take-draft', onclick: () => {
        close();
        void session.takeKept(draft);
      } }, wb.t('workbench.kept.take')),
      h('button', { type: 'button', class: 'button', 'data-action': 'drop-draft', onclick: () => { void session.dropKept(draft); } }, wb.t('workbench.kept.drop')))));
    if (session.kept.value.length === 0) close();
  };
  const stop = session.kept.subscribe(update);
  sheet('kept-dialog', wb.t('workbench.kept.title'), wb.t('workbench.close'), h('p', { class: 'hint' }, wb.t('workbench.kept.hint')), list);
  list.closest('dialog')?.addEventListener('close', stop);
  update();
}
