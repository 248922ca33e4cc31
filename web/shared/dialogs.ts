import { h } from './dom';
import { icon } from './icons';

export interface Choice<T extends string> {
  value: T;
  label: string;
  primary?: boolean;
  danger?: boolean;
}

/** A modal question; resolves with the chosen value, or with `dismissed` on Esc. */
export function ask<T extends string>(
  id: string,
  title: string,
  body: (Node | string)[],
  choices: Choice<T>[],
  dismissed: T,
): Promise<T> {
  return new Promise((resolve) => {
    const heading = h('h2', { id: `${id}-title` }, title);
    const dialog = h('dialog', { id, class: 'dialog', 'aria-labelledby': heading.id });
    const buttons = choices.map((choice) =>
      h('button', {
        type: 'button',
        class: choice.primary ? 'button primary' : choice.danger ? 'button danger' : 'button',
        'data-choice': choice.value,
        autofocus: choice.primary,
        onclick: () => {
          dialog.close(choice.value);
        },
      }, choice.label),
    );
    dialog.append(heading, h('div', { class: 'dialog-body' }, ...body), h('div', { class: 'dialog-buttons' }, ...buttons));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(choices.find((c) => c.value === dialog.returnValue)?.value ?? dismissed);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A sheet with nothing to decide (help, instructions). */
export function sheet(id: string, title: string, close: string, ...body: Node[]): void {
  const heading = h('h2', { id: `${id}-title` }, title);
  const dialog = h('dialog', { id, class: 'dialog sheet', 'aria-labelledby': heading.id });
  const button = h('button', { type: 'button', class: 'icon-button', 'aria-label': close, title: close, onclick: () => { dialog.close(); } }, icon('close'));
  dialog.append(h('div', { class: 'sheet-head' }, heading, button), h('div', { class: 'dialog-body' }, ...body));
  dialog.addEventListener('close', () => { dialog.remove(); });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}

export type ToastKind = 'info' | 'success' | 'error';

/** A short message in the corner; errors stay until they are closed. */
export function toast(kind: ToastKind, title: string, detail = '', close = '×'): void {
  let host = document.getElementById('toasts');
  if (!host) {
    host = h('div', { id: 'toasts', role: 'status', 'aria-live': 'polite' });
    document.body.append(host);
  }
  const item = h('div', { class: `toast ${kind}`, 'data-kind': kind, role: kind === 'error' ? 'alert' : null },
    h('div', { class: 'toast-text' }, h('strong', {}, title), detail ? h('span', {}, detail) : null),
    h('button', { type: 'button', class: 'icon-button', 'aria-label': close, title: close, onclick: () => { item.remove(); } }, icon('close')),
  );
  host.append(item);
  if (kind !== 'error') setTimeout(() => { item.remove(); }, 5000);
}
