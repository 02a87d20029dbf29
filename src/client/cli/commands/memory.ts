/** `autoops memory list|show|search|forget|export|import|verify|prefer|install`: what this machine remembers of runs. */
import { loadMemory, type Memory } from "../../../app/memory.js";
import type { Environment } from "../../../platform/environment.js";
import type { SetAside } from "../../../platform/memory/rows.js";
import { isPreference, PREFERENCES, type PreferenceKey } from "../../../schema/memory.js";
import type { Problem } from "../../../vocabulary/problems.js";
import { done, type Ending, failed } from "../ending.js";
import { noteMemory } from "../memory-audit.js";
import { entryTable, entryText } from "../memory-text.js";
import type { Session } from "../session.js";
import { style } from "../text.js";

type Work = (memory: Memory, environment: Environment) => Promise<Ending>;

/** Opens what there is; reading makes no memory, and says where it would be. */
async function withMemory(
  session: Session,
  work: Work,
  options: { makes?: boolean; empty?: object } = {},
): Promise<Ending> {
  const loaded = await loadMemory(session.environment);
  if (!loaded.ok) return failed(loaded.problems);
  const { memory, environment } = loaded;
  if (options.makes !== true && !(await memory.store.exists())) {
    sayOff(session, memory);
    session.print.note(`there is no memory in ${memory.store.file} yet`);
    return done({ enabled: memory.isOn, ...options.empty });
  }
  return work(memory, environment);
}

function sayOff({ print }: Session, { isOn }: Memory): void {
  if (isOn) return;
  print.note("memory is off: runs are not remembered; to turn it on: autoops memory install, and in config.yaml");
  print.note("  memory: { enabled: true }");
}

/** Entries that were not used are told beside the result, and the command fails. */
function ended(session: Session, document: object, setAside: readonly SetAside[]): Ending {
  if (setAside.length === 0) return done(document);
  session.print.note(`${setAside.length} entries are not as they were written and were not used`);
  return failed(
    setAside.map(({ problem }) => problem),
    document,
  );
}

export function list(session: Session, _: readonly string[], { limit }: { limit: number }): Promise<Ending> {
  return withMemory(
    session,
    async (memory) => {
      const answer = await memory.store.list(limit);
      if (!answer.ok) return failed(answer.problems);
      sayOff(session, memory);
      const { kept, setAside } = answer.value;
      for (const line of entryTable(kept)) session.print.result(line);
      if (kept.length === 0) session.print.note("no run is remembered yet");
      return ended(session, { enabled: memory.isOn, entries: kept }, setAside);
    },
    { empty: { entries: [] } },
  );
}

export function search(
  session: Session,
  [text = ""]: readonly string[],
  { limit, any }: { limit: number; any?: boolean },
): Promise<Ending> {
  return withMemory(
    session,
    async ({ store }) => {
      const whole = await store.search(text, limit, any === true);
      if (!whole.ok) return failed(whole.problems);
      // Where no run has every word, those that have some are better than none; the best come first.
      const isLoose = any !== true && whole.value.kept.length === 0;
      const answer = isLoose ? await store.search(text, limit, true) : whole;
      if (!answer.ok) return failed(answer.problems);
      const { kept, setAside } = answer.value;
      for (const line of entryTable(kept)) session.print.result(line);
      if (kept.length === 0) session.print.note("nothing was found");
      else if (isLoose) session.print.note("no run has every word; these have some");
      return ended(session, { entries: kept, matched: isLoose || any === true ? "some" : "every" }, setAside);
    },
    { empty: { entries: [] } },
  );
}

export function show(session: Session, [run = ""]: readonly string[]): Promise<Ending> {
  return withMemory(
    session,
    async ({ store }) => {
      const answer = await store.get(run);
      if (!answer.ok) return failed(answer.problems);
      if (answer.value === undefined) return failed([unknown(run)]);
      for (const line of entryText(answer.value)) session.print.result(line);
      return done({ ...answer.value });
    },
    { makes: true },
  );
}

const unknown = (run: string): Problem => ({
  code: "run-not-found",
  at: run,
  message: `nothing is remembered of the run ${run}`,
  hint: "autoops memory list",
});

export async function forget(session: Session, [run]: readonly string[], { all }: { all?: boolean }): Promise<Ending> {
  if ((run === undefined) === (all !== true)) {
    const message = "forget takes a run or --all";
    return failed([{ code: "usage", at: "forget", message, hint: "autoops memory forget RUN" }]);
  }
  return withMemory(session, async ({ store }, environment) => {
    const answer = await (run === undefined ? store.forgetAll() : store.forget(run));
    if (!answer.ok) return failed(answer.problems);
    const { forgotten } = answer.value;
    if (forgotten === 0 && run !== undefined) return failed([unknown(run)]);
    await noteMemory(session, environment, {
      what: "forgotten",
      count: forgotten,
      run,
    });
    session.print.result(`forgotten: ${run ?? `${forgotten} runs`}`);
    return done({ forgotten });
  });
}

export function verify(
  session: Session,
  _: readonly string[],
  { accept, atLeast }: { accept?: boolean; atLeast?: number },
): Promise<Ending> {
  return withMemory(session, async ({ store }, environment) => {
    const answer = await (accept === true ? store.accept() : store.verify());
    if (!answer.ok) return failed(answer.problems);
    const { generation, entries, setAside } = answer.value;
    if (accept === true) await noteMemory(session, environment, { what: "accepted as it is", generation });
    const document = { file: store.file, generation, entries, setAside };
    if (atLeast !== undefined && generation < atLeast) {
      const message = `${store.file} is of change ${generation}, and must be of ${atLeast} at least: an older memory was put back`;
      return failed(
        [{ code: "memory-rolled-back", at: store.file, message, hint: "put back the newest copy" }],
        document,
      );
    }
    if (setAside.length > 0) return ended(session, document, setAside);
    session.print.result(`${style.green("unbroken")}: ${entries} runs in ${store.file}, change ${generation}`);
    session.print.result(`  note the number elsewhere, and later: autoops memory verify --at-least ${generation}`);
    return done(document);
  });
}

export async function prefer(
  session: Session,
  [key, value]: readonly string[],
  { unset }: { unset?: boolean },
): Promise<Ending> {
  const { print } = session;
  if (key === undefined) return preferences(session);
  if (!isPreference(key)) return failed([unknownKey(key)]);
  if ((value === undefined) === (unset !== true)) {
    const message = `${key} takes a value or --unset`;
    return failed([{ code: "usage", at: key, message, hint: `${key}: ${PREFERENCES[key].says}` }]);
  }
  return withMemory(
    session,
    async (memory) => {
      const answer = await memory.store.prefer(key, value);
      if (!answer.ok) return failed(answer.problems);
      if (!memory.isOn) print.note("memory is off: preferences are used only while it is on");
      print.result(value === undefined ? `${key} is not set any more` : `${key}: ${value}`);
      return done({ preferences: answer.value });
    },
    { makes: true },
  );
}

function preferences(session: Session): Promise<Ending> {
  return withMemory(
    session,
    async ({ store }) => {
      const answer = await store.preferences();
      if (!answer.ok) return failed(answer.problems);
      for (const key of Object.keys(PREFERENCES) as PreferenceKey[]) {
        session.print.result(
          `${style.bold(key)}  ${answer.value[key] ?? "not set"}  ${style.dim(PREFERENCES[key].says)}`,
        );
      }
      return done({ preferences: answer.value });
    },
    { empty: { preferences: {} } },
  );
}

function unknownKey(key: string): Problem {
  const keys = Object.keys(PREFERENCES).join(", ");
  return {
    code: "unknown-key",
    at: key.slice(0, 60),
    message: `there is no preference ${JSON.stringify(key.slice(0, 60))}`,
    hint: keys,
  };
}
