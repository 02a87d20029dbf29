/** `config_update` of a ConfigMap: its keys, as far as they are settings. */
import { z } from "zod";
import { toolFailure } from "../../define-tool.js";
import { KubernetesFailure } from "./answers.js";
import { fingerprintOf, type Plan } from "./plans.js";
import { type SettingsAction, type SettingsParams, settingsChange } from "./settings.js";
import { type Place, parsedAs } from "./workload.js";

const configMapSchema = z.looseObject({
  metadata: z.looseObject({
    uid: z.string(),
    resourceVersion: z.string(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  data: z.record(z.string(), z.string()).optional(),
  binaryData: z.record(z.string(), z.string()).optional(),
  immutable: z.boolean().optional(),
});

export const configMapPath = ({ namespace }: Place, name: string): string =>
  `/api/v1/namespaces/${namespace}/configmaps/${name}`;

export async function planConfigMap(place: Place, action: SettingsAction, params: SettingsParams): Promise<Plan> {
  const name = action.configmap ?? "";
  const { namespace } = place;
  const what = `configmap/${name} in ${namespace}`;
  const path = configMapPath(place, name);
  const {
    metadata,
    data = {},
    binaryData = {},
    immutable,
  } = parsedAs(place, configMapSchema, what, await read(place, path, what));
  if (immutable === true) {
    throw toolFailure("target-refused", `${what} is immutable`, {
      hint: "make a new one and let the workload name it",
      retryable: false,
    });
  }
  const change = settingsChange(what, action, params, (key) => {
    if (!Object.hasOwn(binaryData, key)) return Object.hasOwn(data, key) ? data[key] : undefined;
    throw toolFailure("target-refused", `${key} of ${what} is binary data`, {
      hint: "only settings are changed here",
      retryable: false,
    });
  });
  const { changes, previous, added, withheld, before, after } = change;
  const names = Object.keys(changes);
  return {
    subject: {
      what,
      path,
      resourceVersion: metadata.resourceVersion,
      annotations: metadata.annotations,
      fingerprint: fingerprintOf([metadata.uid, data, binaryData]),
    },
    patch: names.length === 0 ? undefined : { data: changes },
    before: { says: before, facts: { previous_values: previous, added, withheld } },
    after,
    did: `${what} was changed (${names.join(", ") || "nothing"})`,
    reach: action.restart
      ? ""
      : `changes no pod of ${place.workload}: what they read at their start stays until a restart`,
    remarks: [],
  };
}

async function read(place: Place, path: string, what: string): Promise<unknown> {
  try {
    return await place.cluster.call("GET", path);
  } catch (error) {
    if (!(error instanceof KubernetesFailure) || error.code !== "object-not-found") throw error;
    const hint = "check configmap and namespace of the target in config.yaml";
    throw new KubernetesFailure("object-not-found", `the cluster ${place.cluster.name} has no ${what}`, 404, hint);
  }
}
