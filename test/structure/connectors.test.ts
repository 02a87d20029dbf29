/** The connectors: one folder a vendor with one connector, and no other place in the sources that lists kinds. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { channelOf } from "../../src/activities/connectors/channels.js";
import { connectorOf, sampleSources } from "../../src/activities/connectors/sources.js";
import { channelNameSchema } from "../../src/schema/approval-rules.js";
import { channelSchema, trackerSchema } from "../../src/schema/config/tickets.js";
import { sourceSchema } from "../../src/schema/config.js";

const ROOT = resolve(import.meta.dirname, "../..");
const CONNECTORS = join(ROOT, "src/activities/connectors");
const folders = readdirSync(CONNECTORS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== "kit")
  .map(({ name }) => name);

/** Its servers are declared apart from sources, channels and trackers, and each of their tools is named in config.yaml. */
const NOT_OF_A_TABLE = ["mcp"];

function kindsOf(schema: { options: ReadonlyArray<unknown> }): string[] {
  return schema.options.map((option) => {
    const { shape } = option as { shape: { kind: { value: string } } };
    return shape.kind.value;
  });
}
const SOURCE_KINDS = kindsOf(sourceSchema as never);
const CHANNEL_KINDS = kindsOf(channelSchema as never);
const TRACKER_KINDS = kindsOf(trackerSchema as never);

describe("the connectors", () => {
  test("each vendor has a folder, and in each folder stands connector.ts", () => {
    const kinds = [...new Set([...SOURCE_KINDS, ...CHANNEL_KINDS, ...TRACKER_KINDS])].sort();
    expect(folders.filter((name) => !NOT_OF_A_TABLE.includes(name)).sort()).toEqual(kinds);
    const without = kinds.filter((name) => !existsSync(join(CONNECTORS, name, "connector.ts")));
    expect(without).toEqual([]);
  });

  test("every kind of config.yaml has its own connector, with a sample that config.yaml takes", () => {
    for (const kind of SOURCE_KINDS) expect(connectorOf({ kind } as never).kind).toBe(kind);
    for (const kind of CHANNEL_KINDS) expect(channelOf({ kind } as never).kind).toBe(kind);
    const samples = sampleSources();
    expect(Object.keys(samples).sort()).toEqual([...SOURCE_KINDS].sort());
    for (const [kind, sample] of Object.entries(samples))
      expect(sourceSchema.safeParse(sample).success, kind).toBe(true);
  });
});

/** Files that may name kinds, each with its reason. */
const MAY_NAME_KINDS: Record<string, string> = {
  "activities/tools/rca/next-queries.ts": "proposes a source in its own order of preference",
  "activities/tools/log-collector.ts": "files tell their paths, so that their place is no evidence",
  "activities/tools/deployment-history.ts": "reads one kind alone",
  "activities/discover/discover.ts": "reads one kind alone",
  "activities/planner/fill.ts": "writes PromQL, which one kind takes",
  "activities/planner/cluster-investigation.ts": "writes PromQL, which one kind takes",
  "activities/discover/logs.ts": "a journal read without a choice is the machine's, and no service's",
  "platform/http/rates.ts": "the host of one kind follows from its site, which its file need not name",
  "client/cli/import/metric-map.ts": "params of the original, for each kind of metric source",
  "client/cli/commands/doctor.ts": "counts by PromQL, which one kind takes",
};

/** Lists of kinds, and questions about one. */
function namesKinds(text: string): boolean {
  const kinds = [...new Set([...SOURCE_KINDS, "webhook", "email"])].join("|");
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
  return [
    new RegExp(`case "(?:${kinds})":`),
    new RegExp(`[kK]ind [=!]== "(?:${kinds})"`),
    new RegExp(`\\[\\s*(?:"(?:${kinds})",\\s*)+"(?:${kinds})",?\\s*\\]`),
  ].some((pattern) => pattern.test(code));
}

describe("kinds of sources and channels", () => {
  const files = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .filter((file) => !file.startsWith("schema/") && !file.startsWith("activities/connectors/"));
  const naming = files.filter((file) => namesKinds(readFileSync(join(ROOT, "src", file), "utf8")));

  test("stand in no other list or switch", () => {
    // Actions of targets have kinds of their own, some of the same name.
    const others = naming.filter(
      (file) => !(file in MAY_NAME_KINDS) && !file.startsWith("activities/tools/kit/targets/"),
    );
    expect(others).toEqual([]);
  });

  test("a list and a switch would be seen", () => {
    expect(namesKinds('const KINDS = ["jaeger", "tempo"] as const;')).toBe(true);
    expect(namesKinds('switch (kind) { case "loki": break; }')).toBe(true);
    expect(namesKinds('if (source.kind === "git") return;')).toBe(true);
    expect(namesKinds('const words = ["jaeger", "other"];')).toBe(false);
  });
});

describe("the folder of the tools", () => {
  const entries = readdirSync(join(ROOT, "src/activities/tools"), { withFileTypes: true });

  test("shows the tools: each file is one, and has its line in built-in.ts", () => {
    const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name.replace(/\.ts$/, ""));
    const builtIn = readFileSync(join(ROOT, "src/activities/tools/built-in.ts"), "utf8");
    const listed = [...builtIn.matchAll(/ from "\.\/([\w-]+)\.js";/g)].map(([, name]) => name ?? "");
    // The calls of declared MCP servers: one tool for each of their tools, made in the registry.
    const made = ["built-in", "secure-mcp"];
    expect(names.filter((name) => !made.includes(name)).sort()).toEqual(listed.sort());
  });

  test("has no folder but these", () => {
    const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(names.sort()).toEqual(["analysis", "kit", "logs", "rca"]);
  });
});

test("a gate can ask by every kind of channel that takes messages", () => {
  for (const kind of CHANNEL_KINDS) {
    const name = kind === "slack" ? "slack:#ops" : `${kind}:ops`;
    expect(channelNameSchema.safeParse(name).success, name).toBe(true);
    expect(channelOf({ kind } as never).tell, kind).toBeTypeOf("function");
  }
});
