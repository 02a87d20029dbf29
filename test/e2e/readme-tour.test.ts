/** The tour of README.md, command by command as it is written, from an empty home: on the stage that the demo sets up. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { writeFile } from "../client/cli/support/graphs.js";
import { autoops, endAll, start, temporaryFolder } from "../client/cli/support/program.js";

afterAll(endAll);

const README = readFileSync(resolve(import.meta.dirname, "../../README.md"), "utf8");

/** The lines of the section's shell blocks. */
function commandsOf(section: string): string[] {
  const from = README.indexOf(`## ${section}`);
  const text = README.slice(from, README.indexOf("\n## ", from + 3));
  const blocks = [...text.matchAll(/```sh\n([^`]*)```/g)].map(([, block = ""]) => block);
  return blocks.flatMap((block) => block.split("\n")).filter((line) => line.startsWith("autoops "));
}

/** Words as a shell takes them: quotes keep blanks together. */
const wordsOf = (text: string): string[] =>
  [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");

test("each command of the tour works, in its order", { timeout: 240_000 }, async () => {
  const commands = commandsOf("A tour");
  expect(commands.length).toBeGreaterThanOrEqual(7);
  const demo = start(["demo"]);
  const [, address = "", namespace = "", home = "", runId = ""] = await demo.until(
    /TEMPORAL_ADDRESS=(\S+) TEMPORAL_NAMESPACE=(\S+) AUTOOPS_HOME=(\S+) node \S+ approve (\S+) rollback/,
    120_000,
  );
  const env = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, AUTOOPS_HOME: home };
  const folder = temporaryFolder();
  const endings: Array<[command: string, code: number | null, stderr: string]> = [];
  for (const command of commands) {
    const [given = "", target] = command.replace(/\s+#.*$/, "").split(" > ");
    const argv = wordsOf(given)
      .slice(1)
      .map((word) =>
        word === "RUN" ? runId : word === "NODE" ? "rollback" : word === "workflow.yaml" ? join(folder, word) : word,
      );
    const ended = await autoops(argv, { env });
    if (target !== undefined) writeFile(folder, target, ended.stdout);
    endings.push([command, ended.code, ended.code === 0 ? "" : ended.stderr]);
  }
  expect(endings).toEqual(commands.map((command) => [command, 0, ""]));
  const ended = await demo.ended;
  expect(ended.stdout).toContain("verified");
});
