/** `autoops serve`: the HTTP interface and the page, until the user leaves. */
import { fileURLToPath } from "node:url";
import { loadLocal } from "../../../app/local.js";
import { createLog } from "../../../platform/log.js";
import { EXIT } from "../../../vocabulary/codes.js";
import { createMetrics } from "../../http/metrics.js";
import { refusalsToStart, startFacade } from "../../http/server.js";
import { auditedSchedules } from "../../schedules/audit.js";
import { openRuns } from "../backend.js";
import { type Ending, failed } from "../ending.js";
import { setUpFacade } from "../facade-setup.js";
import { hooksOf } from "../hooks-setup.js";
import { leave } from "../leave.js";
import { wishOf } from "../schedule-wish.js";
import { ownName, type Session } from "../session.js";
import { style } from "../text.js";

interface Options {
  host?: string;
  port?: number;
  endWithParent?: boolean;
}

/** The built page: beside the built client. */
const PAGE = fileURLToPath(new URL("../../../web", import.meta.url));

export async function serve(session: Session, _: readonly string[], options: Options): Promise<Ending> {
  const { print } = session;
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const log = createLog(local.environment.logLevel);
  const prepared = await setUpFacade(local, options, log);
  if (!prepared.ok) return failed(prepared.problems);
  const { access, codecOrigins, exposure, hooksAt, port, slack } = prepared.setup;
  const { host } = exposure;
  // Before anything is connected to: what must not start need not wait for Temporal.
  const refusals = await refusalsToStart({ access, exposure, host, hooksAt });
  if (refusals.length > 0) return failed(refusals);
  const hooks = hooksOf(local, access);
  if (!hooks.ok) return failed(hooks.problems);
  const opened = await openRuns(session.environment);
  if (!opened.ok) return failed(opened.problems);
  const taking = hooks.create?.(opened.client);
  try {
    const started = await startFacade({
      runs: opened.runs,
      writes: opened.writes,
      incidents: opened.incidents,
      schedules: {
        ...opened.schedules,
        wish: (request, requester) => wishOf(request, requester, session.environment),
        changedBy: (by) => auditedSchedules(opened.schedules, access.audit, by),
      },
      hooks: taking,
      operator: ownName(),
      local: () => loadLocal(session.environment),
      staticDir: PAGE,
      log,
      metrics: createMetrics(true),
      access,
      slack,
      codec:
        codecOrigins === undefined
          ? undefined
          : { ...opened.payloads, namespace: opened.namespace, origins: codecOrigins },
      exposure,
      host,
      port,
      hooksAt,
    });
    if (!started.ok) return failed(started.problems);
    const { url, hooksUrl, signsIn, stop } = started.facade;
    const said = signsIn ? "callers must sign in" : `no sign-in: whoever reaches it acts as ${ownName()}`;
    print.result(`${style.green("façade")} and page on ${style.bold(url)}; ${said}`);
    if (hooksUrl !== undefined) print.result(`alerts come in on ${style.bold(hooksUrl)}`);
    print.document({ ok: true, url, hooksUrl, signsIn, pid: process.pid });
    await leave(session, options);
    await stop();
    await taking?.idle();
    print.note("the façade stopped");
    return { exit: EXIT.done, document: {}, told: true };
  } finally {
    await opened.close();
  }
}
