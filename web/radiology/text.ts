import en from '../../strings/en/workbench.json';
import ru from '../../strings/ru/workbench.json';
import { strings, type Culture, type Translate } from '../shared/strings';

export type Key = keyof typeof ru;

export function workbenchText(culture: Culture): Translate<Key> {
  return strings<Key>((culture === 'ru' ? ru : en), culture);
}
