/** The pins of MCP servers: a file each, for its owner alone, read only where nobody else could have written it. */
import { randomUUID } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type McpDescriptor, type McpPins, mcpPinsSchema } from "../schema/mcp-pins.js";
import { parseWith } from "../schema/problems.js";
import { MCP_PINS_MAX_BYTES } from "../vocabulary/mcp-limits.js";
import type { Problem } from "../vocabulary/problems.js";
import { digestOf } from "./digest.js";
import { readTrustedFile } from "./trusted-file.js";

/** SHA-256 in hex over the canonical JSON of what is pinned of a tool. */
export const descriptorDigest = (descriptor: McpDescriptor): string => digestOf(descriptor);

/** The name is one of config.yaml, whose schema lets no path through. */
const fileOf = (directory: string, server: string): string => join(directory, `${server}.json`);

/** Undefined where nothing of the server was accepted yet. A file that is not as it was written is a problem. */
export async function readPins(
  directory: string,
  server: string,
): Promise<{ ok: true; pins?: McpPins } | { ok: false; problem: Problem }> {
  const path = fileOf(directory, server);
  const read = await readTrustedFile(path, MCP_PINS_MAX_BYTES);
  if (!read.ok) return read.problem.code === "file-not-found" ? { ok: true } : read;
  const broken = (why: string): { ok: false; problem: Problem } => {
    const hint = `look at it, then run: autoops mcp accept ${server}`;
    return { ok: false, problem: { code: "config-invalid", at: path, message: `${path} ${why}`, hint } };
  };
  let document: unknown;
  try {
    document = JSON.parse(read.text);
  } catch {
    return broken("must be JSON");
  }
  const parsed = parseWith(mcpPinsSchema, document, { shows: false });
  if (!parsed.ok) return broken(`is not a file of pins: ${parsed.problems[0]?.message ?? "its form is wrong"}`);
  const pins = parsed.value;
  if (pins.server !== server) return broken(`holds the pins of ${pins.server}`);
  const altered = Object.entries(pins.tools).find(([name, { digest, tool }]) => {
    return tool.name !== name || descriptorDigest(tool) !== digest;
  });
  return altered === undefined
    ? { ok: true, pins }
    : broken(`is not as it was written: ${altered[0]} has another digest`);
}

/** Replaces the server's pins whole. */
export async function writePins(directory: string, pins: McpPins): Promise<string> {
  const path = fileOf(directory, pins.server);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, `${JSON.stringify(pins, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  await rename(temporary, path);
  return path;
}
