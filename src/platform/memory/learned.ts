/**
 * Learned playbooks that a person took in: a file each, and beside it who took it in, signed. One whose signature does not
 * hold is set aside by name; the others are used.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { z } from "zod";
import { RUN_ID_PATTERN } from "../../schema/memory.js";
import { APPROVER_MAX_CHARS, DOCUMENT_MAX_BYTES } from "../../vocabulary/limits.js";
import type { Problem } from "../../vocabulary/problems.js";
import { safeJoin } from "../files.js";
import type { Acceptance, Signer, Verifier } from "../signing.js";
import { readTrustedFile } from "../trusted-file.js";

const ID = /^[a-z][a-z0-9-]{0,46}$/;

const acceptanceSchema = z.strictObject({
  v: z.literal(1),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  run: z.string().regex(RUN_ID_PATTERN),
  subject: z.string().min(1).max(APPROVER_MAX_CHARS),
  time: z.iso.datetime({ precision: 3 }),
  token: z.string().max(4_000),
});

export interface LearnedFile {
  id: string;
  /** As it was taken in, byte for byte. */
  text: string;
  acceptance: Acceptance;
}
export interface LearnedFiles {
  files: LearnedFile[];
  problems: Problem[];
}

/** Undefined for what is no id: such a name becomes no path. */
function pathsOf(directory: string, id: string): { text: string; acceptance: string } | undefined {
  if (!ID.test(id)) return undefined;
  const [text, acceptance] = ["yaml", "json"].map((ending) => safeJoin(directory, `${id}.${ending}`));
  return text?.ok && acceptance?.ok ? { text: text.path, acceptance: acceptance.path } : undefined;
}

const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

interface Taking {
  id: string;
  text: string;
  run: string;
  subject: string;
  time: string;
}

/** Keeps the playbook and its signed acceptance, in place of an earlier one of that id. */
export async function keepLearned(
  directory: string,
  { id, text, run, subject, time }: Taking,
  signer: Pick<Signer, "accept">,
): Promise<Acceptance | undefined> {
  const paths = pathsOf(directory, id);
  if (paths === undefined) return undefined;
  const acceptance: Acceptance = { digest: sha256(text), run, subject, time };
  const token = await signer.accept(acceptance);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // Between the two the signature does not fit, and the playbook is not used.
  await write(paths.acceptance, JSON.stringify({ v: 1, ...acceptance, token }));
  await write(paths.text, text);
  return acceptance;
}

async function write(path: string, text: string): Promise<void> {
  const own = `${path}.${randomUUID()}`;
  await writeFile(own, text, { mode: 0o600, flag: "wx" });
  await rename(own, path);
}

/** Whether there was one. */
export async function removeLearned(directory: string, id: string): Promise<boolean> {
  const paths = pathsOf(directory, id);
  const names = await namesIn(directory);
  if (paths === undefined || !names.includes(`${id}.yaml`)) return false;
  await rm(paths.text, { force: true });
  await rm(paths.acceptance, { force: true });
  return true;
}

async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
}

/** Whether anything was learned: without it no key is needed. */
export async function hasLearned(directory: string): Promise<boolean> {
  return (await namesIn(directory)).some((name) => name.endsWith(".yaml"));
}

/** The playbooks whose signatures hold, and what is wrong with the others. */
export async function readLearned(directory: string, verifier: Pick<Verifier, "isAccepted">): Promise<LearnedFiles> {
  const read: LearnedFiles = { files: [], problems: [] };
  const names = (await namesIn(directory)).filter((name) => name.endsWith(".yaml")).sort();
  for (const name of names) {
    const id = name.slice(0, -".yaml".length);
    const paths = pathsOf(directory, id);
    const found = paths === undefined ? "its name is no playbook's id" : await readOne(id, paths, verifier);
    if (typeof found !== "string") read.files.push(found);
    else read.problems.push(aside(name, found));
  }
  return read;
}

async function readOne(
  id: string,
  paths: { text: string; acceptance: string },
  verifier: Pick<Verifier, "isAccepted">,
): Promise<LearnedFile | string> {
  const [text, signed] = [
    await readTrustedFile(paths.text, DOCUMENT_MAX_BYTES),
    await readTrustedFile(paths.acceptance, 10_000),
  ];
  if (!text.ok) return text.problem.message;
  if (!signed.ok) return `nobody has accepted it: ${signed.problem.message}`;
  try {
    const { token, v: _, ...acceptance } = acceptanceSchema.parse(JSON.parse(signed.text));
    if (acceptance.digest !== sha256(text.text)) return "it is not what was accepted";
    if (!(await verifier.isAccepted(token, acceptance))) return "the signature of its acceptance does not hold";
    return { id, text: text.text, acceptance };
  } catch {
    return "its acceptance cannot be read";
  }
}

function aside(name: string, reason: string): Problem {
  const message = `the learned playbook ${name} is not used: ${reason}`;
  return { code: "playbook-invalid", at: name, message, hint: "accept it again: autoops playbooks accept" };
}
