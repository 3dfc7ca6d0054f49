import type uPlot from 'uplot';
import type { Rule } from '../api/shapes.ts';
import { formatMeasured } from '../format/number.ts';
import type { MarkedSpan } from './excursion-spans.ts';

const hatchPx = 7;

interface Colors {
  readonly certain: string;
  readonly possible: string;
}

/** Marks excursions behind the lines: tinted and hatched, so that they show without colours too. */
export function drawExcursions(plot: uPlot, spans: readonly MarkedSpan[], colors: Colors): void {
  const { ctx, bbox } = plot;
  for (const { fromMs, toMs, certainty } of spans) {
    const left = Math.max(bbox.left, plot.valToPos(fromMs / 1000, 'x', true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(toMs / 1000, 'x', true));
    if (right <= left) continue;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.clip();
    ctx.fillStyle = colors[certainty];
    ctx.strokeStyle = colors[certainty];
    ctx.globalAlpha = 0.13;
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    ctx.globalAlpha = 0.28;
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    const step = hatchPx * devicePixelRatio;
    for (let x = left - bbox.height; x < right; x += step) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.globalAlpha = 1;
    ctx.fillRect(left, bbox.top, right - left, 3 * devicePixelRatio);
    ctx.restore();
  }
}

interface LimitStyle {
  readonly line: string;
  readonly font: string;
}

/** The product's limits as dashed lines with their values. */
export function drawLimit(plot: uPlot, limit: Rule | null, { line, font }: LimitStyle): void {
  if (!limit) return;
  const { ctx, bbox } = plot;
  for (const bound of [limit.min, limit.max]) {
    if (bound === null) continue;
    const y = Math.round(plot.valToPos(bound / 1000, 'y', true));
    ctx.save();
    ctx.strokeStyle = line;
    ctx.fillStyle = line;
    ctx.lineWidth = 1.5 * devicePixelRatio;
    ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.font = font.replace(/^(\d+)px/, (_, size: string) => `${Number(size) * devicePixelRatio}px`);
    ctx.textAlign = 'right';
    ctx.textBaseline = bound === limit.max ? 'bottom' : 'top';
    ctx.fillText(
      `limit ${formatMeasured(bound, limit.unit)}`,
      bbox.left + bbox.width - 4 * devicePixelRatio,
      y - 2 * devicePixelRatio,
    );
    ctx.restore();
  }
}
