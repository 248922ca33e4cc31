import { describe, expect, test } from 'vitest';
import en from '../../strings/en/workbench.json';
import ru from '../../strings/ru/workbench.json';
import enUpload from '../../strings/en/upload.json';
import ruUpload from '../../strings/ru/upload.json';
import { chordName, conflicts, matches, type Shortcut } from '../shared/shortcuts';
import { strings } from '../shared/strings';

const press = (code: string, more: Partial<Parameters<typeof matches>[1]> = {}): Parameters<typeof matches>[1] => ({
  code, key: '', ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more,
});

describe('shortcuts', () => {
  test('follow the physical key and its modifiers exactly', () => {
    expect(matches({ code: 'KeyB' }, press('KeyB'))).toBe(true);
    expect(matches({ code: 'KeyB' }, press('KeyB', { ctrlKey: true }))).toBe(false);
    expect(matches({ code: 'KeyZ', ctrl: true, shift: true }, press('KeyZ', { metaKey: true, shiftKey: true }))).toBe(true);
  });

  test('may follow the sign typed, wherever the layout puts it', () => {
    const help = { code: '?', sign: true };
    expect(matches(help, press('Slash', { key: '?', shiftKey: true }))).toBe(true);
    expect(matches(help, press('Digit7', { key: '?', shiftKey: true }))).toBe(true);
    expect(matches(help, press('Slash', { key: '/' }))).toBe(false);
    expect(chordName(help)).toBe('?');
  });

  test('are named as they stand on the keyboard', () => {
    expect(chordName({ code: 'KeyZ', ctrl: true, shift: true })).toBe('Ctrl + Shift + Z');
    expect(chordName({ code: 'BracketLeft' })).toBe('[');
    expect(chordName({ code: 'Digit3', alt: true })).toBe('Alt + 3');
  });

  test('that claim the same key are found', () => {
    const shortcut = (id: string, code: string): Shortcut => ({ id, label: id, group: 'g', chords: [{ code }], run: () => undefined });
    expect(conflicts([shortcut('a', 'KeyA'), shortcut('b', 'KeyB')])).toEqual([]);
    expect(conflicts([shortcut('a', 'KeyA'), shortcut('b', 'KeyA')])).toEqual(['A: a, b']);
  });
});

describe('strings', () => {
  test.each([['workbench', ru, en], ['upload', ruUpload, enUpload]])('of %s have the same keys in both languages', (_, first, second) => {
    expect(Object.keys(first).sort()).toEqual(Object.keys(second).sort());
  });

  test('choose the Russian plural form', () => {
    const t = strings({ files: { one: '{count} файл', few: '{count} файла', many: '{count} файлов', other: '{count} файла' } }, 'ru');
    expect([1, 3, 5, 11, 21, 22].map((count) => t('files', { count }))).toEqual(['1 файл', '3 файла', '5 файлов', '11 файлов', '21 файл', '22 файла']);
  });

  test('leave an unknown placeholder as it is', () => {
    expect(strings({ a: '{x} {y}' }, 'en')('a', { x: 1 })).toBe('1 {y}');
  });
});
