/** `autoops init`: finds what is on this machine, writes config.yaml and a safety.yaml that changes nothing, and learns the stack. */
import { chmod, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { alertmanagerOf, findLocally } from "../../../app/find-stack.js";
import { loadLocal } from "../../../app/local.js";
import { readEnvironment } from "../../../platform/environment.js";
import { makeFolder } from "../../../platform/folders.js";
import { isThere } from "../../../platform/settings-file.js";
import type { Problem } from "../../../vocabulary/problems.js";
import { askLine } from "../ask.js";
import { type Ending, failed } from "../ending.js";
import { logSources, missingFolders, noKubeconfig, rootsOf, writeConfig } from "../own-stack.js";
import type { Session } from "../session.js";
import { discover } from "./discover.js";

interface Options {
  yes?: boolean;
  prometheus?: string;
  logs?: string[];
  kubeconfig?: string;
}

const SAFETY = `# What may be done. This file lets everything be read and nothing be changed; docs/policy.md tells of every key.
version: "1.0"
execution:
  # Set it to true once targets are declared; each change still waits at its gate.
  enable_remediation: false
`;

export async function init(session: Session, _: readonly string[], options: Options): Promise<Ending> {
  const { print } = session;
  const own = readEnvironment(session.environment);
  if (!own.ok) return failed(own.problems);
  const { environment } = own;
  const config = environment.config ?? join(environment.home, "config.yaml");
  if (await isThere(config)) {
    print.note(`${config} is there already and stays as it is`);
    await writeSafety(environment.home, print);
    return discover(session, [], {});
  }
  if (!options.yes && !session.canAsk && options.prometheus === undefined) {
    const message = "this is not a terminal, so nobody can be asked what to look at";
    return failed([
      { code: "usage", at: "", message, hint: "autoops init --yes, or name it: --prometheus URL --logs FOLDER" },
    ]);
  }
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const found = await findLocally(local, process.cwd(), options.kubeconfig);
  if (options.kubeconfig !== undefined && found.cluster === undefined)
    return failed([noKubeconfig(options.kubeconfig)]);
  const wish = await asked(session, options, {
    prometheus: options.prometheus ?? found.prometheus,
    logs: options.logs ?? found.logFolders,
  });
  const others = [found.cluster, found.loki, found.jaeger].some((one) => one !== undefined) || found.journald;
  if (wish.prometheus === undefined && wish.logs.length === 0 && !others) {
    const message =
      "nothing was found to look at: no Prometheus, Loki or Jaeger on their usual ports or in PROMETHEUS_URL, LOKI_URL and JAEGER_URL, no kubeconfig, no journal, no log folder of a known program";
    return failed([
      {
        code: "source-not-configured",
        at: "sources",
        message,
        hint: "name it: autoops init --prometheus http://HOST:9090 --logs FOLDER",
      },
    ]);
  }
  const missing = await missingFolders(wish.logs);
  const nothingElse = wish.prometheus === undefined && !others && missing.length === wish.logs.length;
  const problems = [...addressProblems(wish), ...(nothingElse ? missing : [])];
  if (problems.length > 0) return failed(problems);
  for (const { message } of missing) print.note(message);
  const logs = await logSources(wish.logs);
  const roots = await rootsOf(wish.logs);
  const { logFolders: _folders, prometheus: _found, alertmanager: _usual, ...rest } = found;
  const alertmanager = await alertmanagerOf(local, wish.prometheus);
  await writeConfig(config, { ...rest, ...wish, alertmanager, logs, roots });
  print.result(`written: ${config}`);
  await writeSafety(environment.home, print);
  return discover(session, [], {});
}

async function writeSafety(home: string, print: Session["print"]): Promise<void> {
  const file = join(home, "safety.yaml");
  if (await isThere(file)) return;
  await makeFolder(dirname(file));
  await writeFile(file, SAFETY, { mode: 0o600 });
  await chmod(file, 0o600);
  print.result(`written: ${file} (reads only)`);
}

/** What was typed at a question went through no option. */
function addressProblems({ prometheus }: Wish): Problem[] {
  if (prometheus === undefined || (/^https?:\/\//i.test(prometheus) && URL.canParse(prometheus))) return [];
  const message = `${prometheus.slice(0, 200)} must be an http or https address, such as http://127.0.0.1:9090`;
  return [{ code: "usage", at: "Prometheus", message, hint: "autoops init asks again" }];
}

interface Wish {
  prometheus?: string;
  logs: string[];
}

/** An empty line takes what was found. */
async function asked(
  session: Session,
  { yes }: Options,
  found: { prometheus: string | undefined; logs: string[] },
): Promise<Wish> {
  const taken = { prometheus: found.prometheus, logs: found.logs };
  if (yes || !session.canAsk) return taken;
  const ask = async (text: string) => ((await askLine(session, text)) ?? "").trim();
  const url = await ask(`Prometheus [${found.prometheus ?? "none found"}]: `);
  const folders = await ask(`Folders with logs, with spaces between [${found.logs.join(" ") || "none found"}]: `);
  return {
    ...taken,
    ...(url === "" ? {} : { prometheus: url }),
    ...(folders === "" ? {} : { logs: folders.split(/\s+/) }),
  };
}
