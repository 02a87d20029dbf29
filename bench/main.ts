/** `npm run bench`: the interpreter beside the same graphs written by hand, on one dev server. */
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { type Arena, createArena } from "./arena.js";
import { type Figure, type Row, rowOf } from "./figures.js";
import { tableOf } from "./print.js";
import { takeAlert } from "./scenarios/alerts.js";
import { cold } from "./scenarios/cold.js";
import { approve } from "./scenarios/gates.js";
import { historyCost, replay } from "./scenarios/history.js";
import { parked } from "./scenarios/parked.js";
import type { Effort, Scenario } from "./scenarios/scenario.js";
import { throughput, timeScenarios } from "./scenarios/times.js";

const SCENARIOS: Scenario[] = [...timeScenarios, throughput, approve, takeAlert, historyCost, replay, cold, parked];

const HELP = `npm run bench -- [--only NAME]... [--rounds N] [--quick] [--json]

  --only NAME   ${SCENARIOS.map(({ name }) => name).join(", ")}
  --rounds N    rounds of every scenario, sides in turn (3)
  --quick       small numbers: to see that it works, not to compare
  --json        one JSON document on standard output
`;

export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: "string", multiple: true },
      rounds: { type: "string", default: "3" },
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const rounds = Number(values.rounds);
  const chosen = values.only === undefined ? SCENARIOS : SCENARIOS.filter(({ name }) => values.only?.includes(name));
  const isUnknown = values.only?.some((name) => !SCENARIOS.some((scenario) => scenario.name === name)) ?? false;
  if (values.help || isUnknown || !Number.isInteger(rounds) || rounds < 1) {
    console.error(HELP);
    return values.help ? 0 : 2;
  }
  const rows = await measure(chosen, { rounds: values.quick ? 1 : rounds, quick: values.quick });
  const machine = { processors: cpus().length, load: loadavg()[0], node: process.version, rounds, quick: values.quick };
  if (values.json) console.log(JSON.stringify({ machine, rows }, null, 2));
  else console.log(tableOf(rows, machine));
  return rows.some(({ failures }) => failures !== undefined) ? 1 : 0;
}

/** A scenario that could not even begin is a failed row, and the others still run. */
async function measured(scenario: Scenario, arena: Arena, effort: Effort): Promise<Figure[]> {
  try {
    return await scenario.measure(arena, effort);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [{ name: scenario.what, unit: "", rounds: [], failures: { ours: reason } }];
  }
}

async function measure(scenarios: Scenario[], effort: Effort): Promise<Row[]> {
  const arena = await createArena();
  const rows: Row[] = [];
  try {
    for (const scenario of scenarios) {
      console.error(`bench: ${scenario.what}`);
      const found = (await measured(scenario, arena, effort)).map(rowOf);
      // A whole run takes minutes: what is known is shown.
      for (const { name, ratio, failures } of found) {
        console.error(`bench:   ${name}: ${ratio?.toFixed(2) ?? (failures ? "failed" : "measured")}`);
        for (const [side, reason] of Object.entries(failures ?? {})) console.error(`bench:     ${side}: ${reason}`);
      }
      rows.push(...found);
    }
  } finally {
    await arena.stop();
  }
  return rows;
}
