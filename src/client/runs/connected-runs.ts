/** The calls about runs over a connection to Temporal. Its packages take their time to load: `open-runs.ts` asks for it on first use. */
import { randomBytes } from "node:crypto";
import { Client } from "@temporalio/client";
import type { Environment } from "../../platform/environment.js";
import { createPayloadCodec } from "../../platform/payloads/codec.js";
import { createSealer } from "../../platform/payloads/seal.js";
import { loadPolicy } from "../../platform/policy-file.js";
import { createReportStore } from "../../platform/reports.js";
import { isThere } from "../../platform/settings-file.js";
import { loadSigner, type Signer, signerThatCannot } from "../../platform/signing.js";
import { storesOf } from "../../platform/stores.js";
import { connect } from "../../platform/temporal/connection.js";
import type { TemporalDevSettings } from "../../schema/temporal-dev.js";
import type { Result } from "../../vocabulary/result.js";
import type { CodecService } from "../http/routes/codec.js";
import { createIncidents, type Incidents } from "../incidents.js";
import { createRuns, type Runs } from "../runs.js";
import { createSchedules, type Schedules } from "../schedules.js";
import { createWrites, type Writes } from "../writes.js";
import { askedBy } from "./context.js";
import type { RunEvidence } from "./evidence/collect.js";
import { evidenceOf } from "./evidence.js";
import { graphOfRun } from "./graph-of-run.js";
import { openPayloads, sealPayloads } from "./opened.js";
import { type Recalled, recallRun } from "./recall.js";
import { storedPayloads } from "./stored-payloads.js";
import { attempt } from "./temporal-errors.js";

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

export async function connectRuns(
  environment: Environment,
  settings: TemporalDevSettings,
): Promise<Result<OpenedRuns>> {
  const connected = await connect({ environment: environment.variables, settings });
  if (!connected.ok) return connected;
  const { connection, namespace, address, close } = connected.value;
  const signer = await signerOf(environment);
  if (!signer.ok) {
    await close();
    return signer;
  }
  const codec = createPayloadCodec(createSealer(environment.payloadKeys));
  const dataConverter = { payloadCodecs: [codec], externalStorage: storedPayloads(environment) };
  const client = new Client({ connection, namespace, dataConverter });
  const common = { client, signer: signer.value, localGroups: localGroupsOf(environment), now: Date.now };
  const asked = askedBy(environment);
  const at = { client, namespace };
  const runs = createRuns({
    ...common,
    namespace,
    webUiUrl: webUiUrlOf(environment, address, settings),
    reports: createReportStore(storesOf(environment).reports, environment.payloadKeys),
    encrypts: environment.payloadKeys.length > 0,
    asked,
    idTail,
  });
  return {
    ok: true,
    value: {
      runs,
      writes: createWrites(common),
      incidents: createIncidents(client),
      schedules: createSchedules(client, { asked, idTail }),
      client,
      evidence: (runId) => evidenceOf(runId, at),
      graphOf: (runId) => graphOfRun(runId, at),
      recall: (runId) => recallRun(runId, at),
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

/** Beside public keys none is made unasked: `autoops keys init` makes it. */
async function signerOf(environment: Environment): Promise<Result<Signer | undefined>> {
  const { approvalKey } = storesOf(environment);
  const signs = environment.approvalPublicKeys === undefined || (await isThere(approvalKey));
  if (!signs) return { ok: true, value: undefined };
  const loaded = await loadSigner(approvalKey).catch((error: unknown) => ({
    ok: true as const,
    signer: signerThatCannot(error),
  }));
  return loaded.ok ? { ok: true, value: loaded.signer } : { ok: false, problems: [loaded.problem] };
}

function webUiUrlOf({ variables }: Environment, address: string, settings: TemporalDevSettings): string | undefined {
  const own = address === settings.address ? `http://127.0.0.1:${settings.ui_port}` : undefined;
  return variables.TEMPORAL_UI_URL ?? own;
}

const localGroupsOf =
  (environment: Environment) =>
  async (name: string): Promise<string[]> => {
    const loaded = await loadPolicy(environment);
    const groups = loaded.ok ? (loaded.policy.approval.local_groups ?? {}) : {};
    return Object.hasOwn(groups, name) ? (groups[name] ?? []) : [];
  };

/** Ten characters of base 32: enough that ids of one name do not meet. */
function idTail(): string {
  return Array.from(randomBytes(10), (byte) => "0123456789abcdefghjkmnpqrstvwxyz"[byte % 32]).join("");
}
