/** Opens the calls about runs for a command: Temporal by its own settings, this machine's key and stored reports. */
import { randomInt } from "node:crypto";
import type { Problem } from "../../vocabulary/problems.js";
import type { Runs } from "../runs.js";
import { type Ending, failed } from "./ending.js";
import type { Environment, Session } from "./session.js";

export type Opened = { ok: true; runs: Runs; close(): Promise<void> } | { ok: false; problems: Problem[] };

/** Everything heavy loads here, on first use. */
export async function openRuns(environment: Environment): Promise<Opened> {
  const { readEnvironment } = await import("../../platform/environment.js");
  const own = readEnvironment(environment);
  if (!own.ok) return own;
  const { storesOf } = await import("../../local.js");
  const stores = storesOf(own.environment);
  const { loadTemporalDev } = await import("../../platform/temporal/settings.js");
  const settings = await loadTemporalDev();
  if (!settings.ok) return settings;
  const { connect } = await import("../connection.js");
  const connected = await connect({ environment, settings: settings.value });
  if (!connected.ok) return connected;
  const { connection, namespace, address, close } = connected.value;
  const [{ Client }, { createRuns }, { loadSigner }, { createReportStore }] = await Promise.all([
    import("@temporalio/client"),
    import("../runs.js"),
    import("../../platform/signing.js"),
    import("../../platform/reports.js"),
  ]);
  const signer = await loadSigner(stores.approvalKey);
  if (!signer.ok) {
    await close();
    return { ok: false, problems: [signer.problem] };
  }
  const ownServer = address === settings.value.address ? `http://127.0.0.1:${settings.value.ui_port}` : undefined;
  const runs = createRuns({
    client: new Client({ connection, namespace }),
    namespace,
    webUiUrl: environment.TEMPORAL_UI_URL ?? ownServer,
    signer: signer.signer,
    reports: createReportStore(stores.reports),
    idTail: newTail,
    now: Date.now,
  });
  return { ok: true, runs, close };
}

/** Runs `work` with the calls about runs, and closes the connection whatever happens. */
export async function withRuns(session: Session, work: (runs: Runs) => Promise<Ending>): Promise<Ending> {
  const opened = await openRuns(session.environment);
  if (!opened.ok) return failed(opened.problems);
  try {
    return await work(opened.runs);
  } finally {
    await opened.close();
  }
}

const LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";
const TAIL_CHARS = 10;

/** 50 random bits in the letters of Crockford's base 32: easy to read out. */
function newTail(): string {
  return Array.from({ length: TAIL_CHARS }, () => LETTERS[randomInt(LETTERS.length)]).join("");
}
