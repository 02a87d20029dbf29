/** `autoops sources check [NAME]`: which declared sources, trackers and channels answer, and what is wrong with the others. */
import { checkSources } from "../../../app/source-checks.js";
import { done, type Ending, failed } from "../ending.js";
import type { Session } from "../session.js";
import { columns, oneLine, style } from "../text.js";

export async function checkDeclared(session: Session, [name]: readonly string[]): Promise<Ending> {
  const checked = await checkSources(session.environment, name, session.interrupt);
  if (!checked.ok) return failed(checked.problems);
  const { print } = session;
  if (checked.sources.length === 0) print.result("config.yaml declares nothing that can be asked");
  const rows = checked.sources.map(({ name: own, kind, verdict }) => [
    verdict.ok ? style.green("fine") : style.red(verdict.problem.code),
    style.bold(own),
    kind,
    verdict.ok ? oneLine(verdict.says, 120) : "",
  ]);
  for (const line of columns(rows)) print.result(line);
  const sources = checked.sources.map(({ name: own, verdict, ...rest }) => ({ name: own, ...rest, ...verdict }));
  const problems = checked.sources.flatMap(({ verdict }) => (verdict.ok ? [] : [verdict.problem]));
  return problems.length === 0 ? done({ sources }) : failed(problems, { sources });
}
