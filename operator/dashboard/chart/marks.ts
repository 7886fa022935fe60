import type uPlot from 'uplot';
import type { MarkView } from '../../api/shapes.ts';

const colours: Readonly<Record<MarkView['kind'], string>> = {
  rollout: '--accent',
  fault: '--bad',
  recovery: '--ok',
  operator: '--muted',
};

/** Letters tell them apart without their colours. */
const letters: Readonly<Record<MarkView['kind'], string>> = { rollout: 'R', fault: 'F', recovery: 'H', operator: 'O' };

/** Marks nearer than this to the one before them, in pixels of the screen, get no letter of their own. */
const nearest = 9;

/** Draws what happened as lines from top to bottom, each with a letter at its head. */
export function drawMarks(plot: uPlot, marks: readonly MarkView[], colour: (name: string) => string): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `${9 * ratio}px sans-serif`;
  ctx.textAlign = 'center';
  ctx.lineWidth = ratio;
  let last = -Infinity;
  for (const { at, kind } of [...marks].sort((one, other) => one.at.localeCompare(other.at))) {
    const x = plot.valToPos(Date.parse(at) / 1_000, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = colour(colours[kind]);
    ctx.fillStyle = colour(colours[kind]);
    ctx.globalAlpha = 0.7;
    ctx.setLineDash([2 * ratio, 2 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.globalAlpha = 1;
    if (x - last >= nearest * ratio) ctx.fillText(letters[kind], x, bbox.top - ratio);
    last = x;
  }
  ctx.restore();
}
