import type { Antiforgery } from './rest';
import type { Culture } from './strings';

export interface WorkbenchConfig {
  readingId?: string;
  caseId?: string;
  /** One's own reading whose result is looked at. */
  resultOf?: string;
  culture: Culture;
  antiforgery: Antiforgery;
  home: string;
}

/** The page's JSON island. */
export function workbenchConfig(): WorkbenchConfig {
  const island = document.getElementById('workbench-config');
  const config = JSON.parse(island?.textContent ?? '{}') as Partial<WorkbenchConfig>;
  if (!config.antiforgery) throw new Error('workbench-config is missing on the page');
  return { ...config, antiforgery: config.antiforgery, culture: config.culture === 'en' ? 'en' : 'ru', home: config.home ?? '/' };
}
