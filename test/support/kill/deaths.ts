/** Every death that a worker can die while a run goes on: each moment of each node, of the question and of the end. */
import type { Report } from "../../../src/core/report.js";
import { type Held, holdAt, type Moment } from "./points.js";
import type { Scene } from "./scene.js";
import type { Service } from "./service.js";
import { type Kind, NODES, requestOf } from "./ward.js";
import type { Wire } from "./wire.js";

export interface Death {
  kind: Kind;
  /** A node, `people` for the question about the write, `end` for the end of the run. */
  node: string;
  moment: Moment | "open";
}

const EVERY: Moment[] = ["decided", "scheduled", "asked", "late", "acted", "untold"];

/** What asks nobody has no request that could be kept back. */
function momentsOf(node: string): Death["moment"][] {
  if (node === "end") return ["decided", "scheduled"];
  if (node === "sum") return ["decided", "scheduled", "untold"];
  if (node === "rollback") return EVERY;
  const reading = EVERY.filter((moment) => moment !== "late");
  return node === "people" ? [...reading, "open"] : reading;
}

/** By run id. The kind of the target matters for the write alone. */
export const DEATHS: ReadonlyMap<string, Death> = new Map(
  [...NODES, "people", "end"]
    .flatMap((node) => {
      const kinds: readonly Kind[] = node === "rollback" ? ["key", "probe", "none"] : ["key"];
      return kinds.flatMap((kind) => momentsOf(node).map((moment) => ({ kind, node, moment })));
    })
    .map((death, index) => [`k${String(index).padStart(2, "0")}`, death]),
);

const PAST_GATE = ["rollback", "verify", "tell", "sum", "end"];
export const isPastGate = ({ node }: Death): boolean => PAST_GATE.includes(node);

/** Keeps the run at the moment of its death. At an open gate nothing need be kept: it waits by itself. */
export function holdForDeath(runId: string, { node, moment }: Death, wire: Wire, service: Service): Held | undefined {
  if (moment === "open") return undefined;
  const activity = node === "people" ? "ask:rollback:1" : node;
  return holdAt({ runId, activity, moment, request: requestOf(runId, node) }, wire, service);
}

export const nameOf = ({ kind, node, moment }: Death): string => `${kind} ${node} ${moment}`;

/** What a run came to, in a row: its outcome, and how often the write was asked for and how often it happened. */
export function rowOf(report: Report, { service }: Scene): string {
  const [write, tell] = ["rollback", "tell"].map((node) => requestOf(report.name, node)) as [string, string];
  const failure = report.nodes.find(({ id }) => id === "rollback")?.failure;
  const how = failure === undefined ? report.outcome : `${report.outcome}, ${failure.code}`;
  return `${how}: asked ${service.requests(write)}, acted ${service.effects(write)}, told ${service.effects(tell)}`;
}

/** The rows of runs, once all of them have ended. */
export async function rowsOf(scene: Scene, runIds: Iterable<string>): Promise<Record<string, string>> {
  const row = async (runId: string) => [runId, rowOf(await scene.report(runId), scene)] as const;
  return Object.fromEntries(await Promise.all([...runIds].map(row)));
}
