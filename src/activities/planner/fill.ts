/** Values for a playbook's parameters: given ones first, then what goal and config.yaml tell, then defaults. */
import type { Config, Source } from "../../schema/config.js";
import type { FactName } from "../../schema/facts.js";
import type { Json, JsonObject } from "../../schema/json.js";
import type { Parameter, Playbook } from "../../schema/playbook.js";
import { shownValue } from "../../schema/problems.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { Result } from "../../vocabulary/result.js";
import type { Entities } from "./entities.js";
import { type OnMap, selectorOnMap, sourceOnMap } from "./on-map.js";

const DURATION = /^\d{1,7}(?:\.\d{1,3})?(?:ms|s|m|h|d|w)$/;
/** What would be read as a template or as another placeholder once it stands in the graph. */
const BRACES = /\{\{|\}\}|\$\{/;

/** Decimal digits that every number keeps. */
const NUMBER_DIGITS_MAX = 15;

export interface Filling {
  given: JsonObject;
  entities: Entities;
  config: Config;
  /** What the map knows of the service. */
  known?: OnMap | undefined;
  /** The playbook asks an address: a service without a name is called by its host. */
  asksHost?: boolean;
  /** The parameters that the plan has a place for; without it, all. */
  wanted?: ReadonlySet<string>;
}

/** A value for every parameter that has one; all problems at once. */
export function fillParameters(playbook: Playbook, filling: Filling): Result<Record<string, Json>> {
  const values: Record<string, Json> = {};
  const problems: Problem[] = [];
  const names = Object.keys(playbook.parameters);
  // Sources and targets belong to the service that is given, whatever service the goal names.
  const { service } = filling.given;
  const isName = typeof service === "string" && isPlain(service);
  const entities = isName ? { ...filling.entities, service } : filling.entities;
  for (const name of Object.keys(filling.given)) {
    if (Object.hasOwn(playbook.parameters, name)) continue;
    const message = `the playbook ${playbook.id} has no parameter ${JSON.stringify(name.slice(0, 60))}`;
    problems.push({ code: "parameter-invalid", at: `params.${name}`, message, hint: `it has: ${names.join(", ")}` });
  }
  // Sources come first: a default may depend on the kind of one.
  const order = [...names].sort((a, b) => rank(playbook, a) - rank(playbook, b));
  for (const name of order) {
    const parameter = playbook.parameters[name];
    if (parameter === undefined) continue;
    if (filling.wanted?.has(name) === false && !Object.hasOwn(filling.given, name)) continue;
    const found = valueFor(name, parameter, { ...filling, entities, asksHost: asksAddress(playbook) }, values);
    if (found.ok) {
      if (found.value !== undefined) values[name] = found.value;
    } else problems.push(found.problem);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: values };
}

/** It cannot do without an address that the goal names. */
export const asksAddress = ({ parameters }: Playbook): boolean =>
  Object.values(parameters).some((one) => "from" in one && one.from === "goal.url" && one.required);

function hostIn(url: string | undefined): string | undefined {
  return url === undefined || !URL.canParse(url) ? undefined : new URL(url).host;
}

const rank = (playbook: Playbook, name: string): number => (playbook.parameters[name]?.type === "source" ? 0 : 1);

type Found = { ok: true; value: Json | undefined } | { ok: false; problem: Problem };

function valueFor(name: string, parameter: Parameter, filling: Filling, others: Record<string, Json>): Found {
  const given = Object.hasOwn(filling.given, name) ? filling.given[name] : undefined;
  if (given !== undefined && given !== null) return checked(name, parameter, given, filling.config);
  const told = mappedValue(name, parameter, filling) ?? statedValue(parameter, filling);
  const value = told ?? defaultOf(parameter, others, filling.config);
  if (value !== undefined) return checked(name, parameter, value, filling.config);
  if (!parameter.required) return { ok: true, value: null };
  const message = `the parameter ${name} is missing: ${parameter.description}`;
  const known = candidatesOf(parameter, filling.config);
  const among = known === undefined ? "" : `; declared: ${known.join(", ")}`;
  const hint = known?.length === 0 ? declareOne(parameter) : `give it with --param ${name}=VALUE${among}`;
  return { ok: false, problem: { code: "parameter-missing", at: `params.${name}`, message, hint } };
}

function mappedValue(name: string, parameter: Parameter, { known, config }: Filling): string | undefined {
  if (known === undefined) return undefined;
  if (parameter.type === "source") return sourceOnMap(known, candidatesOf(parameter, config) ?? []);
  return parameter.type === "string" ? selectorOnMap(name, known) : undefined;
}

function statedValue(parameter: Parameter, { entities, config, asksHost }: Filling): string | undefined {
  if (!("from" in parameter) || parameter.from === undefined) return undefined;
  if (parameter.from !== "config") {
    const told = entities[parameter.from.slice("goal.".length) as FactName];
    const isCalled = parameter.from === "goal.service" && parameter.required && asksHost === true;
    return told ?? (isCalled ? hostIn(entities.url) : undefined);
  }
  const candidates = candidatesOf(parameter, config) ?? [];
  const { service } = entities;
  const fitting = service === undefined ? candidates : candidates.filter((name) => belongsTo(name, service));
  // Of several that fit none is guessed, save one that is called exactly like the service, or is alone of its kind.
  if (fitting.length === 1) return fitting[0];
  const own =
    fitting.find((name) => name.toLowerCase() === service?.toLowerCase()) ??
    (service === undefined ? undefined : firstOfItsKind(parameter, fitting, config));
  // A Prometheus server holds the metrics of many services: the only one is everybody's.
  const [shared, ...others] = candidates;
  const isShared = shared !== undefined && others.length === 0 && config.sources[shared]?.kind === "prometheus";
  return own ?? (isShared ? shared : undefined);
}

/** Of what belongs to the service, the one of the earliest kind that any of it has; undefined where several are. */
function firstOfItsKind(parameter: Parameter, names: readonly string[], config: Config): string | undefined {
  if (parameter.type !== "source") return undefined;
  for (const kind of parameter.kinds) {
    const own = names.filter((name) => config.sources[name]?.kind === kind);
    if (own.length > 0) return own.length === 1 ? own[0] : undefined;
  }
  return undefined;
}

/** `checkout-logs` belongs to `checkout`; `checkout2-logs` does not. */
function belongsTo(name: string, service: string): boolean {
  const [whole, own] = [name.toLowerCase(), service.toLowerCase()];
  return whole === own || (whole.startsWith(own) && /^[-_.]/.test(whole.slice(own.length)));
}

/** Where config.yaml has nothing that would do, no value helps. */
function declareOne(parameter: Parameter): string {
  if (parameter.type === "target") return `declare a target with the action ${parameter.action} in config.yaml`;
  const kinds = parameter.type === "source" ? parameter.kinds : [];
  const named = kinds.length > KINDS_NAMED ? [...kinds.slice(0, KINDS_NAMED), "another"] : kinds;
  const either = named.join(", ").replace(/, ([^,]+)$/, " or $1");
  return `declare a source of kind ${either} in config.yaml; \`autoops init\` finds those that are here`;
}
const KINDS_NAMED = 3;

/** Names of config.yaml that a parameter may have; undefined where it is no such name. */
export function candidatesOf(parameter: Parameter, config: Config): string[] | undefined {
  if (parameter.type === "source") {
    const kinds: readonly Source["kind"][] = parameter.kinds;
    return Object.keys(config.sources)
      .filter((name) => kinds.includes(config.sources[name]?.kind ?? ("" as Source["kind"])))
      .sort();
  }
  if (parameter.type !== "target") return undefined;
  return Object.keys(config.targets)
    .filter((name) => config.targets[name]?.actions[parameter.action] !== undefined)
    .sort();
}

function defaultOf(parameter: Parameter, others: Record<string, Json>, config: Config): Json | undefined {
  if (parameter.type === "number" && parameter.default_by_kind !== undefined) {
    const source = others[parameter.default_by_kind.parameter];
    const kind = typeof source === "string" ? config.sources[source]?.kind : undefined;
    const kinds: Partial<Record<string, number>> = parameter.default_by_kind.kinds;
    const own = kind === undefined ? undefined : kinds[kind];
    if (own !== undefined) return own;
  }
  return "default" in parameter ? parameter.default : undefined;
}

function checked(name: string, parameter: Parameter, given: Json, config: Config): Found {
  const value = readAs(parameter, given);
  const fault = faultOf(parameter, value, config);
  if (fault === undefined) return { ok: true, value };
  const message = `the parameter ${name} must be ${fault}, got ${shownValue(given)}`;
  const known = candidatesOf(parameter, config);
  const hint =
    known === undefined ? parameter.description : `declared: ${known.length === 0 ? "none" : known.join(", ")}`;
  return { ok: false, problem: { code: "parameter-invalid", at: `params.${name}`, message, hint } };
}

/** A parameter given on a command line is text; numbers and true or false are read from it in their one spelling. */
function readAs(parameter: Parameter, given: Json): Json {
  if (typeof given !== "string") return given;
  // Digits that a number cannot keep stay text, which is then refused.
  if (parameter.type === "number" && /^-?\d+(?:\.\d+)?$/.test(given) && keepsDigits(given)) return Number(given);
  if (parameter.type === "boolean" && (given === "true" || given === "false")) return given === "true";
  return given;
}

const keepsDigits = (text: string): boolean => text.replace(/[-.]/g, "").replace(/^0+/, "").length <= NUMBER_DIGITS_MAX;

function faultOf(parameter: Parameter, value: Json, config: Config): string | undefined {
  switch (parameter.type) {
    case "string":
      return isPlain(value) ? undefined : "one line of at most 2,000 characters without {{, }} and ${";
    case "duration":
      return typeof value === "string" && DURATION.test(value) ? undefined : "a duration such as 15m or 2h";
    case "boolean":
      return typeof value === "boolean" ? undefined : "true or false";
    case "number": {
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = parameter;
      return typeof value === "number" && value >= min && value <= max ? undefined : `a number from ${min} to ${max}`;
    }
    case "source":
      return isAmong(value, candidatesOf(parameter, config))
        ? undefined
        : `a declared source (${parameter.kinds.join(" or ")})`;
    case "target":
      return isAmong(value, candidatesOf(parameter, config)) ? undefined : `a declared target with ${parameter.action}`;
  }
}

const isAmong = (value: Json, names: readonly string[] = []): boolean =>
  typeof value === "string" && names.includes(value);

const isPlain = (value: Json): boolean =>
  typeof value === "string" && value.length <= 2_000 && !BRACES.test(value) && !/[\p{Cc}]/u.test(value);
