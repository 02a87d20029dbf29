/**
 * How far writes may reach: caps by environment, as the policy has them. What a graph shows is judged when it is
 * checked; the activity that acts judges the rendered params again.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { LimitsFile } from "../../schema/write-limits.js";
import { ENVIRONMENTS, type Environment } from "../../vocabulary/node-types.js";
import type { Problem } from "../../vocabulary/problems.js";

/** A key that is absent bounds nothing. */
export interface WriteLimits {
  targets_per_run?: number;
  actions_per_hour?: number;
  max_scale_step?: { replicas?: number; factor?: number };
  max_replicas?: number;
  forbidden_namespaces: string[];
}
export type LimitsByEnvironment = Record<Environment, WriteLimits>;

/** What runs a cluster itself: nothing that is planned from a goal has business there. */
const SYSTEM_NAMESPACES = ["kube-system", "kube-public", "kube-node-lease"];
/**
 * Production has caps although nobody wrote any: wide enough for the repair of an incident, narrow enough for a plan
 * or loop that ran wild. How large a scale step may be depends on the service, so there is none.
 */
const DEFAULTS: Record<Environment, Omit<WriteLimits, "forbidden_namespaces">> = {
  development: {},
  test: {},
  staging: {},
  production: { targets_per_run: 5, actions_per_hour: 60 },
};

/** The defaults with the file laid over them, key by key; `origin` is told of each key that the file gives. */
export function limitsOf(file: LimitsFile | undefined, origin: (path: string, from: "default" | "file") => void) {
  const limits = {} as LimitsByEnvironment;
  for (const environment of ENVIRONMENTS) {
    const given = Object.fromEntries(
      Object.entries(file?.[environment] ?? {}).filter(([, value]) => value !== undefined),
    );
    const base = { ...DEFAULTS[environment], forbidden_namespaces: [...SYSTEM_NAMESPACES] };
    limits[environment] = { ...base, ...given };
    for (const key of Object.keys(base)) origin(`${environment}.${key}`, "default");
    for (const key of Object.keys(given)) origin(`${environment}.${key}`, "file");
  }
  return limits;
}

/** What one write would touch, as far as it is known. */
export interface WriteReach {
  environment: Environment;
  namespace?: string;
  /** How many replicas it asks for. */
  replicas?: number;
}

/** What the caps say of one write without a look at the target. `at` is its path. */
export function reachProblems(limits: LimitsByEnvironment, reach: WriteReach, at: string): Problem[] {
  const { environment, namespace, replicas } = reach;
  const own = limits[environment];
  const problems: Problem[] = [];
  const pattern = namespace === undefined ? undefined : own.forbidden_namespaces.find((one) => fits(one, namespace));
  if (pattern !== undefined) {
    const message = `${at} would act in the namespace ${namespace}, which is forbidden in ${environment} (${pattern})`;
    problems.push({ code: "namespace-forbidden", at, message, hint: wayOut(environment, "forbidden_namespaces") });
  }
  if (replicas === undefined) return problems;
  if (own.max_replicas !== undefined && replicas > own.max_replicas) {
    const message = `${at} asks for ${replicas} replicas; in ${environment} at most ${own.max_replicas} are allowed`;
    problems.push({ code: "cap-exceeded", at, message, hint: wayOut(environment, "max_replicas") });
  }
  if (replicas === 0 && own.max_scale_step?.factor !== undefined) {
    const message = `${at} scales to 0, which is more than the factor ${own.max_scale_step.factor} that ${environment} allows`;
    problems.push({ code: "cap-exceeded", at, message, hint: wayOut(environment, "max_scale_step") });
  }
  return problems;
}

/**
 * What the caps say of going from `present` replicas to `wanted`; null where the present number cannot be known:
 * then production refuses, and other environments go by what is known.
 */
export function stepProblem(
  limits: LimitsByEnvironment,
  environment: Environment,
  { present, wanted }: { present: number | null; wanted: number },
  at: string,
): Problem | undefined {
  const step = limits[environment].max_scale_step;
  if (step === undefined) return undefined;
  const hint = wayOut(environment, "max_scale_step");
  if (present === null) {
    if (environment !== "production") return undefined;
    const message = `${at} asks for ${wanted} replicas, and how many there are cannot be read: the step may be larger than production allows`;
    return {
      code: "cap-exceeded",
      at,
      message,
      hint: "declare a state that reads the number of replicas, or scale by hand",
    };
  }
  const { replicas = Number.POSITIVE_INFINITY, factor = Number.POSITIVE_INFINITY } = step;
  const change = Math.abs(wanted - present);
  const ratio = Math.max(wanted, present) / Math.min(wanted, present);
  const tooFar = change > replicas;
  // From nothing, a factor says nothing; to nothing, every factor is too small.
  const tooSteep = change > 0 && present > 0 && ratio > factor;
  if (!tooFar && !tooSteep) return undefined;
  const most = [...(tooFar ? [`${replicas} replicas`] : []), ...(tooSteep ? [`a factor of ${factor}`] : [])].join(
    " and ",
  );
  const message = `${at} goes from ${present} to ${wanted} replicas; one step in ${environment} may be at most ${most}`;
  return { code: "cap-exceeded", at, message, hint };
}

/** Writes of one graph: too many targets of one environment are told at the first node that is over it. */
export function targetProblems(
  limits: LimitsByEnvironment,
  writes: ReadonlyArray<{ at: string; target: string; environment: Environment }>,
): Problem[] {
  const targets = new Map<Environment, Set<string>>();
  const told = new Set<Environment>();
  const problems: Problem[] = [];
  for (const { at, target, environment } of writes) {
    const seen = targets.get(environment) ?? new Set();
    targets.set(environment, seen.add(target));
    const most = limits[environment].targets_per_run;
    if (most === undefined || seen.size <= most || told.has(environment)) continue;
    told.add(environment);
    const all = [...new Set(writes.filter((one) => one.environment === environment).map((one) => one.target))];
    const shown = all
      .slice(0, 10)
      .map((name) => name.slice(0, 63))
      .join(", ");
    const message = `${at} is one target too many: the graph changes ${all.length} in ${environment} (${shown}), at most ${most} are allowed`;
    problems.push({
      code: "cap-exceeded",
      at,
      message,
      hint: `split the graph, or ${wayOut(environment, "targets_per_run")}`,
    });
  }
  return problems;
}

const wayOut = (environment: Environment, key: keyof WriteLimits): string =>
  `ask for less, or change limits.${environment}.${key} in the safety policy`;

/** `*` stands for any part of the name. Linear in both: one star at a time, the latest is moved on. */
export function fits(pattern: string, name: string): boolean {
  let [at, star, mark] = [0, -1, 0];
  let place = 0;
  while (place < name.length) {
    if (pattern[at] === "*") {
      star = at++;
      mark = place;
    } else if (pattern[at] === name[place]) {
      at++;
      place++;
    } else if (star >= 0) {
      at = star + 1;
      place = ++mark;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
