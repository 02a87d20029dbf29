/** What workers put behind Temporal, fetched for a client; the files of this machine are read only when there is such a thing. */
import type { ExternalStorage } from "@temporalio/common";
import { configuredStore } from "../../platform/blobs/configured.js";
import { loadConfig } from "../../platform/config-file.js";
import type { Environment } from "../../platform/environment.js";
import { toolFailure } from "../../platform/failure.js";
import { createPayloadStorage } from "../../platform/payloads/storage.js";
import { loadPolicy } from "../../platform/policy-file.js";

export function storedPayloads(environment: Environment): ExternalStorage {
  return createPayloadStorage({
    // What a client sends is under Temporal's limits.
    keeps: "none",
    async contentStore() {
      const loaded = await loadConfig(environment);
      if (loaded.ok) return configuredStore({ config: loaded.config, environment }, () => loadPolicy(environment));
      const [problem] = loaded.problems;
      throw toolFailure(problem?.code ?? "config-invalid", problem?.message ?? "", { hint: problem?.hint });
    },
  });
}
