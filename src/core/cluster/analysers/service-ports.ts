/** Ports of services, against what the containers behind them listen on. */
import type { Service } from "../../../schema/kubernetes/network.js";
import type { Container } from "../../../schema/kubernetes/pod.js";
import { type Cause, evidenceOf, type ObjectRef, refText } from "../cause.js";
import { type Model, refOf } from "../model.js";
import { causeOf, isWanted } from "./draft.js";

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
    if (declared.length === 0 || mentions(containers, Number(target))) return [];
    return say("k8s-service-target-port-wrong", `and its pods listen on ${listens.join(", ")}`, 0.93);
  });
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
