/** Loads playbooks from a directory, strictly: one broken playbook is a problem, and nothing is planned with the rest. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { builtDocument } from "../../platform/built-documents.js";
import { readTrustedFile } from "../../platform/trusted-file.js";
import { parseDocumentText } from "../../schema/document.js";
import { type Playbook, playbookSchema } from "../../schema/playbook.js";
import { parseWith } from "../../schema/problems.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { Result } from "../../vocabulary/result.js";
import { playbookFaults } from "./playbook-faults.js";

const PLAYBOOK_MAX_BYTES = 200_000;
export const PLAYBOOKS_MAX = 200;

/** All playbooks of a directory (`*.yaml`), by id. */
export async function loadPlaybooks(directory: string): Promise<Result<Playbook[]>> {
  let names: string[];
  try {
    names = (await readdir(directory)).filter((name) => name.endsWith(".yaml")).sort();
  } catch {
    const message = `the playbooks' directory ${directory} cannot be read`;
    return { ok: false, problems: [{ code: "file-not-found", at: directory, message }] };
  }
  if (names.length > PLAYBOOKS_MAX) {
    const message = `${directory} must hold at most ${PLAYBOOKS_MAX} playbooks, it holds ${names.length}`;
    return { ok: false, problems: [{ code: "playbook-invalid", at: directory, message }] };
  }
  const playbooks: Playbook[] = [];
  const problems: Problem[] = [];
  for (const name of names) {
    const parsed = await readPlaybook(join(directory, name), name);
    if (!parsed.ok) problems.push(...parsed.problems);
    else if (playbooks.some(({ id }) => id === parsed.value.id)) {
      problems.push({ code: "playbook-invalid", at: name, message: `two playbooks have the id ${parsed.value.id}` });
    } else playbooks.push(parsed.value);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: playbooks };
}

/** Reads a playbook that nobody but its owner could have written. */
export async function readPlaybook(path: string, name: string): Promise<Result<Playbook>> {
  const file = await readTrustedFile(path, PLAYBOOK_MAX_BYTES);
  return file.ok ? parsePlaybook(file.text, name) : { ok: false, problems: [file.problem] };
}

/** `name` (a file) stands in front of every path. */
export function parsePlaybook(text: string, name: string): Result<Playbook> {
  const built = builtDocument(text);
  // The build has checked it as below.
  if (built !== undefined) return { ok: true, value: built as unknown as Playbook };
  const document = parseDocumentText(text, name, { exact: true });
  if (!document.ok) return document;
  const parsed = parseWith(playbookSchema, document.value, { at: name });
  if (!parsed.ok) {
    return {
      ok: false,
      problems: parsed.problems.map((problem) => ({ ...problem, code: "playbook-invalid" as const })),
    };
  }
  const problems = playbookFaults(parsed.value, name);
  return problems.length > 0 ? { ok: false, problems } : parsed;
}
