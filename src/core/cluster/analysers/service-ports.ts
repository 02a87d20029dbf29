/** Ports of services, against what the containers behind them listen on. */
import type { Service } from "../../../schema/kubernetes/network.js";
import type { Container } from "../../../schema/kubernetes/pod.js";
import { type Cause, evidenceOf, type ObjectRef, refText } from "../cause.js";
import { type Model, type Owner, refOf } from "../model.js";
import { causeOf, isWanted } from "./draft.js";
import { observedCalls } from "./observed-calls.js";

export function lacksPort(containers: readonly Container[], target: string | number | undefined): boolean {
  const declared = containers.flatMap(({ ports: own }) => own);
  if (target === undefined || declared.length === 0) return false;
  if (typeof target === "string" && !/^\d+$/.test(target)) return !declared.some(({ name }) => name === target);
  return !declared.some(({ containerPort }) => containerPort === Number(target));
}

export function ports(model: Model, service: Service, affects: ObjectRef[]): Cause[] {
  const ref = refOf("Service", service);
  const owners = model.ownersBehind(service).filter(({ pods }) => pods.some(isWanted));
  const containers = owners.flatMap(({ pods, spec }) => [
    ...(spec?.containers ?? []),
    ...(spec?.initContainers ?? []),
    ...(pods[0]?.spec.containers ?? []),
  ]);
  const declared = containers.flatMap(({ ports: own }) => own);
  return (service.spec?.ports ?? []).flatMap((port): Cause[] => {
    const target = port.targetPort ?? port.port;
    const text = `port ${port.port}${port.name === undefined ? "" : ` (${port.name})`} leads to ${target}/${port.protocol ?? "TCP"}`;
    const listens = declared.map(
      ({ name, containerPort, protocol = "TCP" }) =>
        `${name ?? ""}${name === undefined ? "" : "="}${containerPort}/${protocol}`,
    );
    const evidence = [
      evidenceOf(ref, "spec.ports", text),
      ...owners
        .slice(0, 1)
        .map((one) => evidenceOf(one.ref, "containers' ports", listens.join(", ") || "none is declared")),
    ];
    const say = (code: Cause["code"], what: string, weight: number): Cause[] => [
      causeOf(code, ref, `${refText(ref)}: ${text}, ${what}`, { evidence, affects, weight }),
    ];
    if (typeof target === "string" && !/^\d+$/.test(target)) {
      return declared.some(({ name }) => name === target)
        ? []
        : say(
            "k8s-service-port-name-unknown",
            `and no container has a port of that name (${listens.join(", ") || "none is declared"})`,
            0.95,
          );
    }
    const same = declared.filter(({ containerPort }) => containerPort === Number(target));
    if (same.length > 0) {
      const fits = same.some(({ protocol = "TCP" }) => protocol === (port.protocol ?? "TCP"));
      return fits
        ? []
        : say("k8s-service-protocol-wrong", `and the container listens there on ${same[0]?.protocol ?? "TCP"}`, 0.94);
    }
    if (mentions(containers, Number(target))) return [];
    if (declared.length === 0) {
      const heard = listeningPorts(model, owners, containers);
      const complaint = observedCalls(model).find((one) => one.isFailing && one.service === service);
      if (heard.length === 0 || heard.includes(Number(target))) return [];
      if (complaint !== undefined) evidence.push(complaint.evidence);
      return say(
        "k8s-service-target-port-wrong",
        `and its pods listen on ${heard.join(", ")}`,
        complaint === undefined ? 0.6 : 0.92,
      );
    }
    return say("k8s-service-target-port-wrong", `and its pods listen on ${listens.join(", ")}`, 0.93);
  });
}

const LISTENS =
  /(?:listen\w*|started|serving|running|bound|server ready)\b[^\n]{0,60}?(?:port(?:\(s\))?[ :=]*|:)(\d{2,5})\b/i;

/** Where nothing is declared: what probes ask, what variables say, what the log tells of its start. */
function listeningPorts({ facts }: Model, owners: readonly Owner[], containers: readonly Container[]): number[] {
  const probes = containers.flatMap(({ livenessProbe, readinessProbe, startupProbe }) =>
    [livenessProbe, readinessProbe, startupProbe].map(
      (probe) => probe?.httpGet?.port ?? probe?.tcpSocket?.port ?? probe?.grpc?.port,
    ),
  );
  const variables = containers.flatMap(({ env }) =>
    env.filter(({ name }) => /^(?:\w+_)?(?:LISTEN_)?PORT$/.test(name) && !/HOST|ADDR|DB|REDIS/.test(name)),
  );
  const pods = new Set(owners.flatMap((one) => one.pods.map(({ metadata }) => metadata.name)));
  const lines = facts.logs.filter(({ pod }) => pods.has(pod)).flatMap((log) => log.lines);
  const heard = lines.flatMap((line) => LISTENS.exec(line)?.[1] ?? []);
  const all = [...heard, ...(heard.length > 0 ? [] : [...probes, ...variables.map(({ value }) => value)])];
  return [...new Set(all.map(Number).filter((one) => Number.isInteger(one) && one > 0))];
}

/** What a container declares is no promise: a port that its settings or probes name may be listened on as well. */
const mentions = (containers: readonly Container[], port: number): boolean =>
  containers.some(({ env, args = [], command = [], livenessProbe, readinessProbe, startupProbe }) => {
    const asked = [livenessProbe, readinessProbe, startupProbe].map(
      (probe) => probe?.httpGet?.port ?? probe?.tcpSocket?.port ?? probe?.grpc?.port,
    );
    const word = new RegExp(`(?:^|\\D)${port}(?:\\D|$)`);
    return (
      asked.some((one) => Number(one) === port) ||
      env.some(
        ({ name, value }) => /PORT|LISTEN|BIND/i.test(name) && !/_ADDR|HOST/i.test(name) && word.test(value ?? ""),
      ) ||
      [...command, ...args].some((one) => /port|listen|bind|^:?\d+$/i.test(one) && word.test(one))
    );
  });
