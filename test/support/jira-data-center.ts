/** Jira Data Center as `jira820` plays it, from the cache (`npm run provide:jira`). */
import { type ChildProcess, spawn } from "node:child_process";
import { accessSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "../../src/platform/temporal/cache.js";
import { freePort } from "./services.js";

const FOLDER = join(cacheDirectory(process.env) ?? "/nonexistent", "services", "jira820-0.12.0");

/** Where the double is absent, its tests are skipped under a title that says so. */
export function hasJira(): boolean {
  try {
    accessSync(join(FOLDER, "complete"));
    return true;
  } catch {
    return false;
  }
}

/** Starts it with the project OPS; resolves once it answers. */
export async function startJira(): Promise<{ url: string; stop(): Promise<void> }> {
  const port = await freePort();
  const env = { PATH: process.env.PATH ?? "", JIRA820_PORT: String(port), JIRA820_PROJECT_KEY: "OPS" };
  const child = spawn(join(FOLDER, "bin", "jira820"), [], { env, stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  await answering(`${url}/rest/api/2/serverInfo`, child);
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill();
      }),
  };
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + 30_000;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`jira820 ended with ${child.exitCode}`);
    const answered = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return;
    if (Date.now() > until) throw new Error("jira820 did not answer within 30 s");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
