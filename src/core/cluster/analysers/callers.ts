/** Who calls a service: by its own variables, or by what its log tells. */
import type { Model, Owner } from "../model.js";
import { dependenciesOf } from "./dependencies.js";
import { observedCalls } from "./observed-calls.js";

const known = new WeakMap<Model, Map<string, Owner[]>>();

/** By `namespace/name` of the service. */
export function callersByService(model: Model): Map<string, Owner[]> {
  const had = known.get(model);
  if (had !== undefined) return had;
  const found = new Map<string, Set<Owner>>();
  const note = (key: string, owner: Owner): void => void found.set(key, (found.get(key) ?? new Set()).add(owner));
  for (const owner of model.owners)
    for (const { host, namespace } of dependenciesOf(model, owner)) note(`${namespace}/${host}`, owner);
  for (const { caller, service } of observedCalls(model))
    note(`${service.metadata.namespace}/${service.metadata.name}`, caller);
  const all = new Map([...found].map(([key, owners]) => [key, [...owners]]));
  known.set(model, all);
  return all;
}
