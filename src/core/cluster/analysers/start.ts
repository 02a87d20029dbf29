/** Why containers are not made or do not stay: what the kubelet says of them, and how they ended. */
import { type Cause, evidenceOf, type ObjectRef, refText } from "../cause.js";
import type { CauseCode } from "../codes.js";
import { type Model, type Owner, refOf } from "../model.js";
import {
  type Analyser,
  ageMs,
  causeOf,
  containersOf,
  isBound,
  isReady,
  isWanted,
  lastEnd,
  podEvidence,
  presentMs,
  type SeenContainer,
} from "./draft.js";
import { endCause } from "./ends.js";
import { podFailures } from "./failed-pods.js";
import { referencesOf } from "./references.js";

/** What the kubelet or the runtime says where a container cannot be made; the first that fits. */
const SAYINGS: ReadonlyArray<readonly [RegExp, CauseCode]> = [
  [/couldn't find key \S+ in ConfigMap|references non-existent config key/i, "k8s-config-map-key-missing"],
  [/couldn't find key \S+ in Secret|references non-existent secret key/i, "k8s-secret-key-missing"],
  [/configmaps? "[^"]+" not found|configmap "[^"]+" is forbidden/i, "k8s-config-map-missing"],
  [/secrets? "[^"]+" not found/i, "k8s-secret-missing"],
  [/init was OOM-?killed|memory limit too low/i, "k8s-container-out-of-memory"],
  [/apparmor|seccomp|selinux|localhost profile/i, "k8s-security-profile-missing"],
  [/runAsNonRoot/i, "k8s-run-as-root-refused"],
  [
    /unable to find (?:user|group)|no such user|no matching entries in (?:passwd|group)|no users found/i,
    "k8s-user-unknown",
  ],
  [/exec format error/i, "k8s-image-platform-unmatched"],
  [/chdir to cwd|mkdir .*working directory|working directory .* (?:invalid|no such)/i, "k8s-working-directory-missing"],
  [/subPath|not a directory|are you trying to mount a directory/i, "k8s-volume-path-missing"],
  [
    /executable file not found|exec: "[^"]*": (?:permission denied|stat)|stat \S+: no such file|no such file or directory|fork\/exec/i,
    "k8s-command-not-found",
  ],
  [/runtimeclass|no runtime for|runtime handler/i, "k8s-runtime-class-missing"],
  [/operation not permitted|permission denied/i, "k8s-privilege-missing"],
];

const CREATE_REASONS =
  /^(?:CreateContainerConfigError|CreateContainerError|RunContainerError|StartError|ContainerCannotRun|PreCreateHookError|PostStartHookError|PreStartHookError)$/;
const MISSING_KINDS: Partial<Record<CauseCode, "ConfigMap" | "Secret">> = {
  "k8s-config-map-missing": "ConfigMap",
  "k8s-secret-missing": "Secret",
  "k8s-config-map-key-missing": "ConfigMap",
  "k8s-secret-key-missing": "Secret",
};

/** What an init container waits for is there by then, or does not come. */
const INIT_LONG_MS = 300_000;

export const startCauses: Analyser = (model) => {
  const now = presentMs(model);
  const found = model.owners.flatMap((owner) => [
    ...containerCauses(model, owner, now),
    ...mountedConfig(model, owner),
    ...missingReferences(model, owner),
    ...podFailures(owner),
  ]);
  return sharedMissing(found);
};

function containerCauses(model: Model, owner: Owner, nowMs: number): Cause[] {
  const seen = new Set<string>();
  return owner.pods
    .filter(isWanted)
    .flatMap(containersOf)
    .flatMap((one) => {
      const cause =
        createCause(model, owner, one) ??
        hookCause(model, owner, one) ??
        hangCause(owner, one, nowMs) ??
        endCause(model, owner, one, nowMs);
      const key = cause === undefined ? "" : `${cause.code} ${one.status.name}`;
      if (cause === undefined || seen.has(key)) return [];
      seen.add(key);
      return [cause];
    });
}

function createCause(model: Model, owner: Owner, one: SeenContainer): Cause | undefined {
  const { status, pod } = one;
  const waiting = status.state?.waiting;
  const end = lastEnd(status);
  const isUnmade =
    CREATE_REASONS.test(waiting?.reason ?? "") ||
    (waiting !== undefined && CREATE_REASONS.test(end?.reason ?? "")) ||
    (status.state?.running === undefined && CREATE_REASONS.test(end?.reason ?? ""));
  if (!isUnmade || waiting?.reason === "PostStartHookError") return undefined;
  const failed = model
    .events(refOf("Pod", pod))
    .filter(({ reason, container }) => reason === "Failed" && (container === undefined || container === status.name))
    .map(({ message }) => message);
  const texts = [waiting?.message, end?.message, ...failed].filter((text) => text !== undefined);
  const said = firstSaying(texts);
  const code = said?.code ?? "k8s-container-not-created";
  const text = said?.text ?? texts[0] ?? waiting?.reason ?? "";
  const evidence = [podEvidence(pod, `container ${status.name}`, `${waiting?.reason ?? end?.reason}: ${text}`)];
  return causeOf(code, owner.ref, `container ${status.name} of ${refText(owner.ref)} cannot be created: ${text}`, {
    evidence,
    affects: [owner.ref],
    weight: said === undefined ? 0.8 : 0.96,
  });
}

/** A sidecar that is declared as an init container shall run on. */
function hangCause(
  { ref, pods }: Owner,
  { status, spec, pod, isInit }: SeenContainer,
  nowMs: number,
): Cause | undefined {
  const since = ageMs(status.state?.running?.startedAt, nowMs);
  if (!isInit || since === undefined || since < INIT_LONG_MS || spec?.restartPolicy === "Always") return undefined;
  if (pod.status?.phase !== "Pending") return undefined;
  const text = `running for ${Math.round(since / 60_000)} minutes`;
  const command = [...(spec?.command ?? []), ...(spec?.args ?? [])].join(" ");
  const evidence = [podEvidence(pod, `init container ${status.name}`, command === "" ? text : `${text}: ${command}`)];
  const none = pods.some(isReady) ? "" : "; no pod of it is ready";
  return causeOf(
    "k8s-init-container-hanging",
    ref,
    `the init container ${status.name} of ${refText(ref)} does not come to its end, ${text}${none}`,
    { evidence, affects: [ref], weight: 0.85 },
  );
}

function firstSaying(texts: readonly string[]): { code: CauseCode; text: string } | undefined {
  for (const [pattern, code] of SAYINGS) {
    const text = texts.find((one) => pattern.test(one));
    if (text !== undefined) return { code, text };
  }
  return undefined;
}

function hookCause(model: Model, owner: Owner, { status, pod }: SeenContainer): Cause | undefined {
  const event = model
    .events(refOf("Pod", pod))
    .find(
      ({ reason, container }) =>
        reason === "FailedPostStartHook" && (container === undefined || container === status.name),
    );
  if (status.ready === true || (event === undefined && status.state?.waiting?.reason !== "PostStartHookError"))
    return undefined;
  const text = event?.message ?? status.state?.waiting?.message ?? "PostStartHookError";
  const evidence = [podEvidence(pod, "event FailedPostStartHook", text)];
  return causeOf(
    "k8s-lifecycle-hook-failing",
    owner.ref,
    `the postStart hook of ${status.name} of ${refText(owner.ref)} fails: ${text}`,
    { evidence, affects: [owner.ref], weight: 0.95 },
  );
}

/** A ConfigMap or Secret that is mounted keeps the pod at ContainerCreating. */
function mountedConfig(model: Model, owner: Owner): Cause[] {
  for (const pod of owner.pods.filter((one) => isWanted(one) && isBound(one) && one.status?.phase === "Pending")) {
    for (const { reason, message } of model.events(refOf("Pod", pod))) {
      const said = reason === "FailedMount" ? firstSaying([message]) : undefined;
      if (said === undefined || MISSING_KINDS[said.code] === undefined) continue;
      const evidence = [podEvidence(pod, "event FailedMount", message)];
      return [
        causeOf(said.code, owner.ref, `a volume of ${refText(owner.ref)} cannot be set up: ${message}`, {
          evidence,
          affects: [owner.ref],
          weight: 0.96,
        }),
      ];
    }
  }
  return [];
}

/** Events pass after an hour; what is not there can still be seen. */
function missingReferences(model: Model, owner: Owner): Cause[] {
  const { spec, ref, pods } = owner;
  if (spec === undefined) return [];
  const waits = pods.filter((pod) => isWanted(pod) && isBound(pod) && !isReady(pod) && pod.status?.phase === "Pending");
  if (waits.length === 0) return [];
  return referencesOf(spec).flatMap(({ kind, name, key, from }): Cause[] => {
    if (!model.knows(kind, ref.namespace)) return [];
    const item = model.facts.objects[kind].find(
      ({ metadata }) => metadata.name === name && metadata.namespace === ref.namespace,
    );
    const has =
      key === undefined
        ? item !== undefined
        : item === undefined ||
          (item.data ?? []).includes(key) ||
          ("binaryData" in item && (item.binaryData ?? []).includes(key));
    if (has) return [];
    const code =
      kind === "ConfigMap"
        ? key === undefined
          ? "k8s-config-map-missing"
          : "k8s-config-map-key-missing"
        : key === undefined
          ? "k8s-secret-missing"
          : "k8s-secret-key-missing";
    const thing = key === undefined ? `${kind} "${name}"` : `key ${key} of ${kind} "${name}"`;
    const evidence = [evidenceOf(ref, from, `${thing} does not exist`)];
    return [
      causeOf(code, ref, `${refText(ref)} needs the ${thing}, which does not exist (${from})`, {
        evidence,
        affects: [ref],
        weight: 0.94,
      }),
    ];
  });
}

/** What several workloads miss was deleted: it is the one to mend. */
function sharedMissing(causes: readonly Cause[]): Cause[] {
  const nameOf = ({ code, what }: Cause): string | undefined =>
    MISSING_KINDS[code] === undefined
      ? undefined
      : /"([^"]+)"|(?:ConfigMap|Secret) [^/\s]+\/(\S+)/
          .exec(what)
          ?.slice(1)
          .find((part) => part !== undefined);
  const owners = new Map<string, Set<string>>();
  for (const cause of causes) {
    const name = nameOf(cause);
    if (name === undefined) continue;
    const key = `${cause.code} ${cause.object.namespace} ${name}`;
    owners.set(key, (owners.get(key) ?? new Set()).add(refText(cause.object)));
  }
  return causes.map((cause) => {
    const [kind, name] = [MISSING_KINDS[cause.code], nameOf(cause)];
    const shared = owners.get(`${cause.code} ${cause.object.namespace} ${name}`)?.size ?? 0;
    if (kind === undefined || name === undefined || shared < 2) return cause;
    const object: ObjectRef = { kind, name, namespace: cause.object.namespace };
    return { ...cause, object, what: `${refText(object)} is missing for several workloads: ${cause.what}` };
  });
}
