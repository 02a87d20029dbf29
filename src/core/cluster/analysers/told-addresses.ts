/** Queues and databases tell their clients where their members are: an address that nobody reaches is theirs to mend, not the clients'. */
import { type Cause, evidenceOf, refText, uniqueRefs } from "../cause.js";
import { type Model, type Owner, refOf } from "../model.js";
import { dependenciesOf } from "./dependencies.js";
import { type Analyser, causeOf, isReady, isWanted } from "./draft.js";
import { signIn } from "./log-signs.js";
import { isStore, storeOf } from "./stores.js";

/** A member that the store has told of, in the words of its clients. */
const MEMBER =
  /(?:\bnode -?\d+ \(|\bthrd:|\bbroker (?:at )?|address[=:] ?['"]?|\bmember |\bmoved to |-> )([a-z0-9][a-z0-9.-]*[a-z0-9])(?=[:/])/i;
const FAILED =
  /could not be established|may not be available|failed|unable to connect|refused|not known|no such host|UnknownHost|unreachable|time(?:d )?-?out/i;
const LOOPBACK = /^(?:localhost(?:\..*)?|127\.\d+\.\d+\.\d+)$/;
const LINES_MIN = 3;

interface Told {
  caller: Owner;
  store: Owner;
  host: string;
  lines: number;
  cause: Cause;
}

export const toldAddressCauses: Analyser = (model) => {
  const told = new Map<string, Told>();
  for (const { namespace, pod: name, container, lines } of model.facts.logs) {
    const pod = model.facts.objects.Pod.find(
      ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
    );
    const caller = pod === undefined || !isWanted(pod) ? undefined : model.owner(model.ownerOf(pod));
    if (pod === undefined || caller === undefined || isStore(caller)) continue;
    for (const line of lines) {
      const host = memberIn(line);
      const store = host === undefined || isOwnSetting(model, caller, host) ? undefined : storeOf(model, caller, line);
      // One that is down is not reached by any address.
      if (host === undefined || store === undefined || !store.pods.some(isReady)) continue;
      const key = `${refText(caller.ref)} ${refText(store.ref)} ${host}`;
      const what = `${refText(store.ref)} gives its clients the address ${host}: ${line.trim()}`;
      const evidence = [evidenceOf(refOf("Pod", pod), `log of ${container}`, line)];
      const cause = causeOf("k8s-broker-address-wrong", store.ref, what, {
        evidence,
        affects: [caller.ref],
        weight: 0.88,
      });
      told.set(key, { caller, store, host, lines: (told.get(key)?.lines ?? 0) + 1, cause });
    }
  }
  const all = [...told.values()].filter(({ lines }) => lines >= LINES_MIN);
  return all
    .filter((one) => LOOPBACK.test(one.host) || callersOf(all, one).length > 1)
    .map((one) => ({ ...one.cause, affects: uniqueRefs([one.store.ref, ...callersOf(all, one)]) }));
};

const callersOf = (all: readonly Told[], { store, host }: Told) =>
  uniqueRefs(all.filter((one) => one.store === store && one.host === host).map(({ caller }) => caller.ref));

function memberIn(line: string): string | undefined {
  const host = MEMBER.exec(line)?.[1]?.toLowerCase();
  if (host === undefined) return undefined;
  return FAILED.test(line) || signIn(line) !== undefined ? host : undefined;
}

/** Whoever was told the address by its own settings is wrong itself. */
const isOwnSetting = (model: Model, caller: Owner, host: string): boolean =>
  dependenciesOf(model, caller).some((one) => one.value.includes(host)) ||
  (caller.spec?.containers ?? []).some(({ env }) => env.some(({ value }) => value?.includes(host) === true));
