import { conflicts, type Chord, type Shortcut } from '../shared/shortcuts';
import type { Decisions } from './decisions';
import { deleteObject } from './panel/objects';
import type { Session } from './session';
import type { Key } from './text';
import type { Toolbox } from './tools/toolbox';
import { ctWindows } from './model/windows';
import type { Stage } from './view/stage';
import type { ToolId, Workbench } from './workbench';

const toolKeys: Record<ToolId, string> = {
  select: 'KeyV', window: 'KeyW', pan: 'KeyH', zoom: 'KeyZ', brush: 'KeyB', eraser: 'KeyE', polygon: 'KeyP', rectangle: 'KeyR', length: 'KeyL', point: 'KeyT', pin: 'KeyN',
};

/** Where disagreements are decided, the digits and E belong to them; classes, the eraser and the view's reset take Shift. */
const shifted = (wb: Workbench): boolean => wb.disputes !== null && wb.mode === 'adjudicate' && !wb.readOnly;

export const toolKey = (tool: ToolId, wb: Workbench): string => (tool === 'eraser' && shifted(wb) ? 'Shift + E' : toolKeys[tool].replace('Key', ''));

export const classKey = (place: number, wb: Workbench): string => (shifted(wb) ? `⇧${String(place + 1)}` : String(place + 1));

export interface Desk {
  wb: Workbench;
  session: Session;
  toolbox: Toolbox;
  stage: Stage;
  decisions: Decisions | null;
}

/** The one table of keys: it drives the listener, the help sheet and the buttons' tooltips. */
export function shortcutTable({ wb, session, toolbox, stage, decisions }: Desk, help: () => void): Shortcut<Key>[] {
  const key = (id: string, label: Key, group: Key, run: () => void, ...chords: (string | Chord)[]): Shortcut<Key> => ({
    id, label, group, run, chords: chords.map((c) => (typeof c === 'string' ? { code: c } : c)),
  });
  const nav = 'workbench.keys.navigation';
  const view = 'workbench.keys.view';
  const label = 'workbench.keys.labelling';
  const work = 'workbench.keys.work';
  const last = (): number => (wb.series.value?.slices.length ?? 1) - 1;
  const shift = shifted(wb);
  const table = [
    key('slice-next', 'workbench.key.sliceNext', nav, () => { wb.scroll(1); }, 'ArrowDown', 'ArrowRight'),
    key('slice-previous', 'workbench.key.slicePrevious', nav, () => { wb.scroll(-1); }, 'ArrowUp', 'ArrowLeft'),
    key('slice-forward', 'workbench.key.sliceForward', nav, () => { wb.scroll(10); }, 'PageDown'),
    key('slice-back', 'workbench.key.sliceBack', nav, () => { wb.scroll(-10); }, 'PageUp'),
    key('slice-first', 'workbench.key.sliceFirst', nav, () => { wb.goTo(0); }, 'Home'),
    key('slice-last', 'workbench.key.sliceLast', nav, () => { wb.goTo(last()); }, 'End'),
    ...wb.tools.map((tool) => key(`tool-${tool}`, `workbench.tool.${tool}`, 'workbench.keys.tools', () => { wb.tool.value = tool; }, { code: toolKeys[tool], shift: tool === 'eraser' && shift })),
    key('fit', 'workbench.view.fit', view, () => { stage.fit(); }, 'KeyF'),
    key('invert', 'workbench.view.invert', view, () => { wb.view.patch({ invert: !wb.view.value.invert }); }, 'KeyI'),
    key('reset', 'workbench.view.reset', view, () => { wb.resetView(); }, { code: 'Digit0', shift }),
    key('mpr', 'workbench.layout.mpr', view, () => { wb.layout.value = wb.layout.value === 'mpr' ? 'stack' : 'mpr'; }, 'KeyM'),
    key('labels', 'workbench.key.hideLabels', view, () => { wb.hideLabels.value = !wb.hideLabels.value; }, 'KeyX'),
    ...ctWindows.map((w, i) => key(`window-${w.id}`, `workbench.window.${w.id}`, view, () => { wb.setWindow(w); }, { code: `Digit${String(i + 1)}`, alt: true })),
    ...wb.classes.slice(0, 9).map((c, i) => ({ ...key(`class-${String(i + 1)}`, 'workbench.key.class', label, () => { wb.activeClass.value = c.id; }, { code: `Digit${String(i + 1)}`, shift }) })),
    ...(decisions ? disputeKeys(decisions, wb, key) : []),
    ...(wb.sources.length > 1 ? [key('sources-next', 'workbench.sources.next', view, () => { stage.turnPage(1); }, 'Period'), key('sources-previous', 'workbench.sources.previous', view, () => { stage.turnPage(-1); }, 'Comma')] : []),
    key('brush-smaller', 'workbench.key.brushSmaller', label, () => { toolbox.resizeBrush(-1); }, 'BracketLeft'),
    key('brush-larger', 'workbench.key.brushLarger', label, () => { toolbox.resizeBrush(1); }, 'BracketRight'),
    key('finish', 'workbench.key.finish', label, () => { toolbox.finish(); }, 'Enter'),
    key('cancel', 'workbench.key.cancel', label, () => { toolbox.cancel(); wb.selected.value = null; }, 'Escape'),
    key('delete', 'workbench.objects.delete', label, () => { deleteObject(wb, wb.selected.value); }, 'Delete', 'Backspace'),
    key('undo', 'workbench.undo', work, () => { wb.undo.undo(); }, { code: 'KeyZ', ctrl: true }),
    key('redo', 'workbench.redo', work, () => { wb.undo.redo(); }, { code: 'KeyZ', ctrl: true, shift: true }, { code: 'KeyY', ctrl: true }),
    { ...key('save', 'workbench.save.now', work, () => void session.autosave?.flush(), { code: 'KeyS', ctrl: true }), whileTyping: true },
    { ...key('submit', 'workbench.submit.action', work, () => void session.submit(), { code: 'Enter', ctrl: true }), whileTyping: true },
    key('help', 'workbench.help.title', work, help, { code: '?', sign: true }, 'F1', { code: 'Slash', shift: true }),
  ];
  const clash = conflicts(table);
  if (clash.length > 0) throw new Error(`Two shortcuts share a key: ${clash.join('; ')}`);
  return table.filter((s) => !wb.readOnly || !['workbench.keys.labelling', 'workbench.undo', 'workbench.redo', 'workbench.save.now', 'workbench.submit.action'].some((k) => k === s.group || k === s.label));
}

type Make = (id: string, label: Key, group: Key, run: () => void, ...chords: (string | Chord)[]) => Shortcut<Key>;

function disputeKeys(decisions: Decisions, wb: Workbench, key: Make): Shortcut<Key>[] {
  const group = 'workbench.disputes.title';
  const { heat } = wb;
  return [
    key('dispute-next', 'workbench.disputes.next', group, () => { decisions.step(1); }, 'KeyJ'),
    key('dispute-previous', 'workbench.disputes.previous', group, () => { decisions.step(-1); }, 'KeyK'),
    ...(heat ? [key('heat', 'workbench.heat.show', group, () => { heat.on.value = !heat.on.value; }, 'KeyG')] : []),
    ...(decisions.mayDecide ? [
      ...wb.sources.slice(0, 9).map((source, i) => key(`take-${source.name}`, 'workbench.disputes.takeKey', group, () => void decisions.take(source.name), `Digit${String(i + 1)}`)),
      key('take-none', 'workbench.disputes.none.object', group, () => void decisions.none(), 'Digit0'),
      key('take-own', 'workbench.disputes.own', group, () => void decisions.own(), 'KeyE'),
      key('dispute-undo', 'workbench.disputes.undo', group, () => void decisions.undo(), 'KeyU'),
    ] : []),
  ];
}
