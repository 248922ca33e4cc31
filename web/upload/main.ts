import './upload.css';
import { Rest } from '../shared/rest';
import { uploadText } from './text';
import { Intake } from './view';

/** Finds `<div id="intake" data-batch data-csrf-header data-csrf-token data-culture>` and brings it to life. */
function mount(): void {
  const root = document.getElementById('intake');
  const batch = root?.dataset['batch'];
  if (!root || !batch || root.dataset['mounted'] === 'true') return;
  const culture = root.dataset['culture'] === 'en' ? 'en' : 'ru';
  const { csrfHeader: header, csrfToken: token } = root.dataset;
  new Intake(root, batch, new Rest(culture, header && token ? { header, token } : null), uploadText(culture), (url) => { location.assign(url); });
}

interface BlazorPage {
  Blazor?: { addEventListener(name: 'enhancedload', run: () => void): void };
}

mount();
// The portal swaps pages without loading them; the module is already here when the intake's page arrives.
(window as BlazorPage).Blazor?.addEventListener('enhancedload', mount);
