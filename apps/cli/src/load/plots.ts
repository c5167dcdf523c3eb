// Plots as inline SVG: lines over time, stacks over time, bars. Colours come from classes, so that light and dark need one drawing.

export interface PlotText {
  /** What the plot shows, for those who hear it. */
  title: string;
  x(value: number): string;
  y(value: number): string;
}

export interface Line {
  name: string;
  /** Class that gives the colour. */
  look: string;
  /** One for each bin; undefined leaves a gap. */
  values: readonly (number | undefined)[];
}

const WIDTH = 760;
const HEIGHT = 250;
const LEFT = 80;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 28;
const X_TICKS = 6;
const Y_TICKS = 4;

interface Scale {
  at(value: number): number;
  ticks: number[];
}

/** Lines over bins of equal width; `log`: the axis has decades (values below 1 stand at 1). */
export function linePlot(lines: readonly Line[], widthMs: number, text: PlotText, log = false): string {
  const bins = Math.max(1, ...lines.map((l) => l.values.length));
  const values = lines.flatMap((l) => l.values.filter((v): v is number => v !== undefined));
  const y = log ? logScale(values) : linearScale(Math.max(0, ...values));
  const x = timeScale(bins * widthMs);
  const drawn = lines.map((l) => {
    const points = l.values.map((v, i) => (v === undefined ? undefined : point(x.at((i + 0.5) * widthMs), y.at(v))));
    return `<path class="line ${l.look}" d="${pathOf(points)}"/>`;
  });
  return picture(drawn.join(""), x, y, text);
}

/** Layers one above the other, in their order from below. */
export function stackPlot(layers: readonly Line[], widthMs: number, text: PlotText): string {
  const bins = Math.max(1, ...layers.map((l) => l.values.length));
  const sums = Array.from({ length: bins }, (_, i) => layers.reduce((n, l) => n + (l.values[i] ?? 0), 0));
  const y = linearScale(Math.max(0, ...sums));
  const x = timeScale(bins * widthMs);
  const floor = new Float64Array(bins);
  const drawn: string[] = [];
  for (const { look, values } of layers) {
    for (let i = 0; i < bins; i++) {
      const value = values[i] ?? 0;
      if (value === 0) continue;
      const below = floor[i] as number;
      floor[i] = below + value;
      const wide = x.at((i + 1) * widthMs) - x.at(i * widthMs);
      drawn.push(
        block(
          look,
          x.at(i * widthMs),
          y.at(below + value),
          Math.max(0.8, wide - 0.6),
          y.at(below) - y.at(below + value),
        ),
      );
    }
  }
  return picture(drawn.join(""), x, y, text);
}

/** One bar for each count; `edges` are one more than counts. */
export function barPlot(counts: readonly number[], edges: readonly number[], look: string, text: PlotText): string {
  const y = linearScale(Math.max(0, ...counts));
  const wide = (WIDTH - LEFT - RIGHT) / Math.max(1, counts.length);
  const drawn = counts.map((n, i) =>
    block(look, LEFT + i * wide + 1, y.at(n), Math.max(1, wide - 2), y.at(0) - y.at(n)),
  );
  const every = Math.ceil(edges.length / 12);
  const ticks = edges.map((_, i) => i).filter((i) => i % every === 0);
  const x = { at: (i: number) => LEFT + i * wide, ticks };
  return picture(drawn.join(""), x, y, { ...text, x: (i) => text.x(edges[i] as number) });
}

function picture(drawn: string, x: Scale, y: Scale, text: PlotText): string {
  const bottom = HEIGHT - BOTTOM;
  const rows = y.ticks.map((v) => {
    const at = round(y.at(v));
    return `<path class="grid" d="M${LEFT} ${at}H${WIDTH - RIGHT}"/><text class="y" x="${LEFT - 8}" y="${at + 4}">${escapeHtml(text.y(v))}</text>`;
  });
  const columns = x.ticks.map((v, i) => {
    const end = i === x.ticks.length - 1 && x.at(v) > WIDTH - RIGHT - 20 ? " last" : "";
    return `<text class="x${end}" x="${round(x.at(v))}" y="${bottom + 18}">${escapeHtml(text.x(v))}</text>`;
  });
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(text.title)}">` +
    `${rows.join("")}${columns.join("")}${drawn}<path class="axis" d="M${LEFT} ${bottom}H${WIDTH - RIGHT}"/></svg>`
  );
}

function linearScale(most: number): Scale {
  const step = niceStep(Math.max(most, 1) / Y_TICKS);
  const top = Math.ceil(Math.max(most, 1) / step) * step;
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step);
  return { at: (v) => HEIGHT - BOTTOM - (v / top) * (HEIGHT - TOP - BOTTOM), ticks };
}

function logScale(values: readonly number[]): Scale {
  const least = Math.floor(Math.log10(Math.max(1, Math.min(...values, 1e12))));
  const low = Number.isFinite(least) && values.length > 0 ? least : 0;
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(1, ...values)) - 1e-9));
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  const share = (v: number) => (Math.log10(Math.max(1, v)) - low) / (high - low);
  return { at: (v) => HEIGHT - BOTTOM - share(v) * (HEIGHT - TOP - BOTTOM), ticks };
}

function timeScale(ms: number): Scale {
  const step = niceStep(ms / X_TICKS);
  const ticks = Array.from({ length: Math.floor(ms / step + 1e-9) + 1 }, (_, i) => i * step);
  return { at: (v) => LEFT + (v / ms) * (WIDTH - LEFT - RIGHT), ticks };
}

/** 1, 2 or 5 times a power of ten, at least `wanted`. */
function niceStep(wanted: number): number {
  const decade = 10 ** Math.floor(Math.log10(wanted));
  return ([1, 2, 5, 10].find((s) => s * decade >= wanted * 0.999) as number) * decade;
}

function pathOf(points: readonly (string | undefined)[]): string {
  return points
    .map((p, i) => {
      if (p === undefined) return "";
      if (i > 0 && points[i - 1] !== undefined) return `L${p}`;
      // A bin alone between gaps is a dot: a line of no length with round ends.
      return points[i + 1] === undefined ? `M${p}h0` : `M${p}`;
    })
    .join("");
}

function block(look: string, x: number, y: number, width: number, height: number): string {
  return `<rect class="${look}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"/>`;
}

const round = (value: number) => Math.round(value * 10) / 10;
const point = (x: number, y: number) => `${round(x)} ${round(y)}`;

export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
