/**
 * Outages of made systems as a load test records them: ten calm minutes and ten of a fault, a value a second, no call graph.
 * Names are `<service>_cpu`, `_mem`, `_latency-50`, `_latency-90`, `_load` or `_workload`, `_error`; values are held, smoothed, missing.
 */
import type { MetricSeries } from "../../src/activities/tools/rca/ranking/input.js";
import { type MadeIncident, seeded } from "./made-incidents.js";

const MINUTES = 10;
const LENGTH = MINUTES * 60;
const START = 1_690_000_000;
const FAULTS = ["cpu", "memory", "disk", "delay", "loss"] as const;
type Fault = (typeof FAULTS)[number];

/** What differs between systems, whatever they sell. */
interface Style {
  name: string;
  /** Services in all, and the share of them that hardly anybody calls. */
  size: number;
  idle: number;
  /** Bytes or megabytes, seconds or milliseconds. */
  memory: number;
  seconds: number;
  load: "load" | "workload";
  /** Whether a disk is measured, and errors. */
  disk: boolean;
  errors: boolean;
  /** Seconds that a value is held for, and that it is the mean of. */
  held: number;
  smooth: number;
  noise: number;
  /** How far memory wanders by itself. */
  wander: number;
  missing: number;
  instances: number;
  /** How strong faults are. */
  strong: number;
}

const STYLES: readonly Style[] = [
  {
    name: "a small shop",
    size: 13,
    idle: 0.1,
    memory: 1,
    seconds: 1,
    load: "load",
    disk: false,
    errors: true,
    held: 5,
    smooth: 30,
    noise: 0.12,
    wander: 0.002,
    missing: 0.02,
    instances: 1,
    strong: 1.5,
  },
  {
    name: "a middle shop",
    size: 11,
    idle: 0,
    memory: 1e-6,
    seconds: 1_000,
    load: "workload",
    disk: false,
    errors: true,
    held: 1,
    smooth: 1,
    noise: 0.25,
    wander: 0.01,
    missing: 0.05,
    instances: 2,
    strong: 1,
  },
  {
    name: "a large booking system",
    size: 42,
    idle: 0.55,
    memory: 1,
    seconds: 1,
    load: "workload",
    disk: false,
    errors: true,
    held: 15,
    smooth: 60,
    noise: 0.3,
    wander: 0.005,
    missing: 0.15,
    instances: 1,
    strong: 0.6,
  },
  {
    name: "a media site",
    size: 24,
    idle: 0.3,
    memory: 1e-6,
    seconds: 1_000,
    load: "load",
    disk: true,
    errors: true,
    held: 1,
    smooth: 10,
    noise: 0.18,
    wander: 0.02,
    missing: 0.05,
    instances: 3,
    strong: 0.8,
  },
  {
    name: "a bank",
    size: 17,
    idle: 0.2,
    memory: 1,
    seconds: 1_000,
    load: "load",
    disk: true,
    errors: false,
    held: 10,
    smooth: 1,
    noise: 0.08,
    wander: 0.001,
    missing: 0.3,
    instances: 1,
    strong: 0.7,
  },
];
export const OUTAGE_STYLES: readonly string[] = STYLES.map(({ name }) => name);

interface Service {
  name: string;
  callees: number[];
  calls: number;
  idle: boolean;
  cpu: number;
  memory: number;
  seconds: number;
}

const WORDS = [
  "cart",
  "user",
  "order",
  "stock",
  "mail",
  "price",
  "review",
  "search",
  "media",
  "token",
  "route",
  "seat",
  "quote",
  "limit",
  "audit",
  "basket",
  "image",
  "rating",
  "offer",
  "ledger",
  "travel",
  "notice",
];

const gauss = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

function systemOf(random: () => number, { size, idle }: Style): Service[] {
  const services = Array.from({ length: size }, (_, index): Service => {
    const word = WORDS[index % WORDS.length] ?? "";
    const name =
      index === 0 ? "front" : index % 3 === 2 ? `${word}-db` : index < WORDS.length ? word : `${word}-service${index}`;
    return {
      name,
      callees: [],
      calls: index === 0 ? 60 + 200 * random() : 0,
      idle: index > 2 && random() < idle,
      cpu: 0.002 + 0.05 * random() ** 2,
      memory: (30 + 700 * random() ** 2) * 1e6,
      seconds: 0.001 + 0.03 * random() ** 2,
    };
  });
  for (let index = 1; index < size; index++) {
    const caller = services[Math.floor(random() ** 1.6 * index)] as Service;
    const service = services[index] as Service;
    caller.callees.push(index);
    service.calls = service.idle ? 0.02 * random() : Math.max(0.5, caller.calls * (0.15 + 0.85 * random()));
  }
  return services;
}

interface Effect {
  cpu: (at: number) => number;
  memory: (at: number) => number;
  disk: (at: number) => number;
  /** By service. */
  seconds: number[];
  failing: number[];
  calls: number;
}

function effectOf(random: () => number, services: readonly Service[], fault: Fault, at: number, style: Style): Effect {
  const strong = style.strong * (0.6 + random());
  const own = services[at] as Service;
  const seconds = services.map(() => 0);
  const failing = services.map(() => 0);
  const slow = { cpu: 1.5, memory: 0.4, disk: 0.8, delay: 12, loss: 3 }[fault];
  seconds[at] = slow * strong * (own.seconds + 0.01);
  failing[at] = fault === "loss" ? 0.02 + 0.1 * random() : fault === "memory" && random() < 0.3 ? 0.02 : 0;
  for (let index = services.length - 1; index >= 0; index--) {
    const { callees, calls } = services[index] as Service;
    for (const callee of callees) {
      const part = Math.min(1, (services[callee]?.calls ?? 0) / Math.max(calls, 1e-9));
      seconds[index] = (seconds[index] ?? 0) + part * (seconds[callee] ?? 0);
      failing[index] = (failing[index] ?? 0) + 0.6 * part * (failing[callee] ?? 0);
    }
  }
  const full = 1 + strong * (0.5 + 2 * random());
  return {
    cpu: () => (fault === "cpu" ? 0.3 + 0.8 * strong * (0.5 + 0.5 * random()) : fault === "disk" ? 0.05 * strong : 0),
    // A leak grows, a hog takes all at once, a disk's cache fills.
    memory: (after) =>
      fault === "memory"
        ? 1 + (full - 1) * Math.min(1, after / 90)
        : fault === "disk"
          ? 1 + 0.3 * strong * Math.min(1, after / 200)
          : 1,
    disk: () => (fault === "disk" ? 1 + 30 * strong : 1),
    seconds,
    failing,
    // A closed loop of users waits.
    calls: 1 / (1 + 3 * (seconds[0] ?? 0)),
  };
}

/** What a scraper makes of it: means over some seconds, held until the next one, gaps in between. */
function recorded(
  random: () => number,
  values: readonly (number | null)[],
  { held, smooth, missing }: Style,
): Array<number | null> {
  const phase = Math.floor(random() * held);
  let shown: number | null = null;
  return values.map((_, at) => {
    if (at % held === phase || at === 0) {
      const near = values
        .slice(Math.max(0, at - smooth + 1), at + 1)
        .filter((value): value is number => value !== null);
      shown = near.length === 0 ? null : near.reduce((sum, value) => sum + value, 0) / near.length;
    }
    return random() < missing ? null : shown;
  });
}

interface Made {
  random: () => number;
  style: Style;
  users: readonly number[];
  cause: number;
  effect: Effect;
}

function instanceOf(
  service: Service,
  index: number,
  { random, style, users, cause, effect }: Made,
  hit: boolean,
): Map<string, Array<number | null>> {
  const columns = new Map<string, Array<number | null>>();
  const column = (name: string, value: number | null): void => {
    const known = columns.get(name);
    if (known === undefined) columns.set(name, [value]);
    else known.push(value);
  };
  let memory = service.memory;
  for (let at = 0; at < 2 * LENGTH; at++) {
    const after = at - LENGTH;
    const on = after >= 0 && index === cause && hit;
    const calls = Math.max(
      0,
      service.calls * (users[at] ?? 1) * (after >= 0 ? effect.calls : 1) * (1 + style.noise * 0.4 * gauss(random)),
    );
    const called = !service.idle || random() < service.calls;
    memory = Math.max(1e6, memory * (1 + style.wander * 0.1 * gauss(random)));
    const noise = (): number => Math.max(0.05, 1 + style.noise * gauss(random) + (random() < 0.01 ? 2 * random() : 0));
    column(
      "cpu",
      (0.001 + service.cpu * (service.idle ? 0.05 : calls / Math.max(1, service.calls))) * noise() +
        (on ? effect.cpu(after) : 0),
    );
    column("mem", Math.round((memory * (on ? effect.memory(after) : 1)) / 4_096) * 4_096 * style.memory);
    column(style.load, called ? Math.round(calls * 100) / 100 : 0);
    const slower = after >= 0 ? (effect.seconds[index] ?? 0) * noise() : 0;
    // Where nothing was asked nothing was measured: here as a gap, there as nothing at all.
    const idle = style.seconds === 1 ? 0 : null;
    column("latency-50", called ? (service.seconds * noise() + 0.6 * slower) * style.seconds : idle);
    column("latency-90", called ? (2.2 * service.seconds * noise() + 1.1 * slower) * style.seconds : idle);
    if (style.errors)
      column(
        "error",
        called && random() < 0.01 ? calls * 0.01 : calls * (after >= 0 ? (effect.failing[index] ?? 0) : 0) * noise(),
      );
    if (style.disk) column("diskio", service.memory * 1e-4 * noise() * (on ? effect.disk(after) : 1));
  }
  return columns;
}

export interface MadeOutage extends MadeIncident {
  style: string;
}

export function madeOutage(style: number, seed: number): MadeOutage {
  const chosen = STYLES[style % STYLES.length] as Style;
  const random = seeded(seed * 6_151 + style * 97 + 11);
  for (let draw = 0; draw < 20; draw++) random();
  const services = systemOf(random, chosen);
  const fault = FAULTS[seed % FAULTS.length] as Fault;
  const busy = services.map((_, index) => index).filter((index) => index > 0 && !services[index]?.idle);
  const cause = busy[Math.floor(random() * busy.length)] ?? 1;
  const effect = effectOf(random, services, fault, cause, chosen);
  let load = 0;
  const users = Array.from({ length: 2 * LENGTH }, () => {
    load = 0.97 * load + 0.03 * gauss(random);
    return Math.max(0.3, 1 + load);
  });
  const made = { random, style: chosen, users, cause, effect };
  const spelled = seed % 2 === 0;
  const metrics = services.flatMap((service, index) =>
    Array.from({ length: chosen.instances }, (_, instance) => instance).flatMap((instance): MetricSeries[] =>
      // A fault may hit one instance of several.
      [...instanceOf(service, index, made, instance === 0 || seed % 3 > 0)].map(([name, values]) => ({
        node: service.name,
        metric: spelled ? `${service.name}_${name}` : name,
        points: recorded(random, values, chosen).map((value, at): [number, number | null] => [START + at, value]),
      })),
    ),
  );
  const pain = chosen.errors && (effect.failing[0] ?? 0) > 0.02 ? "error" : "latency-90";
  return {
    name: `${chosen.name} ${seed}`,
    style: chosen.name,
    fault,
    metrics,
    graph: services.flatMap(({ name, callees }) =>
      callees.map((to): [string, string] => [name, services[to]?.name ?? ""]),
    ),
    target: { node: "front", metric: spelled ? `front_${pain}` : pain },
    noticedAt: START + LENGTH,
    cause: services[cause]?.name ?? "",
  };
}
