/** Gets what tests need into the cache before they run: the Temporal servers, and the package that memory is kept with. */

import type { Say } from "../../src/platform/lock.js";
import { installLibrary } from "../../src/platform/memory/install.js";
import { cacheDirectory } from "../../src/platform/temporal/cache.js";
import { findTemporalCli } from "../../src/platform/temporal/find-cli.js";
import { loadTemporalDev } from "../../src/platform/temporal/settings.js";
import { provideJavaServer } from "./java-server.js";

/** The path of the Temporal CLI. */
export async function provideCli(say: Say): Promise<string> {
  const settings = await loadTemporalDev();
  if (!settings.ok) throw new Error(settings.problems.map((problem) => problem.message).join("\n"));
  const found = await findTemporalCli({ source: settings.value.cli, environment: process.env, say });
  if (!found.ok) throw new Error(found.problems.map((problem) => `${problem.message}\n${problem.hint}`).join("\n"));
  return found.path;
}

/** The path of the time-skipping server, or undefined where only the test package's own download is left. */
export async function provideTestServer(say: Say): Promise<string | undefined> {
  const cache = cacheDirectory(process.env);
  if (cache === undefined) throw new Error("neither AUTOOPS_CACHE_DIR, XDG_CACHE_HOME nor HOME names a folder");
  return await provideJavaServer(cache, process.env, say);
}

/** The file of the package that memory is kept with. Throws where it cannot be had. */
export async function provideMemoryLibrary(say: Say): Promise<string> {
  const cache = cacheDirectory(process.env);
  if (cache === undefined) throw new Error("neither AUTOOPS_CACHE_DIR, XDG_CACHE_HOME nor HOME names a folder");
  const installed = await installLibrary({ cache, say });
  if (!installed.ok) throw new Error(`${installed.problem.message}\n${installed.problem.hint}`);
  return installed.path;
}
