/** From nothing to the first run complete: a new process starts a server, a worker and a run, from the built program. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { provideCli } from "../../test/support/provide.js";
import { argsOf } from "../arena.js";
import { eachRound, type Figure, SIDES, type Side } from "../figures.js";
import { within } from "../within.js";
import type { Scenario } from "./scenario.js";
import { CHAIN } from "./times.js";

export const cold: Scenario = {
  name: "cold",
  what: "nothing → first run complete, prebuilt bundle",
  async measure(arena, { rounds }) {
    const built = fileURLToPath(new URL("../../dist/worker.js", import.meta.url));
    if (!existsSync(built)) throw new Error("the program is not built: run `npm run build` first");
    const cliPath = await provideCli(() => undefined);
    const figure: Figure = {
      name: "nothing → first run complete",
      unit: "ms",
      rounds: [],
      absolute: { atMost: 1_500 },
    };
    return eachRound([figure], SIDES, rounds, async (side) => [await firstRun(side, cliPath, bundleOf(side))]);

    function bundleOf(side: Side): string {
      return side === "ours" ? arena.bundles.ours : arena.bundles.byHand;
    }
  },
};

/** It takes some two seconds. */
const FIRST_RUN_SECONDS = 60;

/** Milliseconds from the start of the process to the result of the run. */
async function firstRun(side: Side, cliPath: string, codePath: string): Promise<number> {
  const file = fileURLToPath(new URL("../first-run.mjs", import.meta.url));
  const type = side === "ours" ? "runGraph" : CHAIN.byHand;
  const job = JSON.stringify({ cliPath, codePath, type, args: argsOf(side, CHAIN) });
  const start = performance.now();
  const child = spawn(process.execPath, [file, job], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  try {
    const failed = exited.then(([code]) => Promise.reject(new Error(`the first run of ${side} ended with ${code}`)));
    failed.catch(() => undefined);
    await within(FIRST_RUN_SECONDS, `the first run of ${side}`, Promise.race([once(child.stdout, "data"), failed]));
    const ms = performance.now() - start;
    const [code] = await within(FIRST_RUN_SECONDS, `the first run of ${side} to stop`, exited);
    if (code !== 0) throw new Error(`the first run of ${side} failed`);
    return ms;
  } finally {
    child.kill("SIGKILL");
  }
}
