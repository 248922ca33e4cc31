export type Culture = 'ru' | 'en';
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
export type Entry = string | Plural;
export type Arguments = Record<string, string | number>;
export type Translate<K extends string> = (key: K, args?: Arguments) => string;

/**
 * Looks strings up by typed keys. `{name}` is replaced by the argument of that name; an entry with plural forms is
 * chosen by the argument `count` under the culture's CLDR rules. Numbers are written in the culture's own way.
 */
export function strings<K extends string>(table: Record<K, Entry>, culture: Culture): Translate<K> {
  const rules = new Intl.PluralRules(culture);
  const numbers = new Intl.NumberFormat(culture, { maximumFractionDigits: 3 });
  return (key, args = {}) => {
    const entry = table[key];
    const text = typeof entry === 'string' ? entry : (entry[rules.select(Number(args['count'] ?? 0))] ?? entry.other);
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = args[name];
      return value === undefined ? whole : typeof value === 'number' ? numbers.format(value) : value;
    });
  };
}

export interface Bilingual {
  ru: string;
  en: string;
}

/** The text in the reader's language, or in the other one where it was left empty. */
export function localized(text: Bilingual | null | undefined, culture: Culture): string {
  if (!text) return '';
  return text[culture] || text.ru || text.en || '';
}
