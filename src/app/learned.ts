/** Learned playbooks on this machine, put together: those that a person took in, with what they are worth by now. */
import { beyondRun, follows, learnable, type PlaybookDraft, proposePlaybook } from "../activities/memory/propose.js";
import { type Weight, weightOf } from "../activities/memory/weight.js";
import { parsePlaybook } from "../activities/planner/playbooks.js";
import type { Environment } from "../platform/environment.js";
import { hasLearned, keepLearned, type LearnedFile, readLearned } from "../platform/memory/learned.js";
import type { Kept } from "../platform/memory/rows.js";
import type { MemoryStore } from "../platform/memory/store.js";
import { isThere } from "../platform/settings-file.js";
import { loadSigner, loadVerifier, type Verifier } from "../platform/signing.js";
import { storesOf } from "../platform/stores.js";
import type { Config } from "../schema/config.js";
import type { Playbook } from "../schema/playbook.js";
import type { Problem } from "../vocabulary/problems.js";
import type { Result } from "../vocabulary/result.js";
import { memoryOf } from "./memory.js";

export interface Learned {
  playbook: Playbook;
  acceptance: LearnedFile["acceptance"];
  weight: Weight;
}
export interface LearnedPlaybooks {
  all: Learned[];
  /** Those that goals are matched with: not the retired ones. */
  active: Playbook[];
  /** By id, of the active ones. */
  weights: Map<string, number>;
  /** Files that are not used, and why; told, for the others work without them. */
  problems: Problem[];
}

/** Runs of one playbook that are looked at: the newest. */
const RUNS_LOOKED_AT = 20;
const NONE: LearnedPlaybooks = { all: [], active: [], weights: new Map(), problems: [] };

interface Given {
  environment: Environment;
  config: Config;
  /** Ids that are taken. */
  taken: ReadonlySet<string>;
}

/**
 * None where memory is off: what a playbook is worth stands there. Never fails as a whole; what cannot be used is a
 * problem of its own.
 */
export async function learnedPlaybooks({ environment, config, taken }: Given): Promise<LearnedPlaybooks> {
  const { learned: directory } = storesOf(environment);
  const memory = memoryOf({ environment, config });
  if (!memory.isOn || !(await hasLearned(directory))) return NONE;
  const verifier = await verifierOf(environment);
  if (!verifier.ok) return { ...NONE, problems: verifier.problems };
  const read = await readLearned(directory, verifier.value);
  const listed = (await memory.store.exists()) ? await memory.store.list() : { ok: true as const, value: { kept: [] } };
  if (!listed.ok) return { ...NONE, problems: [...read.problems, ...listed.problems] };
  const all: Learned[] = [];
  const problems = [...read.problems];
  for (const file of read.files) {
    const parsed = parsePlaybook(file.text, `${file.id}.yaml`);
    if (!parsed.ok) problems.push(...parsed.problems);
    else if (parsed.value.id !== file.id || taken.has(file.id)) problems.push(otherId(file.id));
    else all.push(await valued(parsed.value, file, listed.value.kept, memory.store));
  }
  const active = all.filter(({ weight }) => !weight.isRetired);
  return {
    all,
    active: active.map(({ playbook }) => playbook),
    weights: new Map(active.map(({ playbook, weight }) => [playbook.id, weight.weight])),
    problems,
  };
}

/** The name of a playbook is anyone's to write into a graph: a run counts only if its graph is that playbook's. */
async function valued(
  playbook: Playbook,
  { acceptance }: LearnedFile,
  kept: readonly Kept[],
  store: MemoryStore,
): Promise<Learned> {
  const { id, version } = playbook;
  const named = kept.filter(({ entry }) => entry.run === acceptance.run || entry.playbook?.id === id);
  const own: Kept[] = [];
  for (const each of named.slice(0, RUNS_LOOKED_AT)) {
    const whole = each.entry.run === acceptance.run ? undefined : await store.get(each.entry.run);
    if (whole === undefined || (whole.ok && follows(whole.value?.graph, playbook))) own.push(each);
  }
  return { playbook, acceptance, weight: weightOf({ id, version, learnedFrom: acceptance.run }, own, Date.now()) };
}

function otherId(id: string): Problem {
  const message = `the learned playbook ${id}.yaml must bear its own id, and none that another playbook has`;
  return { code: "playbook-invalid", at: id, message, hint: `autoops playbooks unlearn ${id}` };
}

async function verifierOf(environment: Environment): Promise<Result<Verifier>> {
  const { approvalKey } = storesOf(environment);
  if (environment.approvalPublicKeys !== undefined) {
    const loaded = await loadVerifier(environment.approvalPublicKeys);
    return loaded.ok ? { ok: true, value: loaded.verifier } : { ok: false, problems: [loaded.problem] };
  }
  // Looking makes no key: without one nothing was signed here.
  if (!(await isThere(approvalKey))) {
    const message = `there are learned playbooks, and no key that their signatures could be held against`;
    return { ok: false, problems: [{ code: "file-not-found", at: approvalKey, message, hint: "accept them again" }] };
  }
  const loaded = await loadSigner(approvalKey);
  return loaded.ok ? { ok: true, value: loaded.signer } : { ok: false, problems: [loaded.problem] };
}

/** Drafts a playbook from a run that is remembered; it is used by nobody until `acceptLearned`. */
export async function proposeFrom(run: string, local: Omit<Given, "taken">): Promise<Result<PlaybookDraft>> {
  const { store } = memoryOf(local);
  const kept = (await store.exists()) ? await store.get(run) : { ok: true as const, value: undefined };
  return kept.ok ? proposePlaybook(run, kept.value, local.config) : kept;
}

/**
 * Takes a playbook in, under the name of who accepts it. Refused where the run was not verified here, or where the
 * playbook would do what the run did not.
 */
export async function acceptLearned(
  { text, name, run, subject }: { text: string; name: string; run: string; subject: string },
  { environment, config, taken }: Given,
): Promise<Result<{ playbook: Playbook; digest: string }>> {
  const { store } = memoryOf({ environment, config });
  const kept = (await store.exists()) ? await store.get(run) : { ok: true as const, value: undefined };
  if (!kept.ok) return kept;
  const unfit = learnable(run, kept.value);
  if (unfit !== undefined) return { ok: false, problems: [unfit] };
  const parsed = parsePlaybook(text, name);
  if (!parsed.ok) return parsed;
  const playbook = parsed.value;
  if (taken.has(playbook.id)) return { ok: false, problems: [otherId(playbook.id)] };
  const beyond = beyondRun(playbook, kept.value?.graph ?? {});
  if (beyond.length > 0) return { ok: false, problems: beyond };
  const stores = storesOf(environment);
  if (environment.approvalPublicKeys !== undefined && !(await isThere(stores.approvalKey))) {
    const message = "this machine has public keys alone and cannot sign";
    const hint = "accept it where people decide, and bring the folder learned along";
    return { ok: false, problems: [{ code: "file-not-found", at: stores.approvalKey, message, hint }] };
  }
  const signer = await loadSigner(stores.approvalKey);
  if (!signer.ok) return { ok: false, problems: [signer.problem] };
  const taking = { id: playbook.id, text, run, subject, time: new Date().toISOString() };
  const acceptance = await keepLearned(stores.learned, taking, signer.signer);
  if (acceptance === undefined) return { ok: false, problems: [otherId(playbook.id)] };
  return { ok: true, value: { playbook, digest: acceptance.digest } };
}
