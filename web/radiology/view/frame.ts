import { h } from '../../shared/dom';

export type Corner = 'tl' | 'tr' | 'bl' | 'br';
export type Edge = 'top' | 'right' | 'bottom' | 'left';

/** The DOM of one pane: the image, the drawing layer above it, texts in the corners, letters on the edges, a slider. */
export class Frame {
  readonly surface = h('div', { class: 'pane-surface' });
  readonly overlay = h('canvas', { class: 'pane-overlay' });
  readonly slider: HTMLInputElement;
  readonly root: HTMLElement;
  private readonly corners: Record<Corner, HTMLElement>;
  private readonly letters: Record<Edge, HTMLElement>;

  constructor(readonly name: string, label: string, sliderLabel: string) {
    const corner = (at: Corner): HTMLElement => h('div', { class: `pane-corner ${at}`, 'data-corner': at });
    const letter = (at: Edge): HTMLElement => h('div', { class: `pane-letter ${at}`, 'aria-hidden': 'true' });
    this.corners = { tl: corner('tl'), tr: corner('tr'), bl: corner('bl'), br: corner('br') };
    this.letters = { top: letter('top'), right: letter('right'), bottom: letter('bottom'), left: letter('left') };
    this.slider = h('input', { type: 'range', class: 'pane-slider', min: 0, max: 0, value: 0, step: 1, 'aria-label': sliderLabel });
    this.root = h('section', { class: 'pane', 'data-pane': name, 'aria-label': label, tabindex: 0 },
      this.surface, this.overlay, ...Object.values(this.corners), ...Object.values(this.letters), this.slider);
    this.surface.addEventListener('contextmenu', (event) => { event.preventDefault(); });
    this.root.addEventListener('contextmenu', (event) => { event.preventDefault(); });
  }

  get size(): { width: number; height: number } {
    return { width: this.surface.clientWidth, height: this.surface.clientHeight };
  }

  text(corner: Corner, ...lines: string[]): void {
    const text = lines.join('\n');
    if (this.corners[corner].textContent !== text) this.corners[corner].textContent = text;
  }

  letter(edge: Edge, text: string): void {
    if (this.letters[edge].textContent !== text) this.letters[edge].textContent = text;
  }

  /** A cleared drawing context in CSS pixels. */
  context(): CanvasRenderingContext2D | null {
    const { width, height } = this.size;
    const ratio = window.devicePixelRatio || 1;
    const [w, ht] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.overlay.width !== w || this.overlay.height !== ht) [this.overlay.width, this.overlay.height] = [w, ht];
    const context = this.overlay.getContext('2d');
    context?.setTransform(ratio, 0, 0, ratio, 0, 0);
    context?.clearRect(0, 0, width, height);
    return context;
  }

  /** A pointer's place in CSS pixels of the pane. */
  at(event: MouseEvent): [number, number] {
    const box = this.surface.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }
}
