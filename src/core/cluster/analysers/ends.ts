/** How containers ended, where they do not stay: by memory, by a signal, by themselves; probes are told elsewhere. */
import { type Cause, refText } from "../cause.js";
import type { CauseCode } from "../codes.js";
import { type Model, type Owner, refOf } from "../model.js";
import { ageMs, causeOf, lastEnd, podEvidence, type SeenContainer } from "./draft.js";

/** A container that was killed for its memory in this time is in trouble, though it runs again. */
const OOM_RECENT_MS = 3_600_000;
const RESTARTED_RECENT_MS = 900_000;
/** Restarts from here on are a loop, also between two of them. */
const LOOP_MIN_RESTARTS = 3;

/** Undefined where the container is well, or probes end it. */
export function endCause(model: Model, owner: Owner, one: SeenContainer, nowMs: number): Cause | undefined {
  const { status, isInit, pod } = one;
  const end = lastEnd(status);
  const sinceMs = ageMs(end?.finishedAt, nowMs);
  const isDown =
    status.state?.running === undefined && (status.state?.waiting !== undefined || (end?.exitCode ?? 0) !== 0);
  const isLooping =
    status.state?.waiting?.reason === "CrashLoopBackOff" ||
    (isDown && end !== undefined && status.state?.waiting?.reason !== "PodInitializing");
  if (end?.reason === "OOMKilled" && (isLooping || (sinceMs ?? 0) < OOM_RECENT_MS)) return memoryCause(owner, one);
  const isUnsteady =
    (status.restartCount ?? 0) >= LOOP_MIN_RESTARTS && sinceMs !== undefined && sinceMs < RESTARTED_RECENT_MS;
  if (!isLooping && !isUnsteady) return restarted(owner, one, sinceMs, nowMs);
  if (isInit && status.state?.terminated?.exitCode === 0) return undefined;
  if (killedByProbe(model, one)) return undefined;
  const other = isInit ? undefined : onSamePort(one);
  const { code, why } =
    other === undefined
      ? kindOfEnd(end?.exitCode, end?.signal, isInit)
      : ({ code: "k8s-container-port-conflict", why: `ends, and ${other}` } as const);
  const ended =
    end === undefined
      ? `${status.state?.waiting?.reason}: ${status.state?.waiting?.message ?? ""}`
      : `exit code ${end.exitCode}, ${end.reason ?? "no reason"}${end.message === undefined ? "" : `: ${end.message}`}`;
  const evidence = [
    podEvidence(pod, `container ${status.name}`, `${ended}; ${status.restartCount ?? 0} restarts`),
    ...lastLines(model, one),
  ];
  const what = `container ${status.name} of ${refText(owner.ref)} ${why} (${ended}, ${status.restartCount ?? 0} restarts)`;
  return causeOf(code, owner.ref, what, {
    evidence,
    affects: [owner.ref],
    weight: code === "k8s-container-crashing" ? 0.75 : 0.85,
  });
}

function memoryCause(owner: Owner, { status, spec, pod, isInit }: SeenContainer): Cause {
  const limit = spec?.resources?.limits?.memory;
  const evidence = [
    podEvidence(
      pod,
      `container ${status.name} last state`,
      `OOMKilled, ${status.restartCount ?? 0} restarts, memory limit ${limit ?? "none"}`,
    ),
  ];
  const what = `${isInit ? "init " : ""}container ${status.name} of ${refText(owner.ref)} was killed at its memory limit${limit === undefined ? "" : ` of ${limit}`}`;
  return causeOf("k8s-container-out-of-memory", owner.ref, what, { evidence, affects: [owner.ref], weight: 0.95 });
}

function restarted(
  owner: Owner,
  { status, pod, isInit }: SeenContainer,
  sinceMs: number | undefined,
  nowMs: number,
): Cause | undefined {
  if (isInit || sinceMs === undefined || sinceMs > RESTARTED_RECENT_MS || (status.restartCount ?? 0) === 0)
    return undefined;
  const end = lastEnd(status);
  const evidence = [
    podEvidence(
      pod,
      `container ${status.name} last state`,
      `exit code ${end?.exitCode}, ${end?.reason ?? "no reason"}`,
    ),
  ];
  // One restart is a chance, that of several pods is none.
  const isShared = owner.pods.filter((one) => restartedLately(one, nowMs)).length > 1;
  return causeOf(
    "k8s-container-restarted",
    owner.ref,
    `container ${status.name} of ${refText(owner.ref)} was restarted lately (exit code ${end?.exitCode})`,
    { evidence, affects: [owner.ref], weight: isShared ? 0.58 : 0.45 },
  );
}

const restartedLately = ({ status }: Owner["pods"][number], nowMs: number): boolean =>
  (status?.containerStatuses ?? []).some(
    ({ lastState, restartCount }) =>
      (restartCount ?? 0) > 0 &&
      (ageMs(lastState?.terminated?.finishedAt, nowMs) ?? RESTARTED_RECENT_MS) < RESTARTED_RECENT_MS,
  );

export function killedByProbe(model: Model, { pod, status }: SeenContainer): boolean {
  return model
    .events(refOf("Pod", pod))
    .some(
      ({ reason, message, container }) =>
        reason === "Killing" &&
        /failed (?:liveness|startup) probe/i.test(message) &&
        (container === undefined || container === status.name || message.includes(status.name)),
    );
}

function kindOfEnd(
  exitCode: number | undefined,
  signal: number | undefined,
  isInit: boolean,
): { code: CauseCode; why: string } {
  if (isInit) return { code: "k8s-init-container-failing", why: "(init) fails, so the pod does not start" };
  if (exitCode === 127 || exitCode === 126)
    return {
      code: "k8s-command-not-found",
      why: `ends because its command ${exitCode === 127 ? "is not there" : "cannot be executed"}`,
    };
  if (exitCode === 0)
    return { code: "k8s-container-ends-at-once", why: "ends without error and is started again and again" };
  const bySignal = signal ?? (exitCode !== undefined && exitCode > 128 && exitCode < 160 ? exitCode - 128 : undefined);
  if (bySignal !== undefined && bySignal > 0)
    return { code: "k8s-container-killed-by-signal", why: `was ended by signal ${bySignal}` };
  return { code: "k8s-container-crashing", why: "ends with an error again and again" };
}

/** Containers of a pod share its ports. */
function onSamePort({ pod, spec }: SeenContainer): string | undefined {
  for (const { containerPort, protocol = "TCP" } of spec?.ports ?? []) {
    const other = pod.spec.containers.find(
      ({ name, ports }) =>
        name !== spec?.name &&
        ports.some((one) => one.containerPort === containerPort && (one.protocol ?? "TCP") === protocol),
    );
    if (other !== undefined) return `the container ${other.name} of its pod has the port ${containerPort} as well`;
  }
  return undefined;
}

const SHOWN_LINES = 3;
function lastLines({ facts }: Model, { pod, status }: SeenContainer) {
  const own = facts.logs.filter(
    (log) => log.pod === pod.metadata.name && log.namespace === pod.metadata.namespace && log.container === status.name,
  );
  const log = own.find(({ previous }) => previous) ?? own[0];
  return (log?.lines ?? [])
    .filter((line) => line.trim() !== "")
    .slice(-SHOWN_LINES)
    .map((line) => podEvidence(pod, `log of ${status.name}`, line));
}
