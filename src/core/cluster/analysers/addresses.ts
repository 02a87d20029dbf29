/** Addresses that workloads are told, against the services that there are. */
import type { Service } from "../../../schema/kubernetes/network.js";
import { type Cause, evidenceOf, refText } from "../cause.js";
import { type Model, type Owner, refOf } from "../model.js";
import { type Dependency, dependenciesOf } from "./dependencies.js";
import { type Analyser, causeOf, isReady, isWanted } from "./draft.js";
import { nearest } from "./near-names.js";
import { observedCalls } from "./observed-calls.js";
import { unresolvedNames } from "./unresolved-names.js";

/** Left-overs of telemetry that is not installed are ordinary. */
const TELEMETRY =
  /otel|opentelemetry|collector|zipkin|jaeger|tracing|datadog|statsd|prometheus|sentry|newrelic|telemetry|metrics/i;

interface Call {
  owner: Owner;
  dependency: Dependency;
}

export const addressCauses: Analyser = (model) => {
  const calls = model.owners
    .filter(({ ref }) => ref.kind !== "Job")
    .flatMap((owner) => dependenciesOf(model, owner).map((dependency) => ({ owner, dependency })));
  return [
    ...missing(model, calls),
    ...unresolvedNames(model, new Set(calls.map(({ dependency }) => `${dependency.namespace}/${dependency.host}`))),
    ...wrongPorts(calls),
    ...observedPorts(model, calls),
  ];
};

/** What a program calls by an address of its own: where no variable tells it, the service is the one that changed. */
function observedPorts(model: Model, calls: readonly Call[]): Cause[] {
  return observedCalls(model).flatMap(({ caller, service, port, isFailing, evidence }): Cause[] => {
    const own = service.spec?.ports ?? [];
    const isTold = calls.some(({ owner, dependency }) => owner === caller && dependency.service === service);
    if (port === undefined || !isFailing || isTold || service.spec?.type === "ExternalName") return [];
    if (own.length === 0 || own.some((one) => one.port === port || one.nodePort === port)) return [];
    if (service.spec?.clusterIP === "None") return [];
    const ref = refOf("Service", service);
    const has = own.map((one) => one.port).join(", ");
    if (isCallersOwn(model, service, port))
      return [
        causeOf(
          "k8s-dependency-port-wrong",
          caller.ref,
          `${refText(caller.ref)} calls port ${port} of ${refText(ref)}, which has the ports ${has}, as its pods do`,
          { evidence: [evidence, evidenceOf(ref, "spec.ports", has)], affects: [caller.ref], weight: 0.92 },
        ),
      ];
    return [
      causeOf(
        "k8s-service-port-missing",
        ref,
        `${refText(ref)} has the ports ${has}, and ${refText(caller.ref)} calls port ${port}`,
        { evidence: [evidence, evidenceOf(ref, "spec.ports", has)], affects: [ref, caller.ref], weight: 0.9 },
      ),
    ];
  });
}

/** The service leads to what its pods listen on, by the same number; nobody else calls the other one. */
function isCallersOwn(model: Model, service: Service, port: number): boolean {
  const listens = model
    .ownersBehind(service)
    .flatMap(({ spec }) => spec?.containers ?? [])
    .flatMap(({ ports }) => ports.map(({ containerPort }) => containerPort));
  const callers = observedCalls(model).filter((one) => one.service === service && one.port === port);
  return (
    new Set(callers.map(({ caller }) => caller)).size === 1 &&
    !listens.includes(port) &&
    (service.spec?.ports ?? []).every((one) => listens.includes(one.port))
  );
}

const isSuffering = ({ pods }: Owner): boolean => pods.some((pod) => isWanted(pod) && !isReady(pod));

function missing(model: Model, calls: readonly Call[]): Cause[] {
  const byHost = new Map<string, Call[]>();
  for (const call of calls) {
    const { service, namespace, host } = call.dependency;
    if (
      service !== undefined ||
      !model.knows("Service", namespace) ||
      TELEMETRY.test(host) ||
      TELEMETRY.test(call.dependency.variable)
    )
      continue;
    const key = `${namespace}/${host}`;
    byHost.set(key, [...(byHost.get(key) ?? []), call]);
  }
  return [...byHost.values()].flatMap((same) => missingCauses(model, same));
}

function missingCauses(model: Model, same: readonly Call[]): Cause[] {
  const [first] = same;
  if (first === undefined) return [];
  const { host, namespace } = first.dependency;
  const owners = [...new Map(same.map(({ owner }) => [refText(owner.ref), owner])).values()];
  const lines = errorLines(model, owners, host);
  const makesIt = model.owners.find(
    ({ ref }) => ref.name === host && ref.namespace === namespace && ref.kind !== "Pod",
  );
  const evidence = [
    ...same.slice(0, 3).map(({ owner, dependency }) => evidenceOf(owner.ref, dependency.variable, dependency.value)),
    ...lines,
  ];
  if (makesIt !== undefined || owners.length > 1) {
    const isMeant =
      makesIt !== undefined ||
      lines.length > 0 ||
      owners.some(isSuffering) ||
      same.every(({ dependency }) => dependency.isCertain);
    const what = `the service ${host} does not exist; ${owners.map(({ ref }) => refText(ref)).join(", ")} call it${makesIt === undefined ? "" : `, and ${refText(makesIt.ref)} is there`}`;
    const object = { kind: "Service", name: host, namespace };
    return [
      causeOf("k8s-service-missing", object, what, {
        evidence,
        affects: owners.map(({ ref }) => ref),
        weight: isMeant ? (makesIt !== undefined || lines.length > 0 ? 0.95 : 0.8) : 0.3,
      }),
    ];
  }
  const near = nearest(model, host, namespace);
  const { owner, dependency } = first;
  const sure =
    near !== undefined
      ? dependency.isCertain || lines.length > 0
        ? 0.95
        : 0.8
      : lines.length > 0
        ? 0.9
        : isSuffering(owner) && dependency.isCertain
          ? 0.75
          : dependency.isCertain
            ? 0.55
            : 0.3;
  const meant = near === undefined ? "" : `; ${near.metadata.name} is there`;
  return [
    causeOf(
      "k8s-dependency-address-wrong",
      owner.ref,
      `${refText(owner.ref)} is told ${dependency.variable}=${dependency.value}, and there is no service ${host}${meant}`,
      { evidence, affects: [owner.ref], weight: sure },
    ),
  ];
}

function errorLines(model: Model, owners: readonly Owner[], host: string) {
  const pods = new Set(
    owners.flatMap(({ pods: own }) => own.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)),
  );
  for (const { namespace, pod, container, lines } of model.facts.logs) {
    if (!pods.has(`${namespace}/${pod}`)) continue;
    const line = lines.find(
      (one) =>
        one.includes(host) &&
        /no such host|ENOTFOUND|EAI_AGAIN|not known|resolve|NXDOMAIN|refused|unavailable|timed? ?out|deadline|fail|error/i.test(
          one,
        ),
    );
    if (line !== undefined) return [evidenceOf({ kind: "Pod", name: pod, namespace }, `log of ${container}`, line)];
  }
  return [];
}

/** One caller that differs is wrong; where all agree, the service is. */
function wrongPorts(calls: readonly Call[]): Cause[] {
  const wrong = calls.filter(
    ({ dependency: { service, port } }) =>
      service !== undefined &&
      service.spec?.type !== "ExternalName" &&
      port !== undefined &&
      (service.spec?.ports.length ?? 0) > 0 &&
      !service.spec?.ports.some((one) => one.port === port),
  );
  const found: Cause[] = [];
  const seen = new Set<string>();
  for (const { owner, dependency } of wrong) {
    const { service, port, variable, value } = dependency;
    if (service === undefined || port === undefined) continue;
    const key = `${refText(owner.ref)} ${service.metadata.name} ${port}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const own = (service.spec?.ports ?? []).map((one) => one.port).join(", ");
    const others = calls.filter(
      (one) => one.dependency.service === service && one.owner !== owner && one.dependency.port !== undefined,
    );
    const agree = others.filter((one) => one.dependency.port === port).length;
    const differ = others.length - agree;
    const isTarget = (service.spec?.ports ?? []).some((one) => Number(one.targetPort) === port);
    const ref = refOf("Service", service);
    const evidence = [evidenceOf(owner.ref, variable, value), evidenceOf(ref, "spec.ports", own)];
    if (differ === 0 && (agree > 0 || isTarget)) {
      found.push(
        causeOf(
          "k8s-service-port-missing",
          ref,
          `${refText(ref)} has the ports ${own}, and ${agree + 1} workloads call port ${port}`,
          { evidence, affects: [owner.ref, ...others.map((one) => one.owner.ref)], weight: 0.94 },
        ),
      );
    } else {
      found.push(
        causeOf(
          "k8s-dependency-port-wrong",
          owner.ref,
          `${refText(owner.ref)} is told ${variable}=${value}, and the service ${service.metadata.name} has the ports ${own}`,
          { evidence, affects: [owner.ref], weight: 0.95 },
        ),
      );
    }
  }
  return found;
}
