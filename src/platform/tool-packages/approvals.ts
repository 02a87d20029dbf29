/** Which contents of tool packages a person approved on this machine: one file that nobody else may write. */
import { randomUUID } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parseDocumentText } from "../../schema/document.js";
import { parseWith } from "../../schema/problems.js";
import { approvalsSchema, type PackageApproval } from "../../schema/tool-packages.js";
import { DOCUMENT_MAX_BYTES } from "../../vocabulary/limits.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { Refused } from "../../vocabulary/result.js";
import { readTrustedFile } from "../trusted-file.js";

export type Approvals = { ok: true; packages: PackageApproval[] } | Refused;

/** None where there is no file. One that others could have written, or that cannot be read, approves nothing. */
export async function readApprovals(file: string): Promise<Approvals> {
  const read = await readTrustedFile(file, DOCUMENT_MAX_BYTES);
  if (!read.ok) {
    return read.problem.code === "file-not-found"
      ? { ok: true, packages: [] }
      : { ok: false, problems: [read.problem] };
  }
  const parsed = parseDocumentText(read.text, file);
  if (!parsed.ok) return { ok: false, problems: parsed.problems.map((problem) => unusable(file, problem.message)) };
  const checked = parseWith(approvalsSchema, parsed.value);
  if (checked.ok) return { ok: true, packages: checked.value.packages };
  return { ok: false, problems: checked.problems.map(({ message }) => unusable(file, message)) };
}

/** Adds an approval, in place of the one of that name: an earlier content must not come back unnoticed. */
export async function addApproval(file: string, approval: PackageApproval): Promise<Approvals> {
  const before = await readApprovals(file);
  if (!before.ok) return before;
  const packages = [
    ...before.packages.filter(({ name, digest }) => name !== approval.name && digest !== approval.digest),
    approval,
  ];
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const own = `${file}.${randomUUID()}`;
  await writeFile(own, `${JSON.stringify({ version: "1.0", packages }, undefined, 2)}\n`, { mode: 0o600, flag: "wx" });
  await rename(own, file);
  return { ok: true, packages };
}

function unusable(file: string, message: string): Problem {
  const hint = "approve the packages again: autoops tools approve";
  return { code: "tool-package-invalid", at: file, message: `${file}: ${message}`, hint };
}
