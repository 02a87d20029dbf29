/** What is named in a recorded cluster, beside what is right. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readDumps } from "../../../src/activities/connectors/kubernetes/dumps/read-dumps.js";
import { type ClusterVerdict, verdictOn } from "../../../src/core/cluster/analyse.js";
import { refText } from "../../../src/core/cluster/cause.js";
import { factsOf, type World } from "../cluster-world.js";
import { configOf, contextOf } from "../tool-context.js";
import { DISTRIBUTIONS, type Recorded, recorded } from "./cluster.js";
import { record } from "./dump.js";

export interface Outcome {
  way: number;
  isRight: boolean;
  isObject: boolean;
  isInThree: boolean;
  /** Another object is named, and with a weight that claims much. */
  isSurelyWrong: boolean;
  named: string;
}

/** By the reading of a folder, as whoever was given the recording does it. */
export async function verdictOfFolder(world: World, form: number): Promise<ClusterVerdict> {
  const folder = await mkdtemp(join(tmpdir(), "recorded-"));
  try {
    await record(world, folder, form);
    const context = contextOf(configOf({}), { now: () => Date.now() });
    return verdictOn(await readDumps({ cluster: "c", folder, namespace: world.namespace }, context));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The first way is read from a folder, the others from the objects themselves. */
export async function outcomesOf(title: string, { codes, object, ways }: Recorded): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [index, breaks] of ways.entries()) {
    const turn = title.length + index;
    const world = recorded(DISTRIBUTIONS[turn % DISTRIBUTIONS.length] ?? "");
    breaks(world);
    const wanted = [object].flat().map((one) => one.replace("#1", world.items.Node?.[0].metadata.name));
    const { causes } = index === 0 ? await verdictOfFolder(world, turn) : verdictOn(factsOf(world));
    const [first] = causes;
    const fits = ({ object: one }: { object: Parameters<typeof refText>[0] }): boolean => wanted.includes(refText(one));
    const isObject = first !== undefined && fits(first);
    outcomes.push({
      way: index + 1,
      isObject,
      isRight: isObject && codes.includes(first.code),
      isInThree: causes.slice(0, 3).some((one) => fits(one) && codes.includes(one.code)),
      isSurelyWrong: first !== undefined && !isObject && first.weight >= 0.85,
      named: causes
        .slice(0, 4)
        .map((one) => `${one.code} ${refText(one.object)} ${one.score}`)
        .join(" | "),
    });
  }
  return outcomes;
}
