/** A person's own playbooks: each is checked alone, a bad one is told by name and never used, none hides another. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Playbook } from "../../schema/playbook.js";
import type { Problem } from "../../vocabulary/problems.js";
import { trialProblems } from "./playbook-trial.js";
import { PLAYBOOKS_MAX, readPlaybook } from "./playbooks.js";

export interface OwnPlaybooks {
  playbooks: Playbook[];
  /** Why files are not used. */
  problems: Problem[];
}

/** Those of a directory that need not exist. `taken` are the ids that no own playbook may have. */
export async function loadOwnPlaybooks(directory: string, taken: ReadonlySet<string>): Promise<OwnPlaybooks> {
  const names = await namesIn(directory);
  const own: OwnPlaybooks = { playbooks: [], problems: [] };
  if (names.length > PLAYBOOKS_MAX) {
    const message = `${directory} must hold at most ${PLAYBOOKS_MAX} playbooks, it holds ${names.length}; none is used`;
    own.problems.push({ code: "playbook-invalid", at: directory, message });
    return own;
  }
  const ids = new Set(taken);
  for (const name of names) {
    const path = join(directory, name);
    const read = await readPlaybook(path, path);
    const problems = read.ok ? ownProblems(read.value, path, ids) : read.problems;
    if (read.ok && problems.length === 0) {
      own.playbooks.push(read.value);
      ids.add(read.value.id);
    } else own.problems.push(...problems.map((problem) => notUsed(problem, path)));
  }
  return own;
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => /\.ya?ml$/.test(name)).sort();
  } catch {
    return [];
  }
}

function ownProblems(playbook: Playbook, path: string, ids: ReadonlySet<string>): Problem[] {
  if (!ids.has(playbook.id)) return trialProblems(playbook);
  const message = `the id ${playbook.id} is that of another playbook`;
  return [{ code: "playbook-invalid", at: path, message, hint: "give it an id of its own" }];
}

function notUsed(problem: Problem, path: string): Problem {
  return { ...problem, message: `the playbook ${path} is not used: ${problem.message}` };
}
