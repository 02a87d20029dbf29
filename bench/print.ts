/** The figures as a table for people. */
import type { Row, Side } from "./figures.js";

interface Machine {
  processors: number;
  load: number | undefined;
  node: string;
  rounds: number;
  quick: boolean;
}

const HEAD = ["", "unit", "interpreter", "by hand", "bare", "ratio", "to bare", "goal", ""];

export function tableOf(rows: Row[], { processors, load, node, rounds, quick }: Machine): string {
  const cells = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [
    `Medians of ${quick ? "one quick round: not for comparing" : `${rounds} interleaved rounds`}; ${processors} processors, load ${load?.toFixed(1)}, Node ${node}.`,
    "By hand: the same check activity and search attributes. Bare: neither. Ratios are those within a round.",
    "",
    ...lines,
  ].join("\n");
}

function cellsOf(row: Row): string[] {
  const verdict = row.met === undefined ? "" : row.met ? "met" : row.failures ? "failed" : "missed";
  const side = (name: Side) => (row.failures?.[name] === undefined ? shown(row[name]) : "failed");
  const ratio = (value: number | undefined) => (value === undefined ? "" : value.toFixed(2));
  return [
    row.name,
    row.unit,
    side("ours"),
    side("byHand"),
    side("bare"),
    ratio(row.ratio),
    ratio(row.ratioToBare),
    row.goal ?? "",
    verdict,
  ];
}

function shown(value: number | undefined): string {
  if (value === undefined) return "";
  return value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toFixed(value >= 10 ? 1 : 2);
}
