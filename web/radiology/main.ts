import '../shared/kit.css';
import './radiology.css';
import './review.css';
import { workbenchConfig } from '../shared/config';
import { App, showFailure } from './app';
import { workbenchText } from './text';
import { hasWebGl2, renderingEngine } from './view/engine';

const config = workbenchConfig();
const t = workbenchText(config.culture);

if (!hasWebGl2()) {
  showFailure(t('workbench.webgl.title'), t('workbench.webgl.detail'), t('workbench.home'), config.home);
} else {
  renderingEngine();
  const app = new App(config);
  if (config.resultOf) void app.openResult(config.resultOf);
  else if (config.readingId) void app.openReading(config.readingId);
  else if (config.caseId) void app.openCase(config.caseId);
}
