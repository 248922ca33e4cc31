import en from '../../strings/en/upload.json';
import ru from '../../strings/ru/upload.json';
import { strings, type Culture, type Translate } from '../shared/strings';

export type Key = keyof typeof ru;

export function uploadText(culture: Culture): Translate<Key> {
  return strings<Key>(culture === 'ru' ? ru : en, culture);
}

const units = ['upload.size.b', 'upload.size.kb', 'upload.size.mb', 'upload.size.gb', 'upload.size.tb'] as const;

export function sizeText(t: Translate<Key>, bytes: number): string {
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log(bytes) / Math.log(1024)));
  const value = bytes / 1024 ** power;
  return t(units[power] ?? 'upload.size.b', { value: Number(value.toFixed(value < 10 && power > 0 ? 1 : 0)) });
}

export function timeText(t: Translate<Key>, seconds: number): string {
  if (seconds < 90) return t('upload.time.seconds', { value: Math.max(1, Math.round(seconds)) });
  if (seconds < 5400) return t('upload.time.minutes', { value: Math.round(seconds / 60) });
  return t('upload.time.hours', { value: Number((seconds / 3600).toFixed(1)) });
}
