/** The calls about runs over Temporal's own settings, with this machine's key and stored reports. Packages load on first use. */
import { randomBytes } from "node:crypto";
import type { Client } from "@temporalio/client";
import { type Environment, readEnvironment, type Variables } from "../../platform/environment.js";
import { createReportStore } from "../../platform/reports.js";
import { isThere } from "../../platform/settings-file.js";
import { storesOf } from "../../platform/stores.js";
import { loadTemporalDev } from "../../platform/temporal/settings.js";
import type { Result } from "../../vocabulary/result.js";
import type { CodecService } from "../http/routes/codec.js";
import type { Incidents } from "../incidents.js";
import type { Runs } from "../runs.js";
import type { Schedules } from "../schedules.js";
import type { Writes } from "../writes.js";
import type { Asked } from "./context.js";
import type { RunEvidence } from "./evidence/collect.js";
import type { Recalled } from "./recall.js";

export interface OpenedRuns {
  runs: Runs;
  writes: Writes;
  incidents: Incidents;
  schedules: Schedules;
  /** For what is sent to Temporal from here. */
  client: Client;
  /** What history proves of a run, to be held against the audit log. */
  evidence(runId: string): Promise<Result<RunEvidence>>;
  /** The graph of a run as it was given, and what its nodes returned. */
  recall(runId: string): Promise<Result<Recalled>>;
  /** Payloads as Temporal keeps them, and as they are. */
  payloads: Pick<CodecService, "open" | "seal">;
  /** The address of Temporal, for people. */
  address: string;
  namespace: string;
  /** The document of the graph that a run was started with. */
  graphOf(runId: string): Promise<Result<unknown>>;
  close(): Promise<void>;
}

/** Connects within seconds or tells why not. `variables` are those of the process unless a test gives others. */
export async function openRuns(variables?: Variables): Promise<Result<OpenedRuns>> {
  const read = readEnvironment(variables);
  if (!read.ok) return read;
  const { environment } = read;
  const settings = await loadTemporalDev();
  if (!settings.ok) return settings;
  const [
    { connect },
    { createRuns },
    { createWrites },
    { createIncidents },
    { createSchedules },
    { evidenceOf },
    { graphOfRun },
    { recallRun },
    { loadSigner, signerThatCannot },
    { loadPolicy },
    { Client: TemporalClient },
    { createPayloadCodec },
    { createSealer },
    { storedPayloads },
    { openPayloads, sealPayloads },
    { attempt },
  ] = await Promise.all([
    import("../../platform/temporal/connection.js"),
    import("../runs.js"),
    import("../writes.js"),
    import("../incidents.js"),
    import("../schedules.js"),
    import("./evidence.js"),
    import("./graph-of-run.js"),
    import("./recall.js"),
    import("../../platform/signing.js"),
    import("../../platform/policy-file.js"),
    import("@temporalio/client"),
    import("../../platform/payloads/codec.js"),
    import("../../platform/payloads/seal.js"),
    import("./stored-payloads.js"),
    import("./opened.js"),
    import("./temporal-errors.js"),
  ]);
  const connected = await connect({ environment: environment.variables, settings: settings.value });
  if (!connected.ok) return connected;
  const { connection, namespace, address, close } = connected.value;
  const stores = storesOf(environment);
  // Beside public keys none is made unasked: `autoops keys init` makes it.
  const signs = environment.approvalPublicKeys === undefined || (await isThere(stores.approvalKey));
  const signer = signs
    ? await loadSigner(stores.approvalKey).catch((error: unknown) => ({
        ok: true as const,
        signer: signerThatCannot(error),
      }))
    : undefined;
  if (signer?.ok === false) {
    await close();
    return { ok: false, problems: [signer.problem] };
  }
  const isOurs = address === settings.value.address;
  const webUiUrl =
    environment.variables.TEMPORAL_UI_URL ?? (isOurs ? `http://127.0.0.1:${settings.value.ui_port}` : undefined);
  const codec = createPayloadCodec(createSealer(environment.payloadKeys));
  const dataConverter = { payloadCodecs: [codec], externalStorage: storedPayloads(environment) };
  const client = new TemporalClient({ connection, namespace, dataConverter });
  const localGroups = async (name: string): Promise<string[]> => {
    const loaded = await loadPolicy(environment);
    const groups = loaded.ok ? (loaded.policy.approval.local_groups ?? {}) : {};
    return Object.hasOwn(groups, name) ? (groups[name] ?? []) : [];
  };
  const common = { client, signer: signer?.signer, localGroups, now: Date.now };
  const runs = createRuns({
    ...common,
    namespace,
    webUiUrl,
    reports: createReportStore(stores.reports, environment.payloadKeys),
    encrypts: environment.payloadKeys.length > 0,
    asked: askedBy(environment),
    idTail,
  });
  return {
    ok: true,
    value: {
      runs,
      writes: createWrites(common),
      incidents: createIncidents(client),
      schedules: createSchedules(client, { asked: askedBy(environment), idTail }),
      client,
      evidence: (runId) => evidenceOf(runId, { client, namespace }),
      graphOf: (runId) => graphOfRun(runId, { client, namespace }),
      recall: (runId) => recallRun(runId, { client, namespace }),
      payloads: {
        open: (given) => attempt("payloads", async () => ({ ok: true, value: await openPayloads(given, client) })),
        seal: (given) => attempt("payloads", async () => ({ ok: true, value: await sealPayloads(given, client) })),
      },
      address,
      namespace,
      close,
    },
  };
}

/** Variables that make a run stricter hold for the runs that are started from this shell, whatever worker takes them. */
export function askedBy({ dryRun, requireApproval, enableRemediation }: ReadVariables): Asked {
  const stricter = {
    ...(requireApproval === true ? { require_approval_all: true as const } : {}),
    ...(enableRemediation === false ? { enable_remediation: false as const } : {}),
  };
  return {
    ...(dryRun === true ? { dryRun } : {}),
    ...(Object.keys(stricter).length === 0 ? {} : { stricter }),
  };
}
type ReadVariables = Pick<Environment, "dryRun" | "requireApproval" | "enableRemediation">;

/** Ten characters of base 32: enough that ids of one name do not meet. */
function idTail(): string {
  return Array.from(randomBytes(10), (byte) => "0123456789abcdefghjkmnpqrstvwxyz"[byte % 32]).join("");
}
