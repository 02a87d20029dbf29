/** `autoops playbooks propose|accept|learned|unlearn`: playbooks from runs that worked, taken in by a person. */
import { acceptLearned, learnedPlaybooks, proposeFrom } from "../../../app/learned.js";
import { type Local, loadLocal } from "../../../app/local.js";
import { removeLearned } from "../../../platform/memory/learned.js";
import { storesOf } from "../../../platform/stores.js";
import { done, type Ending, failed } from "../ending.js";
import { readText } from "../input.js";
import { noteMemory } from "../memory-audit.js";
import { ownName, type Session } from "../session.js";
import { columns, oneLine, style } from "../text.js";
import { yamlFile } from "../yaml-file.js";

export async function propose(session: Session, [run = ""]: readonly string[]): Promise<Ending> {
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const drafted = await proposeFrom(run, local);
  if (!drafted.ok) return failed(drafted.problems);
  const playbook = drafted.value;
  session.print.raw(yamlFile("playbook", playbook));
  session.print.note("a draft: read it and mend it; it is used only once you have accepted it:");
  session.print.note(`  autoops playbooks propose ${run} > playbook.yaml`);
  session.print.note(`  autoops playbooks accept playbook.yaml --run ${run}`);
  return done({ run, playbook });
}

/** Ids of the playbooks that were not learned. */
const takenIn = ({ playbooks, learned }: Local): Set<string> => {
  const own = new Set(learned.active.map(({ id }) => id));
  return new Set(playbooks.map(({ id }) => id).filter((id) => !own.has(id)));
};

export async function accept(
  session: Session,
  [file = "-"]: readonly string[],
  { run }: { run: string },
): Promise<Ending> {
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const read = await readText(session, file);
  if (!read.ok) return failed(read.problems);
  const { environment, config } = local;
  const taking = { text: read.text, name: read.name, run, subject: ownName() };
  const taken = await acceptLearned(taking, { environment, config, taken: takenIn(local) });
  if (!taken.ok) return failed(taken.problems);
  const { playbook, digest } = taken.value;
  const { id, version } = playbook;
  await noteMemory(session, environment, { what: "accepted", playbook: id, version, run, digest }, "playbook-accepted");
  session.print.result(
    `${style.bold(id)} ${version} is taken in, signed by ${taking.subject}; workers read it when they start`,
  );
  if (config.memory?.enabled !== true)
    session.print.note("memory is off: learned playbooks are used only while it is on");
  return done({ playbook: id, version, run, digest });
}

export async function learned(session: Session): Promise<Ending> {
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const { environment, config } = local;
  const found = await learnedPlaybooks({ environment, config, taken: takenIn(local) });
  if (config.memory?.enabled !== true)
    session.print.note("memory is off: learned playbooks are used only while it is on");
  const rows = found.all.map(({ playbook, acceptance, weight }) => [
    style.bold(playbook.id),
    playbook.version,
    weight.isRetired ? style.red("retired") : `weight ${weight.weight}`,
    `${weight.verified} verified, ${weight.failed} failed`,
    `accepted by ${oneLine(acceptance.subject, 30)} from ${acceptance.run}`,
  ]);
  for (const line of columns(rows)) session.print.result(line);
  const document = {
    playbooks: found.all.map(({ playbook: { id, version }, acceptance, weight }) => ({
      id,
      version,
      ...weight,
      ...acceptance,
    })),
  };
  return found.problems.length > 0 ? failed(found.problems, document) : done(document);
}

export async function unlearn(session: Session, [id = ""]: readonly string[]): Promise<Ending> {
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const { environment } = local;
  if (!(await removeLearned(storesOf(environment).learned, id))) {
    const message = `there is no learned playbook ${oneLine(id, 60)}`;
    return failed([{ code: "not-found", at: id, message, hint: "autoops playbooks learned" }]);
  }
  await noteMemory(session, environment, { what: "taken away", playbook: id }, "playbook-accepted");
  session.print.result(`${id} is not used any more`);
  return done({ playbook: id });
}
