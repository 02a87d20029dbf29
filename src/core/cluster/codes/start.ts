/** Causes by which containers do not start or do not stay: what each means, what would confirm it, what to do next. */
export const START = {
  "k8s-config-map-missing": [
    "The pod needs a ConfigMap that does not exist.",
    "List the ConfigMaps of the namespace.",
    "Create the ConfigMap, or correct its name in the workload.",
  ],
  "k8s-config-map-key-missing": [
    "The ConfigMap lacks a key that the pod needs.",
    "List the keys of the ConfigMap.",
    "Add the key, or correct it in the workload.",
  ],
  "k8s-secret-missing": [
    "The pod needs a Secret that does not exist.",
    "List the Secrets of the namespace.",
    "Create the Secret, or correct its name in the workload.",
  ],
  "k8s-secret-key-missing": [
    "The Secret lacks a key that the pod needs.",
    "List the keys of the Secret.",
    "Add the key, or correct it in the workload.",
  ],
  "k8s-command-not-found": [
    "The container's command does not exist in the image, or cannot be executed.",
    "Compare command and args with the image's entry point.",
    "Correct the command of the workload.",
  ],
  "k8s-working-directory-missing": [
    "The container's working directory cannot be entered.",
    "Read workingDir of the container.",
    "Correct it, or create it in the image.",
  ],
  "k8s-init-container-failing": [
    "An init container fails, so the containers never start.",
    "Read the log of the init container.",
    "Mend what the init container does or waits for.",
  ],
  "k8s-init-container-hanging": [
    "An init container runs on and on, so the containers never start.",
    "Read the log and the command of the init container, and look for what it waits for.",
    "Correct what it waits for, or its command; roll back if it came with a rollout.",
  ],
  "k8s-run-as-root-refused": [
    "The container must not run as root, and its image does.",
    "Compare runAsNonRoot with the user of the image.",
    "Set runAsUser, or build the image with a numeric user.",
  ],
  "k8s-user-unknown": [
    "The user or group that the container shall run as does not exist in the image.",
    "Look for the user in the image's /etc/passwd.",
    "Correct runAsUser or the image's USER.",
  ],
  "k8s-read-only-root": [
    "The program writes to its root file system, which is read-only.",
    "Read readOnlyRootFilesystem and the log.",
    "Mount a volume where it writes, or allow writing.",
  ],
  "k8s-privilege-missing": [
    "The program may not do what it needs, by its user or its capabilities.",
    "Read the log for permission denied, and the security context.",
    "Give the capability or the file's rights that it needs.",
  ],
  "k8s-container-out-of-memory": [
    "The container reached its memory limit and was killed.",
    "The last end has reason OOMKilled; compare the limit with the use over time.",
    "Raise the limit; where use grows without end, look for a leak.",
  ],
  "k8s-container-crashing": [
    "The program ends with an error by itself.",
    "Read the log of the container before this one.",
    "Mend the program or its configuration; roll back if it began with a rollout.",
  ],
  "k8s-container-killed-by-signal": [
    "The program was ended by a signal: a segmentation fault, an abort, a kill.",
    "Read exit code and signal of the last end.",
    "Mend the program; look for who sends the signal.",
  ],
  "k8s-container-ends-at-once": [
    "The program ends without error, and is started again and again.",
    "The last end has exit code 0: the command is one that ends.",
    "Give it a command that stays, or make it a Job.",
  ],
  "k8s-lifecycle-hook-failing": [
    "The postStart hook fails, so the container is killed.",
    "Read the event FailedPostStartHook.",
    "Correct the hook.",
  ],
  "k8s-container-port-conflict": [
    "Two containers of the pod, or two programs, listen on the same port.",
    "Compare the ports of all containers of the pod; the log says address already in use.",
    "Give one of them, mostly the sidecar, another port.",
  ],
  "k8s-runtime-class-missing": [
    "The pod's runtime class or its handler does not exist.",
    "List the RuntimeClasses.",
    "Correct runtimeClassName.",
  ],
  "k8s-device-unavailable": [
    "The node could not give the pod the resource that it was promised.",
    "The pod failed with UnexpectedAdmissionError.",
    "Restart the device plug-in, delete the pod.",
  ],
  "k8s-node-refused-pod": [
    "The node did not take the pod that was bound to it.",
    "Read status.reason of the failed pods: OutOfcpu, OutOfmemory, NodeAffinity, NodePorts, SysctlForbidden.",
    "Remove nodeName from the workload, or correct what the node refuses.",
  ],
  "k8s-security-profile-missing": [
    "The node lacks the AppArmor, seccomp or SELinux profile that the container names.",
    "Look for the profile on the node.",
    "Load the profile, or correct its name in the workload.",
  ],
  "k8s-pod-deadline-exceeded": [
    "Pods of a service are ended by an activeDeadlineSeconds of their own.",
    "Read activeDeadlineSeconds of the pod.",
    "Remove it from the workload.",
  ],
  "k8s-container-not-created": [
    "The runtime cannot make the container, for a reason of its own.",
    "Read the waiting message of the container.",
    "Act on what the runtime says.",
  ],
  "k8s-readiness-gate-unmet": [
    "The containers are ready, and a readiness gate that somebody else sets is not.",
    "Read spec.readinessGates and the pod's conditions; look at the controller that sets the gate.",
    "Bring that controller back (of a load balancer: its health check of the pod), or remove the gate.",
  ],
  "k8s-pod-not-ready": [
    "The pod is not ready, and nothing that was read says why.",
    "Read its conditions, its log and its readiness gates.",
    "Look at the program itself.",
  ],
} as const;

const PROBES = {
  liveness: ["is restarted again and again", "livenessProbe"],
  readiness: ["gets no requests", "readinessProbe"],
  startup: ["is killed before it has started", "startupProbe"],
} as const;
type ProbeKind = keyof typeof PROBES;
const PROBE_FAULTS = {
  "wrong-port": [
    "asks a port where nothing listens",
    "Compare the probe's port with the container's ports and what the log says that it listens on",
    "Correct the probe's port",
  ],
  "wrong-path": ["asks a path that does not exist", "Ask the path inside the pod", "Correct the probe's path"],
  "wrong-scheme": [
    "speaks another protocol than the port does",
    "Compare scheme and kind of the probe with what the port speaks",
    "Correct the probe's scheme or kind",
  ],
  "too-impatient": [
    "gives the program less time than it needs",
    "Compare delay, period, time-out and threshold with how long an answer takes",
    "Give the probe more time, or use a startup probe",
  ],
  failing: [
    "is answered with a failure",
    "Ask it inside the pod, and read the log",
    "Mend what the program reports, or what the probe asks for",
  ],
} as const;
type ProbeFault = keyof typeof PROBE_FAULTS;

export type ProbeCode = `k8s-${ProbeKind}-probe-${ProbeFault}`;
export const PROBE_CODES = Object.fromEntries(
  Object.entries(PROBES).flatMap(([kind, [effect, field]]) =>
    Object.entries(PROBE_FAULTS).map(([fault, [means, confirm, next]]) => [
      `k8s-${kind}-probe-${fault}`,
      [`The ${kind} probe ${means}, so the container ${effect}.`, `${confirm} (${field}).`, `${next} in the workload.`],
    ]),
  ),
) as unknown as Record<ProbeCode, readonly [string, string, string]>;
