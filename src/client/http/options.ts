/** What the façade is given: the runs it shows, who may use it, and its limits. */
import type { DraftResult } from "../../activities/contract.js";
import type { Log } from "../../platform/log.js";
import type { GoalInput } from "../../schema/run-input.js";
import type { Refused, Result } from "../../vocabulary/result.js";
import type { Hooks } from "../hooks.js";
import type { Incidents } from "../incidents.js";
import type { LocalPlanning } from "../runs/plan-preview.js";
import type { Runs } from "../runs.js";
import type { FacadeSchedules } from "../schedules.js";
import type { Writes } from "../writes.js";
import type { Access } from "./access/authenticator.js";
import type { Exposure } from "./access/exposure.js";
import type { FacadeMetrics } from "./metrics.js";
import type { CodecService } from "./routes/codec.js";
import type { SlackAnswers } from "./slack/answers.js";

export interface FacadeOptions {
  runs: Runs;
  /** Absent: nothing is said of writes that are held back. */
  writes?: Writes;
  /** Who acts where nobody needs to sign in: the one person of this machine. */
  operator: string;
  /** Absent: nobody signs in, and every caller is the operator. */
  access?: Access;
  /** Default: this machine's own names, by plain HTTP. */
  exposure?: Pick<Exposure, "tls" | "tlsProxy" | "publicUrl">;
  /** Plans; default: through the worker. */
  plan?(input: GoalInput): Promise<Result<DraftResult>>;
  /** What the files of this machine say of plans, as they are when it is called. Absent: plans come unchecked. */
  local?(): Promise<({ ok: true } & LocalPlanning) | Refused>;
  /** Absent: nothing is taken from Slack. */
  slack?: SlackAnswers;
  /** Absent: no alerts come in. */
  hooks?: Hooks;
  /** Absent: nothing is told of incidents. */
  incidents?: Incidents;
  /** Absent: nothing starts by the clock. */
  schedules?: FacadeSchedules;
  /** Absent: it is no codec server. */
  codec?: CodecService;
  /** The built page (`dist/web`). */
  staticDir: string;
  log: Log;
  metrics?: FacadeMetrics;
  requestsPerMinute?: number;
  /** Refused credentials, and requests without the role, from one address. */
  refusalsPerMinute?: number;
  /** Event streams at once. */
  streamsMax?: number;
}
