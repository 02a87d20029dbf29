/** All series by node, with what is derived from them. */
import { bestSeries, byAdding, type Deviation, deviationOf, volumeOf } from "./burdens.js";
import type { Series } from "./input.js";
import type { Signal } from "./signal-kinds.js";
import type { Window } from "./window.js";

/** All that is known of the nodes, worked out where it is first asked for. */
export class Nodes {
  readonly #series = new Map<string, Series[]>();
  readonly #deviations = new Map<string, Deviation[]>();
  readonly #window: Window;

  constructor(series: readonly Series[], window: Window) {
    this.#window = window;
    for (const one of series) {
      const known = this.#series.get(one.node);
      if (known === undefined) this.#series.set(one.node, [one]);
      else known.push(one);
    }
  }

  names = (): string[] => [...this.#series.keys()];

  series = (node: string, kind: Signal["kind"]): Series[] =>
    (this.#series.get(node) ?? []).filter(({ signal }) => signal.kind === kind);

  calls = <T>(node: string, instead: T): number | T => {
    return volumeOf(bestSeries(this.series(node, "volume"), [byAdding]), this.#window, instead);
  };

  deviations = (node: string): Deviation[] => {
    const known = this.#deviations.get(node);
    if (known !== undefined) return known;
    const calls = this.calls(node, undefined);
    const all = (this.#series.get(node) ?? []).map((series) => deviationOf(series, this.#window, calls));
    this.#deviations.set(node, all);
    return all;
  };
}
