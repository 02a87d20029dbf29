/** `autoops up`: Temporal server, worker and façade together, for one machine, until Ctrl-C. */
import { findTemporalCli } from "../../../platform/temporal/find-cli.js";
import { portProblem } from "../../../platform/temporal/ports.js";
import { loadTemporalDev } from "../../../platform/temporal/settings.js";
import type { TemporalDevSettings } from "../../../schema/temporal-dev.js";
import { EXIT } from "../../../vocabulary/codes.js";
import { DEFAULT_PORT } from "../../../vocabulary/names.js";
import type { Problem } from "../../../vocabulary/problems.js";
import type { Helper } from "../demo/helper.js";
import { Props, startOwn } from "../demo/stage.js";
import { type Ending, failed } from "../ending.js";
import { leave } from "../leave.js";
import type { Session } from "../session.js";
import { style } from "../text.js";

interface Options {
  port?: number;
  temporalPort?: number;
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
    const server = await startOwn(
      session,
      props,
      environment,
      "the Temporal server",
      await serverWords(options, settings.value),
    );
    if (!server.ok) return failed(server.problems);
    const { address, namespace, uiUrl } = server.value.ready;
    const there = { ...environment, TEMPORAL_ADDRESS: String(address), TEMPORAL_NAMESPACE: String(namespace) };
    const [worker, facade] = await Promise.all([
      startOwn(session, props, there, "the worker", ["worker"]),
      startOwn(session, props, there, "the façade", ["serve", ...(await pagePort(session, options))]),
    ]);
    if (!worker.ok) return failed(worker.problems);
    if (!facade.ok) return failed(facade.problems);
    print.result(
      `${style.green("up")}: Temporal on ${String(address)}, a worker, the page on ${style.bold(String(facade.value.ready.url))}`,
    );
    if (uiUrl !== undefined) print.result(`  Temporal Web UI: ${String(uiUrl)}`);
    const usual = String(address) === settings.value.address ? "" : `TEMPORAL_ADDRESS=${String(address)} `;
    print.result(`  next: ${usual}autoops investigate   (in another shell; Ctrl-C here ends all three)`);
    const parts = [
      { name: "the Temporal server", helper: server.value },
      { name: "the worker", helper: worker.value },
      { name: "the façade", helper: facade.value },
    ];
    const pids = parts.map(({ name, helper: { pid } }) => ({ name, pid }));
    print.document({ ok: true, address, namespace, url: facade.value.ready.url, pid: process.pid, parts: pids });
    const gone = await Promise.race([leave(session, options), ...parts.map(goneOf)]);
    print.note("ending all three …");
    return gone === undefined ? { exit: EXIT.done, document: {}, told: true } : failed([gone]);
  } finally {
    await props.stop();
  }
}

/** The page of the Temporal server goes elsewhere where its usual port is taken; the server itself does not: others look for it there. */
async function serverWords({ temporalPort }: Options, { ui_port: uiPort }: TemporalDevSettings): Promise<string[]> {
  const own = temporalPort === undefined ? [] : ["--port", String(temporalPort)];
  const isBusy = (await portProblem(uiPort, "Web UI")) !== undefined;
  return ["dev", ...own, ...(isBusy ? ["--ui-port", "0"] : [])];
}

/** The usual port is often taken on a machine that something is wrong with: then any other, and the page says which. */
async function pagePort({ print }: Session, { port }: Options): Promise<string[]> {
  if (port !== undefined) return ["--port", String(port)];
  if ((await portProblem(DEFAULT_PORT, "the page")) === undefined) return [];
  print.note(`  port ${DEFAULT_PORT} is taken by another program; the page gets another one`);
  return ["--port", "0"];
}

/** One that ends by itself ends all three: half of it would look as if it worked. */
function goneOf({ name, helper: { gone, tail } }: { name: string; helper: Helper }): Promise<Problem> {
  return new Promise((resolve) => {
    const say = () => {
      const last = tail().trim().split("\n").at(-1);
      const message = `${name} ended${last === undefined || last === "" ? "" : `; it said last: ${last}`}`;
      resolve({ code: "internal", at: name, message, hint: "start all three again: autoops up" });
    };
    if (gone.aborted) say();
    else gone.addEventListener("abort", say, { once: true });
  });
}
