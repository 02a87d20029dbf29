/**
 * Everything that the demo brings up and takes down: a folder of its own, a Temporal server, the checkout service, a
 * worker and the façade. Whatever happens to the demo, nothing of it stays.
 */
import { rmSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type DevServer, startDevServer } from "../../../platform/temporal/dev-server.js";
import { findTemporalCli } from "../../../platform/temporal/find-cli.js";
import { portProblem } from "../../../platform/temporal/ports.js";
import { loadTemporalDev, portOf } from "../../../platform/temporal/settings.js";
import type { Result } from "../../../vocabulary/result.js";
import type { Environment, Session } from "../session.js";
import { type Helper, startHelper } from "./helper.js";

/** The package's root: as far above `src` as above `dist`. */
const ROOT = new URL("../../../../", import.meta.url);
const fileOf = (path: string): string => fileURLToPath(new URL(path, ROOT));
export const MAIN = fileOf("dist/client/cli/main.js");
const SHOP = fileOf("dist/demo/shop.js");

/** Seconds that version 1 runs under load before version 2 is deployed. */
const DEPLOY_AFTER_SECONDS = 8;

export interface Stage {
  /** The demo's AUTOOPS_HOME; its parent is removed at the end. */
  home: string;
  shopDirectory: string;
  server: DevServer;
  worker: Helper;
  environment: Environment;
  facadeUrl?: string;
}

/** What has been started so far; ended in the opposite order, and at once when the process itself ends. */
export class Props {
  readonly #ends: Array<{ stop(): Promise<void>; stopSync(): void }> = [];
  readonly directory: string;
  readonly #atExit = () => this.stopSync();

  private constructor(directory: string) {
    this.directory = directory;
    process.on("exit", this.#atExit);
  }

  static async create(): Promise<Props> {
    return new Props(await mkdtemp(join(tmpdir(), "autoops-demo-")));
  }

  add(end: { stop(): Promise<void>; stopSync(): void }): void {
    this.#ends.push(end);
  }

  async stop(): Promise<void> {
    // The server goes last: the others still tell it that they leave.
    for (const end of this.#ends.splice(1).reverse()) await end.stop();
    for (const end of this.#ends.splice(0)) await end.stop();
    await rm(this.directory, { recursive: true, force: true });
    process.off("exit", this.#atExit);
  }

  stopSync(): void {
    for (const end of this.#ends) end.stopSync();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The server first; ports of `temporal-dev.yaml` if they are free, else any. `headless`: without its pages, which start slower. */
export async function startServer(
  session: Session,
  props: Props,
  { headless = false } = {},
): Promise<Result<DevServer>> {
  const settings = await loadTemporalDev();
  if (!settings.ok) return settings;
  const { environment, interrupt, print } = session;
  const say = (text: string) => print.say(`  ${text}`);
  const found = await findTemporalCli({ source: settings.value.cli, environment, say, signal: interrupt });
  if (!found.ok) return found;
  const wanted = portOf(settings.value.address);
  const busy = await portProblem(wanted, "Temporal");
  const uiBusy = headless ? undefined : await portProblem(settings.value.ui_port, "Web UI");
  const uiPort = headless ? false : uiBusy === undefined ? settings.value.ui_port : 0;
  const started = await startDevServer({
    cliPath: found.path,
    settings: settings.value,
    port: busy === undefined ? wanted : 0,
    uiPort,
    logFile: join(props.directory, "temporal.log"),
    say: () => undefined,
  });
  if (!started.ok) return started;
  props.add(started.server);
  return { ok: true, value: started.server };
}

/** The checkout service with its load: version 1 now, version 2 after a while. */
export async function startShop(session: Session, props: Props): Promise<Result<{ url: string; directory: string }>> {
  const directory = join(props.directory, "shop");
  const argv = [SHOP, "--dir", directory, "--deploy-after", String(DEPLOY_AFTER_SECONDS)];
  const environment = { PATH: session.environment.PATH };
  const started = await startHelper({ name: "the checkout service", argv, environment, signal: session.interrupt });
  if (!started.ok) return started;
  props.add(started.helper);
  return { ok: true, value: { url: String(started.helper.ready.url), directory } };
}

/** The demo's own settings in its own home; `policyFile` replaces `demo/safety.yaml`. */
export async function furnish(
  props: Props,
  shop: { url: string; directory: string },
  policyFile: string | undefined,
): Promise<Result<string>> {
  const home = join(props.directory, "home");
  await mkdir(home, { mode: 0o700 });
  const places: Record<string, string> = { SHOP_URL: shop.url, SHOP_DIR: shop.directory };
  const template = await readFile(fileOf("demo/config.yaml"), "utf8");
  const config = template.replace(/\$\{(SHOP_URL|SHOP_DIR)\}/g, (_, name: string) => places[name] ?? "");
  const policyPath = policyFile ?? fileOf("demo/safety.yaml");
  const policy = await readFile(policyPath, "utf8").catch(() => undefined);
  if (policy === undefined) {
    const message = `there is no readable file ${policyPath}`;
    return { ok: false, problems: [{ code: "file-not-found", at: "--policy", message }] };
  }
  for (const [name, text] of [
    ["config.yaml", config],
    ["safety.yaml", policy],
  ] as const) {
    await writeFile(join(home, name), text, { mode: 0o600 });
    await chmod(join(home, name), 0o600);
  }
  return { ok: true, value: home };
}

/** The user's own settings of the product and of Temporal have no part in the demo. */
export function demoEnvironment(environment: Environment, home: string, server: DevServer): Environment {
  const kept = Object.entries(environment).filter(
    ([name]) => !/^(AUTOOPS|TEMPORAL)_/.test(name) || name === "AUTOOPS_CACHE_DIR" || name === "AUTOOPS_LOG_LEVEL",
  );
  return {
    ...Object.fromEntries(kept),
    AUTOOPS_HOME: home,
    TEMPORAL_ADDRESS: server.address,
    TEMPORAL_NAMESPACE: server.namespace,
    ...(server.uiUrl === undefined ? {} : { TEMPORAL_UI_URL: server.uiUrl }),
  };
}

/** One of our own commands as a process of its own, ready when it has printed its document. */
export async function startOwn(
  session: Session,
  props: Props,
  environment: Environment,
  name: string,
  words: readonly string[],
): Promise<Result<Helper>> {
  const argv = [MAIN, ...words, "--json", "--end-with-parent"];
  const started = await startHelper({ name, argv, environment, signal: session.interrupt });
  if (!started.ok) return started;
  props.add(started.helper);
  return { ok: true, value: started.helper };
}
