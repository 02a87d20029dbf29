/** The key metric of a run as a picture, with the change, the beginning and the action marked and named below it. */
import type { AnswerChart } from "../../core/answer/answer.js";
import type { NodeView } from "../../core/report/view.js";
import { html } from "./html.js";
import { shownNumber } from "./short-number.js";
import { clock } from "./words.js";

const WIDTH = 640;
const HEIGHT = 160;
const PAD = { left: 52, right: 8, top: 14, bottom: 20 };

type Point = readonly [atMs: number, value: number];

export function ChartView({ chart, nodes }: { chart: AnswerChart; nodes: readonly NodeView[] }) {
  const points = pointsOf(nodes.find(({ id }) => id === chart.node)?.output);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || first === last) return null;
  // An action that came after the last point is shown at the end of a wider picture.
  const toMs = Math.max(last[0], ...chart.marks.map(({ atMs }) => atMs));
  const most = Math.max(...points.map(([, value]) => value));
  const least = Math.min(0, ...points.map(([, value]) => value));
  const x = (ms: number) => PAD.left + ((ms - first[0]) / (toMs - first[0])) * (WIDTH - PAD.left - PAD.right);
  const y = (value: number) =>
    HEIGHT - PAD.bottom - ((value - least) / (most - least || 1)) * (HEIGHT - PAD.top - PAD.bottom);
  const marks = chart.marks.filter(({ atMs }) => atMs >= first[0]);
  const places = apart(marks.map(({ atMs }) => x(atMs)));
  const said = `${chart.title}, from ${clock(first[0])} to ${clock(toMs)}, at most ${shownNumber(most)}`;
  return html`<figure class="chart">
    <figcaption>${chart.title}</figcaption>
    <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${said}>
      <line class="axis" x1=${PAD.left} x2=${WIDTH - PAD.right} y1=${y(least)} y2=${y(least)} />
      <text x=${PAD.left - 6} y=${y(most) + 4} text-anchor="end">${shownNumber(most)}</text>
      <text x=${PAD.left - 6} y=${y(least) + 4} text-anchor="end">${shownNumber(least)}</text>
      <text x=${PAD.left} y=${HEIGHT - 5}>${clock(first[0])}</text>
      <text x=${WIDTH - PAD.right} y=${HEIGHT - 5} text-anchor="end">${clock(toMs)}</text>
      ${marks.map(
        ({ atMs, kind }, index) => html`<g class=${`mark ${kind}`}>
          <line x1=${x(atMs)} x2=${x(atMs)} y1=${PAD.top} y2=${y(least)} />
          <text x=${places[index]} y=${PAD.top - 3} text-anchor="middle">${index + 1}</text>
        </g>`,
      )}
      <polyline class="line" points=${points.map(([ms, value]) => `${x(ms).toFixed(1)},${y(value).toFixed(1)}`).join(" ")} />
    </svg>
    <ol>${marks.map(({ atMs, kind, label }) => html`<li class=${`mark ${kind}`}>${label}, ${clock(atMs)}</li>`)}</ol>
  </figure>`;
}

/** Numbers of moments that lie close together would stand on each other. */
const APART = 10;
const apart = (places: readonly number[]): number[] => {
  const shown: number[] = [];
  for (const place of places) {
    const before = shown.filter((one) => Math.abs(one - place) < APART);
    shown.push(before.length === 0 ? place : Math.max(...before) + APART);
  }
  return shown;
};

function pointsOf(output: NodeView["output"]): Point[] {
  if (typeof output !== "object" || output === null || Array.isArray(output) || !Array.isArray(output.points))
    return [];
  const points = output.points.flatMap((point): Point[] => {
    const [time, value] = Array.isArray(point) ? point : [];
    const ms = typeof time === "string" ? Date.parse(time) : Number.NaN;
    return Number.isNaN(ms) || typeof value !== "number" ? [] : [[ms, value]];
  });
  return points.sort((a, b) => a[0] - b[0]);
}
