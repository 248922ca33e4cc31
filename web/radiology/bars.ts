import { sheet, toast } from '../shared/dialogs';
import { h, leaveOnChange, replaceChildren } from '../shared/dom';
import { icon, type IconName } from '../shared/icons';
import { chordName, type Shortcut } from '../shared/shortcuts';
import { keptButton } from './panel/kept';
import type { Key } from './text';
import { toolKey } from './keys';
import { ctWindows } from './model/windows';
import type { Session } from './session';
import type { Stage } from './view/stage';
import { type Layout, type Workbench } from './workbench';

const noted = (text: string, key: string): string => `${text} (${key})`;

function iconButton(id: string, name: IconName, label: string, onclick: () => void): HTMLButtonElement {
  return h('button', { type: 'button', class: 'icon-button', id, 'aria-label': label, title: label, onclick }, icon(name));
}

/** In a narrow window the panel lies over the image and is called up by this button. */
function panelToggle(wb: Workbench, panel: HTMLElement): HTMLButtonElement {
  const button = iconButton('panel-toggle', 'panel', wb.t('workbench.panel.toggle'), () => {
    const open = panel.classList.toggle('open');
    button.setAttribute('aria-expanded', String(open));
  });
  button.setAttribute('aria-expanded', 'false');
  button.setAttribute('aria-controls', panel.id);
  return button;
}

export function topBar(wb: Workbench, session: Session, panel: HTMLElement, help: () => void): HTMLElement {
  const { t, reading } = wb;
  const undo = iconButton('undo', 'undo', noted(t('workbench.undo'), 'Ctrl+Z'), () => { wb.undo.undo(); });
  const redo = iconButton('redo', 'redo', noted(t('workbench.redo'), 'Ctrl+Shift+Z'), () => { wb.undo.redo(); });
  const update = (): void => { [undo.disabled, redo.disabled] = [!wb.undo.canUndo, !wb.undo.canRedo]; };
  wb.undoChanged.subscribe(update);
  update();
  return h('header', { class: 'topbar' },
    h('a', { class: 'icon-button', href: wb.config.home, 'aria-label': t('workbench.home'), title: t('workbench.home') }, icon('back')),
    h('div', { class: 'titles' },
      h('h1', {}, wb.caseView.case.label),
      h('p', {}, [reading?.project.name, t(`workbench.mode.${wb.mode}`), reading && wb.mode !== 'validate' && wb.mode !== 'result' && t(`workbench.state.${reading.state}`)].filter(Boolean).join(' · '))),
    reading && wb.mode !== 'result' && progress(wb, reading.queue.done, reading.queue.total),
    h('span', { class: 'grow' }),
    session.autosave && keptButton(wb, session),
    session.autosave && saveState(wb, session),
    wb.readOnly ? null : h('div', { class: 'group' }, undo, redo),
    h('div', { class: 'group' },
      reading?.instructions ? iconButton('instructions', 'info', t('workbench.instructions'), () => { showInstructions(wb); }) : null,
      iconButton('theme', 'theme', t('workbench.theme'), toggleTheme),
      iconButton('help', 'help', noted(t('workbench.help.title'), '?'), help),
      panel.childElementCount > 0 && panelToggle(wb, panel)),
    decisionButtons(wb, session));
}

function toggleTheme(): void {
  const root = document.documentElement;
  const theme = root.dataset['theme'] === 'light' ? 'dark' : 'light';
  root.dataset['theme'] = theme;
  document.cookie = `pirogov.theme=${theme}; path=/; max-age=31536000; samesite=lax`;
}

function progress(wb: Workbench, done: number, total: number): HTMLElement {
  const bar = h('progress', { max: Math.max(1, total), value: done, 'aria-label': wb.t('workbench.queue.label') });
  return h('div', { class: 'queue' }, bar, h('span', {}, wb.t('workbench.queue.done', { done, total })));
}

function decisionButtons(wb: Workbench, session: Session): HTMLElement | null {
  const { t } = wb;
  if (session.autosave && wb.mode !== 'validate') {
    return h('button', { type: 'button', id: 'submit', class: 'button primary', title: noted(t('workbench.submit.action'), 'Ctrl+Enter'), onclick: () => void session.submit() },
      icon('send', 16), t('workbench.submit.action'));
  }
  if (!wb.judges) return null;
  const accept = h('span', {}, t('workbench.accept.action'));
  // A corrected result is accepted as it was corrected: the button says so as soon as anything has changed.
  const update = (): void => { accept.textContent = t(session.corrects() ? 'workbench.correct.action' : 'workbench.accept.action'); };
  wb.undoChanged.subscribe(update);
  update();
  return h('div', { class: 'group' },
    h('button', { type: 'button', id: 'return', class: 'button', onclick: () => void session.sendBack() }, icon('undo', 16), t('workbench.return.action')),
    h('button', { type: 'button', id: 'accept', class: 'button primary', onclick: () => void session.accept() }, icon('check', 16), accept));
}

function saveState(wb: Workbench, session: Session): HTMLElement {
  const text = h('span', {});
  const root = h('div', { id: 'save-state', class: 'save-state', role: 'status' }, h('span', { class: 'dot' }), text);
  session.autosave?.state.subscribe((state) => {
    root.dataset['state'] = state;
    text.textContent = wb.t(`workbench.save.${state}`);
  }, true);
  return root;
}

export function toolRail(wb: Workbench): HTMLElement {
  const buttons = wb.tools.map((tool) => {
    const label = noted(wb.t(`workbench.tool.${tool}`), toolKey(tool, wb));
    return h('button', { type: 'button', class: 'rail-button', 'data-tool': tool, 'aria-label': label, title: label, onclick: () => { wb.tool.value = tool; } }, icon(tool === 'pin' ? 'goto' : tool, 20));
  });
  const update = (): void => {
    for (const button of buttons) {
      const active = button.dataset['tool'] === wb.tool.value;
      button.setAttribute('aria-pressed', String(active));
      button.classList.toggle('active', active);
    }
  };
  wb.tool.subscribe(update, true);
  const rail = h('nav', { class: 'rail', 'aria-label': wb.t('workbench.keys.tools') }, ...buttons);
  buttons[4]?.classList.add('first-of-group');
  return rail;
}

export function viewBar(wb: Workbench, stage: Stage, openSeries: (index: number) => Promise<void>): HTMLElement {
  const { t } = wb;
  const presets = ctWindows.map((w, i) => h('button', {
    type: 'button', class: 'segment', 'data-window': w.id, title: noted(t(`workbench.window.${w.id}`), `Alt+${String(i + 1)}`), onclick: () => { wb.setWindow(w); },
  }, t(`workbench.window.${w.id}`)));
  const number = (id: 'width' | 'center'): HTMLInputElement => {
    const input = h('input', {
      type: 'number', id: `window-${id}`, step: 10, 'aria-label': t(`workbench.window.${id}`),
      onchange: () => { if (!Number.isNaN(input.valueAsNumber)) wb.setWindow({ ...wb.view.value.window, [id]: input.valueAsNumber }); },
    });
    return leaveOnChange(input);
  };
  const [width, center] = [number('width'), number('center')];
  const group = h('div', { class: 'segments', role: 'group', 'aria-label': t('workbench.window.presets') }, ...presets);
  const invert = iconButton('invert', 'invert', noted(t('workbench.view.invert'), 'I'), () => { wb.view.patch({ invert: !wb.view.value.invert }); });
  wb.view.subscribe(({ window, invert: inverted }) => {
    for (const button of presets) {
      const preset = ctWindows.find((w) => w.id === button.dataset['window']);
      button.setAttribute('aria-pressed', String(preset?.center === window.center && preset.width === window.width));
    }
    if (document.activeElement !== width) width.value = String(Math.round(window.width));
    if (document.activeElement !== center) center.value = String(Math.round(window.center));
    invert.setAttribute('aria-pressed', String(inverted));
  }, true);
  wb.series.subscribe((series) => { group.hidden = series?.modality !== 'CT'; }, true);
  return h('div', { class: 'viewbar', role: 'toolbar', 'aria-label': t('workbench.keys.view') },
    seriesPicker(wb, openSeries), group,
    h('label', { class: 'compact' }, t('workbench.window.widthShort'), width),
    h('label', { class: 'compact' }, t('workbench.window.centerShort'), center),
    h('div', { class: 'group' },
      iconButton('fit', 'fit', noted(t('workbench.view.fit'), 'F'), () => { stage.fit(); }), invert,
      iconButton('reset', 'reset', noted(t('workbench.view.reset'), '0'), () => { wb.resetView(); stage.fit(); })),
    h('span', { class: 'grow' }), loadProgress(wb), wb.sources.length > 1 && sourcePages(wb, stage), layouts(wb));
}

function seriesPicker(wb: Workbench, openSeries: (index: number) => Promise<void>): HTMLElement | null {
  const list = wb.seriesList;
  if (list.length < 2) return null;
  const open = (index: number): Promise<void> => openSeries(index).catch((error: unknown) => {
    toast('error', wb.t('workbench.series.failed.title'), wb.t('workbench.series.failed.detail'), wb.t('workbench.close'));
    update();
    throw error;
  });
  const select = h('select', { id: 'series', 'aria-label': wb.t('workbench.series.title'), onchange: () => void open(Number(select.value)) },
    ...list.map((s, i) => h('option', { value: i }, [s.modality, s.description, wb.t('workbench.series.images', { count: s.instanceCount })].filter(Boolean).join(' · '))));
  const update = (): void => {
    const at = list.findIndex((s) => s.seriesInstanceUid === wb.series.value?.seriesInstanceUid);
    if (at >= 0) select.value = String(at);
  };
  wb.series.subscribe(update, true);
  return leaveOnChange(select);
}

function loadProgress(wb: Workbench): HTMLElement {
  const bar = h('progress', { class: 'frames', max: 1, value: 0, 'aria-label': wb.t('workbench.frames.loading') });
  const update = (): void => {
    const total = wb.series.value?.slices.length ?? 0;
    bar.max = Math.max(1, total);
    bar.value = wb.loadedFrames.value;
    bar.classList.toggle('done', wb.loadedFrames.value >= total);
  };
  wb.loadedFrames.subscribe(update);
  wb.series.subscribe(update);
  return bar;
}

/** Which of the readings are beside one's own, where not all of them have room. */
function sourcePages(wb: Workbench, stage: Stage): HTMLElement {
  const root = h('div', { class: 'segments', role: 'group', 'aria-label': wb.t('workbench.sources.title') });
  const update = (): void => {
    const pages = wb.layout.value === 'compare' ? stage.pages.value : [];
    root.hidden = pages.length < 2;
    replaceChildren(root, ...pages.map((names, i) => h('button', {
      type: 'button', class: 'segment', 'data-source-page': i, 'aria-pressed': String(i === stage.page), title: wb.t('workbench.sources.page', { names: names.join(', ') }),
      onclick: () => { wb.sourcePage.value = wb.sources.findIndex((s) => s.name === names[0]); },
    }, names.length > 2 ? `${names[0] ?? ''}–${names.at(-1) ?? ''}` : names.join(' '))));
  };
  stage.pages.subscribe(update, true);
  wb.layout.subscribe(update);
  return root;
}

function layouts(wb: Workbench): HTMLElement {
  const available: Layout[] = wb.sources.length > 0 ? ['stack', 'compare', 'mpr'] : ['stack', 'mpr'];
  const buttons = available.map((layout) => h('button', {
    type: 'button', class: 'segment', 'data-layout-button': layout, title: wb.t(`workbench.layout.${layout}`), onclick: () => { wb.layout.value = layout; },
  }, icon(layout === 'mpr' ? 'mpr' : layout === 'compare' ? 'copy' : 'stack', 15), wb.t(`workbench.layout.${layout}Short`)));
  const update = (): void => {
    for (const button of buttons) {
      button.setAttribute('aria-pressed', String(button.dataset['layoutButton'] === wb.layout.value));
      if (button.dataset['layoutButton'] === 'mpr') button.disabled = !wb.series.value?.spacing;
    }
  };
  wb.layout.subscribe(update);
  wb.series.subscribe(update, true);
  return h('div', { class: 'segments', role: 'group', 'aria-label': wb.t('workbench.layout.title') }, ...buttons);
}

export function showHelp(wb: Workbench, table: readonly Shortcut<Key>[]): void {
  const groups = [...new Set(table.map((s) => s.group))].map((group) => {
    const seen = new Set<Key>();
    const rows = table.filter((s) => s.group === group && !seen.has(s.label) && seen.add(s.label)).map((s) => {
      const same = table.filter((other) => other.label === s.label);
      const names = same.length > 1 ? [`${chordName(same[0]?.chords[0] ?? { code: '' })} … ${chordName(same.at(-1)?.chords[0] ?? { code: '' })}`] : s.chords.map(chordName);
      return h('div', { class: 'key-row' }, h('dt', {}, wb.t(s.label)), h('dd', {}, ...names.map((n) => h('kbd', {}, n))));
    });
    return h('section', {}, h('h3', {}, wb.t(group)), h('dl', {}, ...rows));
  });
  const mouse = h('section', {}, h('h3', {}, wb.t('workbench.help.mouse')), h('dl', {}, ...(['wheel', 'ctrlWheel', 'shiftWheel', 'middle', 'right'] as const)
    .map((id) => h('div', { class: 'key-row' }, h('dt', {}, wb.t(`workbench.help.${id}.does`)), h('dd', {}, h('kbd', {}, wb.t(`workbench.help.${id}`)))))));
  sheet('help-dialog', wb.t('workbench.help.title'), wb.t('workbench.close'), h('div', { class: 'key-groups' }, ...groups, mouse));
}

function showInstructions(wb: Workbench): void {
  const paragraphs = (wb.reading?.instructions ?? '').split(/\n{2,}/).map(paragraph);
  sheet('instructions-dialog', wb.t('workbench.instructions'), wb.t('workbench.close'), h('div', { class: 'prose' }, ...paragraphs));
}

/** The little of Markdown that instructions are written in: headings, lists, paragraphs. */
function paragraph(block: string): HTMLElement {
  const heading = /^#{1,4}\s+(.*)$/.exec(block);
  if (heading) return h('h3', {}, heading[1] ?? '');
  const lines = block.split('\n');
  if (lines.every((line) => /^\s*([-*]|\d+\.)\s/.test(line))) {
    return h(/^\s*\d/.test(block) ? 'ol' : 'ul', {}, ...lines.map((line) => h('li', {}, line.replace(/^\s*([-*]|\d+\.)\s+/, ''))));
  }
  return h('p', {}, block);
}

export function panelSection(id: string, title: string, body: HTMLElement, extra: HTMLElement | null = null): HTMLElement {
  const details = h('details', { class: 'section', id, open: true }, h('summary', {}, h('span', {}, title), extra), body);
  return details;
}
