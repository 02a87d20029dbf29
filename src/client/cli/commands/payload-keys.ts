/** `autoops keys payload new|show`: the keys that encrypt what Temporal keeps. A key goes into a file and is never printed. */
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { readEnvironment } from "../../../platform/environment.js";
import { newPayloadKey, readPayloadKeys } from "../../../platform/payloads/keys.js";
import { isThere } from "../../../platform/settings-file.js";
import { storesOf } from "../../../platform/stores.js";
import type { Problem } from "../../../vocabulary/problems.js";
import { noteKeys } from "../changed-keys.js";
import { done, type Ending, failed } from "../ending.js";
import type { Session } from "../session.js";
import { columns, style } from "../text.js";

const OTHERS = 0o077;
type Ids = { ok: true; text: string; ids: string[] } | { ok: false; problem: Problem };

/** The new key stands first: it encrypts from now on, and those after it still decrypt. */
export async function newKey(session: Session): Promise<Ending> {
  const read = readEnvironment(session.environment);
  if (!read.ok) return failed(read.problems);
  const file = storesOf(read.environment).payloadKeys;
  const before = await idsIn(file);
  if (!before.ok) return failed([before.problem]);
  const text = `${newPayloadKey()}\n${before.text}`;
  const keys = readPayloadKeys(text);
  if (!keys.ok) {
    const message = `${file} must hold ${keys.mustBe}`;
    return failed([{ code: "file-unreadable", at: file, message, hint: "take out keys that nothing needs any more" }]);
  }
  await replace(file, text);
  const [id = ""] = keys.keys.map((key) => key.id);
  await noteKeys(read.environment, { what: "payload key made", kid: id });
  const { print } = session;
  print.result(`${style.green("made")}: payload key ${id} in ${file}`);
  if (before.ids.length > 0) print.result(`  still decrypt: ${before.ids.join(", ")}`);
  print.result("  set for every worker, façade and command line, the workers first:");
  print.result(`  export AUTOOPS_PAYLOAD_KEY="$(cat ${file})"`);
  print.result("  whoever reads it reads all runs; without it their histories cannot be read: keep a copy of the file");
  return done({ kid: id, file, keys: keys.keys.map((key) => key.id) });
}

export async function showKeys(session: Session): Promise<Ending> {
  const read = readEnvironment(session.environment);
  if (!read.ok) return failed(read.problems);
  const { payloadKeys, payloadRequired } = read.environment;
  const file = storesOf(read.environment).payloadKeys;
  const kept = await idsIn(file);
  if (!kept.ok) return failed([kept.problem]);
  const ids = payloadKeys.map((key) => key.id);
  const { print } = session;
  const rows = [
    ...ids.map((id, index) => [id, index === 0 ? style.green("encrypts") : "decrypts", "AUTOOPS_PAYLOAD_KEY"]),
    ...kept.ids.filter((id) => !ids.includes(id)).map((id) => [id, style.yellow("not in use"), file]),
  ];
  if (rows.length > 0) for (const line of columns([["key id", "", "in"].map(style.dim), ...rows])) print.result(line);
  if (ids.length === 0) print.result("AUTOOPS_PAYLOAD_KEY is not set: what Temporal keeps of runs is plain");
  if (payloadRequired) print.note("workers count nothing that comes in plain (AUTOOPS_PAYLOAD_REQUIRED)");
  return done({ keys: ids, encrypts: ids[0], required: payloadRequired, file, inFile: kept.ids });
}

async function idsIn(file: string): Promise<Ids> {
  if (!(await isThere(file))) return { ok: true, text: "", ids: [] };
  if (process.platform !== "win32" && ((await stat(file)).mode & OTHERS) !== 0) {
    const message = `${file} must be readable by its owner alone`;
    return { ok: false, problem: { code: "file-unsafe", at: file, message, hint: `chmod 600 ${file}` } };
  }
  const text = await readFile(file, "utf8");
  const read = readPayloadKeys(text);
  if (read.ok) return { ok: true, text, ids: read.keys.map((key) => key.id) };
  return { ok: false, problem: { code: "file-unreadable", at: file, message: `${file} must hold ${read.mustBe}` } };
}

async function replace(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const own = `${file}.${process.pid}.new`;
  try {
    await writeFile(own, text, { mode: 0o600, flag: "wx" });
    await rename(own, file);
  } finally {
    await rm(own, { force: true });
  }
}
