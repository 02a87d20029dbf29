/** Which database, cache or queue a line is about that names none: by what its caller is told, and by how such workloads are called. */
import type { ObjectRef } from "../cause.js";
import type { Model, Owner } from "../model.js";
import { dependenciesOf } from "./dependencies.js";

/** What lines and names of workloads say of each kind of store. */
const STORES: ReadonlyArray<readonly [line: RegExp, name: RegExp]> = [
  [/mongo|not authorized on|SCRAM|Could not find user|UserNotFound|AuthenticationFailed/i, /mongo/],
  [/mysql|mariadb|'[^']*'@'[^']*'|command denied/i, /mysql|maria|percona|tidb/],
  [
    /postgres|pq: |psycopg|SQLSTATE|pg_hba|role "|permission denied for|PSQLException/i,
    /postgres|pgsql|-pg\b|^pg\b|cockroach/,
  ],
  [/redis|NOAUTH|WRONGPASS|NOPERM|jedis|lettuce/i, /redis|valkey|keydb/],
  [/rabbit|amqp|ACCESS_REFUSED|PLAIN login|vhost/i, /rabbit|amqp/],
  [/kafka|SASL|AUTHORIZATION_FAILED|AuthorizationException|broker/i, /kafka|redpanda/],
  [/elastic|opensearch/i, /elastic|opensearch/],
  [/cassandra|keyspace/i, /cassandra|scylla/],
  [/memcache/i, /memcache/],
];
const ANY_STORE =
  /mongo|mysql|maria|postgres|redis|rabbit|kafka|elastic|cassandra|memcache|sql|(?:^|-)(?:db|database)(?:-|$)/;

/** The workload behind what the caller calls; where it is told no address, the one that has its name and a store's. */
export function storeOf(model: Model, caller: Owner, line: string): Owner | undefined {
  const pattern = STORES.find(([says]) => says.test(line))?.[1] ?? ANY_STORE;
  const fits = (owner: Owner): boolean => pattern.test(owner.ref.name) || pattern.test(imagesOf(owner));
  const called = dependenciesOf(model, caller).flatMap(({ service }) =>
    service === undefined ? [] : model.ownersBehind(service),
  );
  const others = [...new Set(called.filter((owner) => owner !== caller))];
  const fitting = others.filter(fits);
  // A cache that the line cannot mean is none of them.
  const unknown = (owner: Owner): boolean => isStore(owner) && !STORES.some(([, name]) => name.test(owner.ref.name));
  const [own, second] = fitting.length > 0 ? fitting : others.filter(unknown);
  if (own !== undefined) return second === undefined ? own : named(caller.ref, [own, second]);
  if (fits(caller)) return undefined;
  const near = model.owners.filter((owner) => owner.ref.namespace === caller.ref.namespace && fits(owner));
  const plain = model.owners.filter((owner) => owner.ref.namespace === caller.ref.namespace && unknown(owner));
  return named(caller.ref, near) ?? (near.length === 1 ? near[0] : named(caller.ref, plain));
}

/** Names of images without registry and tag. */
const imagesOf = ({ spec }: Owner): string =>
  (spec?.containers ?? []).map(({ image = "" }) => /([^/:@]+)(?:[:@][^/]*)?$/.exec(image)?.[1] ?? "").join(" ");

/** `mongodb-rate` of `rate`, `user-service` of `user-mysql`. */
function named({ name }: ObjectRef, owners: readonly Owner[]): Owner | undefined {
  const stem = name.replace(/-(?:service|server|svc|app|deployment|api)$/, "");
  const words = new Set(stem.split("-"));
  return (
    owners.find(({ ref }) => ref.name.endsWith(`-${stem}`) || ref.name.startsWith(`${stem}-`)) ??
    owners.find(({ ref }) => ref.name.split("-").some((word) => word.length > 2 && words.has(word)))
  );
}

/** Those that call a store, by their settings or by their name. */
export function callersOfStore(model: Model, store: Owner, line: string): ObjectRef[] {
  return model.owners
    .filter((owner) => owner !== store && owner.ref.namespace === store.ref.namespace)
    .filter((owner) => !isStore(owner) && storeOf(model, owner, line) === store)
    .map(({ ref }) => ref);
}

export const isStore = (owner: Owner): boolean => ANY_STORE.test(owner.ref.name) || ANY_STORE.test(imagesOf(owner));
