/** The remedy of a look at a cluster: one declared action on one workload, behind a gate, verified by the analyser that found the fault. */
import type { KubernetesTarget } from "../../schema/config/clusters.js";
import type { ActionName } from "../../schema/config.js";
import type { GraphInput } from "../../schema/graph.js";
import type { Json, JsonObject } from "../../schema/json.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { ClusterGoal } from "./cluster-meant.js";
import { normalised } from "./words.js";

type Part = Pick<GraphInput, "nodes" | "edges">;

/** A rollout of a large workload. */
const ACT_SECONDS = 600;
const STATE_SECONDS = 90;
/** What fails again and again shows within that time. */
const VERIFY_PAUSE_SECONDS = 20;
const ATTEMPTS = 4;

const ASKED: ReadonlyArray<readonly [ActionName, RegExp]> = [
  ["rollback", /\brollback|\brevert|\bundo\b|previous version/],
  ["scale_action", /\bscale|\breplicas? (?:up|down)|more replicas/],
  [
    "config_update",
    /\bconfig(?:uration)? ?(?:update|change)|\bset (?:the )?(?:variable|setting|config)|\bchange (?:the )?(?:variable|setting|config)/,
  ],
  ["service_restart", /\brestart|\bbring (?:\w+ ){0,3}(?:back|up)/],
];

export function remedyNodes(
  input: ClusterGoal,
  place: { cluster: string; namespace: string | undefined },
): Part | { problems: Problem[] } {
  const chosen = chooseTarget(input, place);
  if ("code" in chosen) return { problems: [chosen] };
  const { name, target, action } = chosen;
  const filled = paramsOf(action, name, input.given);
  if (!filled.ok) return { problems: [filled.problem] };
  const { params } = filled;
  const look = { cluster: target.cluster, namespace: target.namespace, workload: target.workload };
  const before = "before.named[0]";
  const condition = `size(before.named) > 0${params.version === "{{ before.rollback_to }}" ? " and before.rollback_to != null" : ""}`;
  return {
    nodes: [
      {
        id: "before",
        name: `Name what is wrong with ${target.workload}`,
        type: "log_collection",
        tool: "kubernetes_state",
        timeout_seconds: STATE_SECONDS,
        params: look,
      },
      {
        id: "mend",
        name: TITLES[action](target.workload),
        type: action,
        tool: action,
        requires_human_approval: true,
        timeout_seconds: ACT_SECONDS,
        params,
        verify: {
          tool: "kubernetes_state",
          params: look,
          expect: `not (${before} in output.named)`,
          settle_seconds: VERIFY_PAUSE_SECONDS,
          attempts: ATTEMPTS,
        },
      },
    ],
    edges: [
      { from_node_id: "cause", to_node_id: "before", on: "always" },
      { from_node_id: "before", to_node_id: "mend", condition },
    ],
  };
}

const TITLES: Readonly<Record<ActionName, (workload: string) => string>> = {
  rollback: (workload) => `Roll ${workload} back`,
  service_restart: (workload) => `Restart ${workload}`,
  scale_action: (workload) => `Scale ${workload}`,
  config_update: (workload) => `Change the settings of ${workload}`,
};

interface Chosen {
  name: string;
  target: KubernetesTarget;
  action: ActionName;
}

function chooseTarget(
  { goal, entities, config, given }: ClusterGoal,
  { cluster, namespace }: { cluster: string; namespace: string | undefined },
): Chosen | Problem {
  const words = normalised(goal);
  const asked = ASKED.find(([name, pattern]) =>
    given.action === undefined ? pattern.test(words) : name === given.action,
  );
  const fitting = Object.entries(config.targets).flatMap(([name, target]): Chosen[] => {
    if (!("workload" in target) || target.cluster !== cluster) return [];
    if (namespace !== undefined && target.namespace !== namespace) return [];
    if (given.target !== undefined && given.target !== name) return [];
    const [first, second] = ASKED.flatMap(([action]) => (target.actions[action] === undefined ? [] : [action]));
    // Where the words name none, a target with one action leaves no choice.
    const action = asked?.[0] ?? (second === undefined ? first : undefined);
    return action === undefined || target.actions[action] === undefined ? [] : [{ name, target, action }];
  });
  const told = [entities.service, entities.pod].filter((one) => one !== undefined);
  const isTold = ({ name, target }: Chosen): boolean => {
    const workload = target.workload.split("/")[1] ?? "";
    return told.some((one) => one === name || one === workload || one.startsWith(`${workload}-`));
  };
  const named = fitting.filter(isTold);
  const [one, ...others] = named.length > 0 ? named : fitting;
  if (one !== undefined && others.length === 0) return one;
  const what = asked === undefined ? "a remedy" : asked[0];
  const message = `the parameter target is missing: the workload that ${what} is for`;
  const known =
    fitting
      .map(({ name }) => name)
      .sort()
      .join(", ") || "none";
  const hint = `give it with --param target=NAME; declared for ${what} there: ${known}`;
  return { code: "parameter-missing", at: "params.target", message, hint };
}

type Filled = { ok: true; params: JsonObject } | { ok: false; problem: Problem };

function paramsOf(action: ActionName, target: string, given: JsonObject): Filled {
  const full = (params: JsonObject): Filled => ({ ok: true, params: { target, ...params } });
  switch (action) {
    case "rollback":
      return full({ version: given.version ?? "{{ before.rollback_to }}" });
    case "service_restart":
      return full({});
    case "scale_action": {
      const replicas = Number(given.replicas ?? Number.NaN);
      return Number.isInteger(replicas) ? full({ replicas }) : missing("replicas", "how many pods are to run");
    }
    case "config_update": {
      const [values, unset] = [settingsOf(given.values), given.unset];
      if (values === undefined && unset === undefined)
        return missing("values", "the setting with its new value, KEY=VALUE");
      const names = typeof unset === "string" ? unset.split(",") : unset;
      return full({ ...(values === undefined ? {} : { values }), ...(names === undefined ? {} : { unset: names }) });
    }
  }
}

const missing = (name: string, what: string): Filled => ({
  ok: false,
  problem: {
    code: "parameter-missing",
    at: `params.${name}`,
    message: `the parameter ${name} is missing: ${what}`,
    hint: `give it with --param ${name}=VALUE`,
  },
});

/** On a command line one setting is given as text. */
function settingsOf(given: Json | undefined): Json | undefined {
  if (typeof given !== "string") return given;
  const [key = "", ...rest] = given.split("=");
  return { [key]: rest.join("=") };
}
