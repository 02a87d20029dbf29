/** `autoops up`: Temporal server, worker and façade together, for one machine, until Ctrl-C. */
import { findTemporalCli } from "../../../platform/temporal/find-cli.js";
import { loadTemporalDev } from "../../../platform/temporal/settings.js";
import { EXIT } from "../../../vocabulary/codes.js";
import { Props, startOwn } from "../demo/stage.js";
import { type Ending, failed } from "../ending.js";
import { leave } from "../leave.js";
import type { Session } from "../session.js";
import { style } from "../text.js";

interface Options {
  endWithParent?: boolean;
}

export async function up(session: Session, _: readonly string[], options: Options): Promise<Ending> {
  const { environment, print } = session;
  const settings = await loadTemporalDev();
  if (!settings.ok) return failed(settings.problems);
  const say = (text: string) => print.note(`  ${text}`);
  // First, for it may take minutes and its progress must be seen.
  const found = await findTemporalCli({ source: settings.value.cli, environment, say, signal: session.interrupt });
  if (!found.ok) return failed(found.problems);
  const props = await Props.create();
  try {
    const server = await startOwn(session, props, environment, "the Temporal server", ["dev"]);
    if (!server.ok) return failed(server.problems);
    const { address, namespace, uiUrl } = server.value.ready;
    const there = { ...environment, TEMPORAL_ADDRESS: String(address), TEMPORAL_NAMESPACE: String(namespace) };
    const [worker, facade] = await Promise.all([
      startOwn(session, props, there, "the worker", ["worker"]),
      startOwn(session, props, there, "the façade", ["serve"]),
    ]);
    if (!worker.ok) return failed(worker.problems);
    if (!facade.ok) return failed(facade.problems);
    print.result(
      `${style.green("up")}: Temporal on ${String(address)}, a worker, the page on ${style.bold(String(facade.value.ready.url))}`,
    );
    if (uiUrl !== undefined) print.result(`  Temporal Web UI: ${String(uiUrl)}`);
    print.result("  next: autoops investigate   (in another shell; Ctrl-C here ends all three)");
    print.document({ ok: true, address, namespace, url: facade.value.ready.url, pid: process.pid });
    await leave(session, options);
    print.note("ending all three …");
    return { exit: EXIT.done, document: {}, told: true };
  } finally {
    await props.stop();
  }
}
