import { typing } from './dom';

export interface Chord {
  /** A physical key as in KeyboardEvent.code, so that a Russian layout changes nothing; or, with `sign`, the character typed wherever it stands. */
  code: string;
  sign?: boolean;
  ctrl?: boolean;
  shift?: boolean;
  alt?: boolean;
}

export interface Shortcut<K extends string = string> {
  id: string;
  label: K;
  group: K;
  chords: Chord[];
  run: () => void;
  /** Also while a text field has the focus (saving, submitting). */
  whileTyping?: boolean;
}

const names: Record<string, string> = {
  ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', BracketLeft: '[', BracketRight: ']', Slash: '/',
  Minus: '−', Equal: '=', Escape: 'Esc', Delete: 'Del', Backspace: '⌫', PageUp: 'PgUp', PageDown: 'PgDn', Comma: ',', Period: '.',
};

export function chordName(chord: Chord): string {
  if (chord.sign) return chord.code;
  const key = names[chord.code] ?? chord.code.replace(/^(Key|Digit|Numpad)/, '');
  return [chord.ctrl && 'Ctrl', chord.alt && 'Alt', chord.shift && 'Shift', key].filter(Boolean).join(' + ');
}

export function matches(chord: Chord, event: Pick<KeyboardEvent, 'code' | 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>): boolean {
  if (chord.sign) return chord.code === event.key && !event.ctrlKey && !event.metaKey;
  return (
    chord.code === event.code &&
    Boolean(chord.ctrl) === (event.ctrlKey || event.metaKey) &&
    Boolean(chord.shift) === event.shiftKey &&
    Boolean(chord.alt) === event.altKey
  );
}

/** The chords claimed by more than one shortcut. */
export function conflicts(table: readonly Shortcut[]): string[] {
  const seen = new Map<string, string>();
  const twice: string[] = [];
  for (const shortcut of table) {
    for (const chord of shortcut.chords) {
      const name = chordName(chord);
      if (seen.has(name)) twice.push(`${name}: ${seen.get(name) ?? ''}, ${shortcut.id}`);
      seen.set(name, shortcut.id);
    }
  }
  return twice;
}

/** Keys by which the focused control itself is worked: Enter and Space on a button, arrows on a slider. */
function ownKey(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const { target, code } = event;
  if (!(target instanceof HTMLElement)) return false;
  if (code === 'Enter' || code === 'Space') return target.matches('button, a, summary, input');
  return /^(Arrow|Home|End|Page)/.test(code) && target.matches('input[type="range"], input[type="radio"]');
}

/** Listens on the document until the returned function is called; open dialogs keep their keys. */
export function listen(table: readonly Shortcut[]): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (document.querySelector('dialog[open]')) return;
    const inField = typing(event.target);
    for (const shortcut of table) {
      if (inField && !shortcut.whileTyping) continue;
      if (!shortcut.chords.some((chord) => matches(chord, event)) || ownKey(event)) continue;
      event.preventDefault();
      shortcut.run();
      return;
    }
  };
  document.addEventListener('keydown', onKeyDown);
  return () => {
    document.removeEventListener('keydown', onKeyDown);
  };
}
