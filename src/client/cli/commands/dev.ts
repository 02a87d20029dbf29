/** `autoops dev`: the Temporal server of this machine, until Ctrl-C. Finds, downloads or builds its program. */
import { join } from "node:path";
import { loadConfig } from "../../../platform/config-file.js";
import { type Environment, readEnvironment } from "../../../platform/environment.js";
import { makeFolder } from "../../../platform/folders.js";
import { type DevServer, startDevServer } from "../../../platform/temporal/dev-server.js";
import { findTemporalCli } from "../../../platform/temporal/find-cli.js";
import { databaseFile, loadTemporalDev } from "../../../platform/temporal/settings.js";
import { EXIT } from "../../../vocabulary/codes.js";
import { CODEC_PATH, DEFAULT_PORT } from "../../../vocabulary/names.js";
import { type Ending, failed } from "../ending.js";
import { leave } from "../leave.js";
import type { Session } from "../session.js";
import { style } from "../text.js";

interface Options {
  port?: number;
  uiPort?: number;
  inMemory?: boolean;
  endWithParent?: boolean;
}

export async function dev(session: Session, _: readonly string[], options: Options): Promise<Ending> {
  const { environment, print } = session;
  const own = readEnvironment(environment);
  if (!own.ok) return failed(own.problems);
  const { home } = own.environment;
  const settings = await loadTemporalDev();
  if (!settings.ok) return failed(settings.problems);
  const say = (text: string) => print.note(text);
  const found = await findTemporalCli({ source: settings.value.cli, environment, say, signal: session.interrupt });
  if (!found.ok) return failed(found.problems);
  await makeFolder(home);
  const started = await startDevServer({
    cliPath: found.path,
    settings: settings.value,
    port: options.port,
    uiPort: options.uiPort,
    databaseFile: options.inMemory ? undefined : databaseFile(settings.value, home),
    logFile: join(home, "temporal.log"),
    codecEndpoint: await codecEndpoint(session, own.environment),
    say: () => undefined,
  });
  if (!started.ok) return failed(started.problems);
  const { server } = started;
  process.on("exit", () => server.stopSync());
  const kept = options.inMemory ? undefined : databaseFile(settings.value, home);
  const isUsual = server.address === settings.value.address;
  sayServer(
    session,
    server,
    kept,
    isUsual ? "" : `TEMPORAL_ADDRESS=${server.address} TEMPORAL_UI_URL=${server.uiUrl} `,
  );
  const { address, namespace, uiUrl, pid } = server;
  print.document({ ok: true, address, namespace, uiUrl: uiUrl, pid, database: kept });
  const why = await Promise.race([leave(session, options), server.exited]);
  if (why === undefined) {
    await server.stop();
    print.note("the Temporal server was stopped");
    return { exit: EXIT.done, document: {}, told: true };
  }
  const how = why.code === null ? `was ended by ${why.signal}` : `ended with exit code ${why.code}`;
  const message = `the Temporal server ${how}`;
  const hint = `its log is ${join(home, "temporal.log")}`;
  return { ...failed([{ code: "temporal-unreachable", at: address, message, hint }]), told: true };
}

/** The façade of this machine, where config.yaml makes it a codec server. Without a key it is none. */
async function codecEndpoint({ print }: Session, environment: Environment): Promise<string | undefined> {
  const loaded = await loadConfig(environment);
  if (!loaded.ok) {
    print.note(
      `the Web UI opens no encrypted payloads: ${loaded.problems[0]?.message ?? "the configuration is broken"}`,
    );
    return undefined;
  }
  const { facade } = loaded.config;
  if (facade?.codec === undefined || environment.payloadKeys.length === 0) return undefined;
  const scheme = facade.tls === undefined ? "http" : "https";
  return `${scheme}://127.0.0.1:${facade.port || DEFAULT_PORT}${CODEC_PATH}`;
}

/** `variables` stand before commands that would otherwise look for the server elsewhere. */
function sayServer(
  session: Session,
  { address, namespace, uiUrl }: DevServer,
  kept: string | undefined,
  variables: string,
): void {
  const { print } = session;
  print.result(`${style.green("Temporal")} on ${style.bold(address)}, namespace ${namespace}`);
  if (uiUrl !== undefined) print.result(`  Web UI:   ${uiUrl}`);
  print.result(`  database: ${kept ?? "in memory"}`);
  print.result(`  next: ${variables}autoops worker   (in another shell; Ctrl-C here stops the server)`);
}
