/** Who calls whom, as the variables of the workloads tell: the address of a service in a variable is a call. */
import type { Service } from "../../../schema/kubernetes/network.js";
import type { Model, Owner } from "../model.js";

export interface Dependency {
  /** The variable, or the argument. */
  variable: string;
  value: string;
  host: string;
  namespace: string;
  port: number | undefined;
  /** Absent where there is none of that name in the namespace, or that is not known. */
  service: Service | undefined;
  /** Its form alone makes it an address: with a port, a scheme or the cluster's domain. */
  isCertain: boolean;
}

const ADDRESS_NAME =
  /(?:HOST|HOSTNAME|ADDR|ADDRESS|URL|URI|ENDPOINT|SERVER|SERVERS|SERVICE|BROKERS?|DSN|DATABASE|BASE|TARGET|UPSTREAM)(?:_\d+)?$/i;
const PORT_NAME = /PORT$/i;
const HOST = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9-]+)*";
const ADDRESSES = new RegExp(
  `^(?:[a-z][a-z0-9+.:-]*://)?(?:[^@/\\s]*@)?(?:tcp\\()?(${HOST})(?::(\\d{1,5}))?(?:[)/?].*)?$`,
  "i",
);

/** Asked for by several analysers; kept as long as the model is. */
const known = new WeakMap<Model, Map<Owner, Dependency[]>>();

export function dependenciesOf(model: Model, owner: Owner): Dependency[] {
  const own = known.get(model) ?? new Map<Owner, Dependency[]>();
  known.set(model, own);
  const had = own.get(owner) ?? findDependencies(model, owner);
  own.set(owner, had);
  return had;
}

function findDependencies(model: Model, owner: Owner): Dependency[] {
  const namespace = owner.ref.namespace ?? "";
  const found: Dependency[] = [];
  for (const { env, args = [], command = [] } of owner.spec?.containers ?? []) {
    const plain = env.flatMap(({ name, value }) =>
      value === undefined || value.length > 500 ? [] : [{ name, value }],
    );
    for (const { name, value } of plain) {
      for (const part of value.split(",")) {
        const one = dependencyIn(model, namespace, name, part.trim(), siblingPort(name, plain));
        if (one !== undefined) found.push(one);
      }
    }
    for (const part of [...command, ...args].filter((text) => text.length < 500)) {
      const value = part.replace(/^--?[\w.-]+=/, "");
      const one = dependencyIn(model, namespace, "args", value, undefined);
      if (one !== undefined && (one.service !== undefined || one.isCertain)) found.push(one);
    }
  }
  return found;
}

/** `DB_PORT` beside `DB_HOST`. */
function siblingPort(name: string, env: ReadonlyArray<{ name: string; value: string }>): number | undefined {
  const stem = name.replace(/_?(?:HOST|HOSTNAME|ADDR|ADDRESS|SERVER|SERVICE)$/i, "");
  if (stem === name || stem === "") return undefined;
  const sibling = env.find((one) => PORT_NAME.test(one.name) && one.name.replace(/_?PORT$/i, "") === stem);
  return sibling !== undefined && /^\d{1,5}$/.test(sibling.value) ? Number(sibling.value) : undefined;
}

function dependencyIn(
  model: Model,
  namespace: string,
  variable: string,
  value: string,
  sibling: number | undefined,
): Dependency | undefined {
  const match = ADDRESSES.exec(value.replace(/^jdbc:/, ""));
  const name = match?.[1]?.toLowerCase();
  if (match === null || name === undefined || /^(?:localhost|true|false|null|none)$|^[\d.]+$/.test(name))
    return undefined;
  const port = match[2] === undefined ? sibling : Number(match[2]);
  const place = placeOf(model, namespace, name);
  if (place === undefined) return undefined;
  const service = model.facts.objects.Service.find(
    ({ metadata }) => metadata.name === place.host && metadata.namespace === place.namespace,
  );
  const isCertain =
    match[2] !== undefined ||
    /:\/\//.test(value) ||
    name.includes(".svc") ||
    (ADDRESS_NAME.test(variable) && sibling !== undefined);
  if (!isCertain && !(ADDRESS_NAME.test(variable) && (service !== undefined || /^[a-z][a-z0-9-]+$/.test(name))))
    return undefined;
  return { variable, value, ...place, port, service, isCertain };
}

/** A name of the cluster: one word, with a namespace that exists, or in its domain; anything else lies outside. */
export function placeOf(
  { facts }: Model,
  namespace: string,
  name: string,
): { host: string; namespace: string } | undefined {
  const [host = "", second, third] = name.replace(/\.$/, "").split(".");
  if (second === undefined) return { host, namespace };
  if (third === "svc") return { host, namespace: second };
  const isNamespace = facts.objects.Namespace.some(({ metadata }) => metadata.name === second) || second === namespace;
  return third === undefined && isNamespace ? { host, namespace: second } : undefined;
}
