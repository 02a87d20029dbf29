/** `autoops serve`: the HTTP interface and the page, for this machine alone, until the user leaves. */
import { fileURLToPath } from "node:url";
import { loadLocal } from "../../../local.js";
import { createLog } from "../../../platform/log.js";
import { EXIT } from "../../../vocabulary/problems.js";
import { startFacade } from "../../http/server.js";
import { openRuns } from "../backend.js";
import { type Ending, failed } from "../ending.js";
import { leave } from "../leave.js";
import { ownName, type Session } from "../session.js";
import { style } from "../text.js";

interface Options {
  port?: number;
  endWithParent?: boolean;
}

const DEFAULT_PORT = 8080;
/** The built page: beside the built client. */
const PAGE = fileURLToPath(new URL("../../../web", import.meta.url));

export async function serve(session: Session, _: readonly string[], options: Options): Promise<Ending> {
  const { print } = session;
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const opened = await openRuns(session.environment);
  if (!opened.ok) return failed(opened.problems);
  try {
    const started = await startFacade({
      runs: opened.runs,
      operator: ownName(),
      local: () => loadLocal(session.environment),
      staticDir: PAGE,
      log: createLog(local.environment.logLevel),
      host: "127.0.0.1",
      port: options.port ?? DEFAULT_PORT,
    });
    if (!started.ok) return failed(started.problems);
    const { url, stop } = started.facade;
    print.result(`${style.green("façade")} and page on ${style.bold(url)}; whoever reaches it acts as ${ownName()}`);
    print.document({ ok: true, url, pid: process.pid });
    await leave(session, options);
    await stop();
    print.note("the façade stopped");
    return { exit: EXIT.done, document: {}, told: true };
  } finally {
    await opened.close();
  }
}
