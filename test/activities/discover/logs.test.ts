import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { discoverLogs } from "../../../src/activities/discover/logs.js";
import { configOf, contextOf } from "../../support/tool-context.js";

const root = mkdtempSync(join(tmpdir(), "found-logs-"));
async function namesOf(folder: string, file: string): Promise<string[] | undefined> {
  mkdirSync(join(root, folder), { recursive: true });
  const path = join(root, folder, file);
  writeFileSync(path, "2026-11-22T11:59:00Z INFO hello\n");
  const name = `${file.replace(/\W/g, "-")}`;
  const config = configOf({ files: { roots: [root] }, sources: { [name]: { kind: "files", path } as never } });
  return (await discoverLogs(config, contextOf(config), []))[0]?.names;
}

test.each([
  ["log/nginx", "access.log", "nginx"],
  ["log/nginx", "error.log", "nginx"],
  ["log/nginx", "console.log", "nginx"],
  ["log/shop", "server.log", "shop"],
  ["log", "shop.log", "shop"],
  ["log", "server.log", "server"],
])("%s/%s is a log of %s", async (folder, file, name) => expect((await namesOf(folder, file))?.[0]).toBe(name));
