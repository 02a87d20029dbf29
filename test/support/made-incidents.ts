/**
 * Incidents of made systems: random call graphs, loads and faults, the same for the same seed. Bystanders wake up, drift
 * and spike, so that what deviates most is not always the cause.
 */
import type { MetricSeries } from "../../src/activities/tools/rca/ranking/input.js";

export type Fault = "cpu" | "memory" | "disk" | "delay" | "loss" | "code";
export const FAULTS: readonly Fault[] = ["cpu", "memory", "disk", "delay", "loss", "code"];

export interface MadeIncident {
  name: string;
  fault: Fault;
  metrics: MetricSeries[];
  graph: Array<[string, string]>;
  target: { node: string; metric: string };
  noticedAt: number;
  cause: string;
}

/** A small generator of equal quality everywhere (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const SPELLINGS = [
  { cpu: "cpu", memory: "mem", disk: "diskio", latency: "latency-90", errors: "error", calls: "workload" },
  {
    cpu: "cpu_usage_percent",
    memory: "memory_bytes",
    disk: "fs_writes",
    latency: "p95_latency_ms",
    errors: "error_rate",
    calls: "requests",
  },
  {
    cpu: "CpuUsage(m)",
    memory: "MemoryUsage(Mi)",
    disk: "DiskWriteBytes",
    latency: "ServerLatencyP90(s)",
    errors: "ErrorRate(%)",
    calls: "Workload(Ops)",
  },
] as const;
type Spelling = (typeof SPELLINGS)[number];
type Kind = keyof Spelling;
const KINDS: readonly Kind[] = ["cpu", "memory", "disk", "latency", "errors", "calls"];

interface Service {
  name: string;
  callees: number[];
  calls: number;
  work: number;
  seconds: number;
  memory: number;
  /** Rarely used services show mostly zeros. */
  rare: boolean;
  noise: number;
}

const START = 1_700_000_000;

function systemOf(random: () => number, size: number): Service[] {
  const services = Array.from(
    { length: size },
    (_, index): Service => ({
      name: `node-${String.fromCharCode(97 + (index % 26))}${index}`,
      callees: [],
      calls: index === 0 ? 40 + 60 * random() : 0,
      work: 0.05 + 2 * random() ** 2,
      seconds: 0.002 + 0.05 * random() ** 2,
      memory: 20 + 400 * random(),
      rare: index > 3 && random() < 0.25,
      noise: 0.02 + 0.15 * random() ** 2,
    }),
  );
  for (let index = 1; index < size; index++) {
    const callers = 1 + Math.floor(random() * 2);
    for (let count = 0; count < callers; count++) {
      const caller = services[Math.floor(random() ** 1.5 * index)] as Service;
      if (caller.callees.includes(index)) continue;
      caller.callees.push(index);
      const service = services[index] as Service;
      service.calls += caller.calls * (service.rare ? 0.004 : 0.2 + 0.8 * random());
    }
  }
  return services;
}

interface Effect {
  /** By service: what is multiplied or added while the fault lasts. */
  cpu: number[];
  memory: number[];
  disk: number[];
  extraSeconds: number[];
  failing: number[];
  calls: number[];
}

function effectOf(random: () => number, services: readonly Service[], fault: Fault, at: number): Effect {
  const each = (value: number): number[] => services.map(() => value);
  const effect: Effect = {
    cpu: each(1),
    memory: each(1),
    disk: each(1),
    extraSeconds: each(0),
    failing: each(0),
    calls: each(1),
  };
  const own = services[at] as Service;
  const strong = 0.5 + random();
  if (fault === "cpu") effect.cpu[at] = 1 + 8 * strong;
  if (fault === "memory") effect.memory[at] = 1.4 + strong;
  if (fault === "disk") effect.disk[at] = 5 + 20 * strong;
  if (fault === "loss") effect.failing[at] = 0.05 + 0.2 * strong;
  if (fault === "code") effect.failing[at] = 0.1 + 0.5 * strong;
  if (fault === "code") effect.cpu[at] = 0.6 + 0.3 * random();
  const slow = { cpu: 2, memory: random() < 0.5 ? 0.5 : 0, disk: 1, delay: 5, loss: 3, code: 0 }[fault];
  effect.extraSeconds[at] = slow * strong * (own.seconds + 0.02);
  // What is slow or fails below is slow or fails above, for the part of the calls that goes there.
  for (let index = services.length - 1; index >= 0; index--) {
    const { callees, calls } = services[index] as Service;
    for (const callee of callees) {
      if (callee <= index) continue;
      const part = Math.min(1, (services[callee]?.calls ?? 0) / Math.max(calls, 1e-9));
      effect.extraSeconds[index] = (effect.extraSeconds[index] ?? 0) + part * (effect.extraSeconds[callee] ?? 0);
      effect.failing[index] = Math.min(1, (effect.failing[index] ?? 0) + 0.7 * part * (effect.failing[callee] ?? 0));
    }
  }
  // A closed loop of users calls less while it waits.
  const waiting = 1 / (1 + 2 * (effect.extraSeconds[0] ?? 0));
  effect.calls = services.map(() => waiting * (1 - 0.3 * (effect.failing[0] ?? 0)));
  return effect;
}

const normalOf = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

interface Shape {
  step: number;
  before: number;
  after: number;
}

/** Noise that remembers a little, with a heavy tail now and then. */
function noiseOf(random: () => number, length: number, share: number): number[] {
  let kept = 0;
  return Array.from({ length }, () => {
    kept = 0.5 * kept + normalOf(random);
    return 1 + share * (kept + (random() < 0.02 ? 4 * random() : 0));
  });
}

/** What happens at a service that has no part in it: a spike, a drift, a step of memory. */
function bystand(random: () => number, values: number[], shape: Shape, typical: number): void {
  const kind = Math.floor(random() * 4);
  const from = shape.before - Math.floor(random() * shape.before * 0.5);
  const size = typical * (0.3 + 1.5 * random());
  for (let at = 0; at < values.length; at++) {
    if (kind === 0 && at >= shape.before && at < shape.before + 2) values[at] = (values[at] ?? 0) + 3 * size;
    if (kind === 1) values[at] = (values[at] ?? 0) + (size * at) / values.length;
    if (kind === 2 && at >= from) values[at] = (values[at] ?? 0) + 0.3 * size;
    if (kind === 3 && at >= shape.before && random() < 0.5) values[at] = (values[at] ?? 0) + 0.2 * size;
  }
}

function levelOf(kind: Kind, service: Service, calls: number, index: number, effect: Effect | undefined): number {
  if (kind === "calls") return calls;
  if (kind === "cpu") return (0.1 + 0.1 * service.work * calls) * (effect?.cpu[index] ?? 1);
  if (kind === "memory") return service.memory * (effect?.memory[index] ?? 1);
  if (kind === "disk") return service.memory * 0.1 * (effect?.disk[index] ?? 1);
  if (kind === "latency") return service.seconds + (effect?.extraSeconds[index] ?? 0);
  return effect?.failing[index] ?? 0;
}

function seriesOf(
  random: () => number,
  services: readonly Service[],
  effect: Effect,
  shape: Shape,
  spelling: Spelling,
): MetricSeries[] {
  const length = shape.before + shape.after;
  const load = noiseOf(random, length, 0.06);
  const late = services.map(() => Math.floor(random() * 2));
  return services.flatMap((service, index) =>
    KINDS.flatMap((kind) => {
      // Not everything is measured everywhere.
      if (random() < 0.07 && kind !== "latency") return [];
      const share = kind === "memory" ? 0.01 : kind === "latency" ? service.noise * 1.5 : service.noise;
      const noise = noiseOf(random, length, share);
      const values = noise.map((factor, at) => {
        const on = at >= shape.before + (late[index] ?? 0) ? effect : undefined;
        const calls = service.calls * (load[at] ?? 1) * (on?.calls[index] ?? 1);
        const busy = !service.rare || random() < 0.15;
        if (!busy && kind !== "memory" && kind !== "cpu") return 0;
        const level = levelOf(kind, service, calls, index, on);
        const stray = kind === "errors" && random() < 0.03 ? 0.01 * random() : 0;
        return Math.max(0, level * factor + stray);
      });
      if (random() < 0.06)
        bystand(random, values, shape, levelOf(kind, service, service.calls, index, undefined) || 0.02);
      const unit = /ms/.test(spelling[kind]) ? 1_000 : 1;
      const points = values.map((value, at): [number, number | null] => [
        START + at * shape.step,
        random() < 0.01 ? null : value * unit,
      ]);
      return [{ node: service.name, metric: spelling[kind], points }];
    }),
  );
}

/** `size`: services. Small systems are measured by the minute, large ones often finer. */
export function madeIncident(seed: number, size: number): MadeIncident {
  const random = seeded(seed * 7_919 + size);
  for (let draw = 0; draw < 20; draw++) random();
  const services = systemOf(random, size);
  const fault = FAULTS[seed % FAULTS.length] as Fault;
  const likely = services
    .map((service, index) => ({ service, index }))
    .filter(({ service, index }) => index > 0 && !service.rare);
  const { index: at } = likely[Math.floor(random() * likely.length)] ?? { index: 0 };
  const effect = effectOf(random, services, fault, at);
  const step = [5, 15, 60][Math.floor(random() * 3)] ?? 60;
  const shape = { step, before: 15 + Math.floor(random() * 100), after: 4 + Math.floor(random() * 40) };
  const spelling = SPELLINGS[seed % SPELLINGS.length === 0 ? 0 : Math.floor(random() * SPELLINGS.length)] as Spelling;
  const metrics = seriesOf(random, services, effect, shape, spelling);
  const graph = services.flatMap(({ name, callees }) =>
    callees.map((to): [string, string] => [name, services[to]?.name ?? ""]),
  );
  const metric = (effect.failing[0] ?? 0) > 0.02 ? spelling.errors : spelling.latency;
  return {
    name: `${size}-${seed}`,
    fault,
    metrics,
    graph,
    target: { node: services[0]?.name ?? "", metric },
    noticedAt: START + shape.before * step,
    cause: services[at]?.name ?? "",
  };
}
