/** `autoops doctor`: for each part whether it works, what is missing for a good answer, and the command that mends it. */
import { alertmanagerOf, findLocally } from "../../../app/find-stack.js";
import { type Local, loadLocal } from "../../../app/local.js";
import { checkSources } from "../../../app/source-checks.js";
import { discoverStack } from "../../../app/stack.js";
import { mapDiff } from "../../../core/investigation/map-diff.js";
import { LEARN_ANEW, thinIn } from "../../../core/investigation/thin-map.js";
import type { StackMap } from "../../../schema/map.js";
import { openRuns } from "../backend.js";
import { done, type Ending, failed } from "../ending.js";
import type { Session } from "../session.js";
import { columns, oneLine, style } from "../text.js";

interface Part {
  part: string;
  state: "fine" | "missing" | "broken";
  says: string;
  /** The command that mends it. */
  mend?: string;
}

const SHOWN_MAX = 5;

export async function doctor(session: Session): Promise<Ending> {
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const parts = [
    ...(await sourceParts(session)),
    ...(await undeclaredParts(local)),
    ...(await mapParts(local, session)),
    ...(await temporalParts(session)),
  ];
  const { print } = session;
  const colour = { fine: style.green, missing: style.yellow, broken: style.red };
  for (const line of columns(
    parts.map(({ part, state, says }) => [colour[state](state), style.bold(part), oneLine(says, 160)]),
  )) {
    print.result(line);
  }
  const mends = [...new Set(parts.flatMap(({ mend }) => mend ?? []))];
  if (mends.length > 0) print.result("");
  for (const mend of mends) print.result(`  mend it: ${mend}`);
  const broken = parts.filter(({ state }) => state === "broken");
  if (broken.length === 0) return done({ parts });
  const problems = broken.map(({ part, says, mend }) => ({
    code: "config-invalid" as const,
    at: part,
    message: says,
    hint: mend,
  }));
  return { ...failed(problems, { parts }), problems: undefined };
}

async function sourceParts(session: Session): Promise<Part[]> {
  const checked = await checkSources(session.environment, undefined, session.interrupt);
  if (!checked.ok) return checked.problems.map(({ at, message }) => ({ part: at, state: "broken", says: message }));
  if (checked.sources.length === 0) {
    return [{ part: "sources", state: "broken", says: "config.yaml declares no source", mend: "autoops init" }];
  }
  const parts = checked.sources.map(({ name, verdict }): Part => {
    if (verdict.ok) return { part: name, state: "fine", says: verdict.says };
    const { code, message, hint } = verdict.problem;
    // A log that nobody wrote to lately may be right as it is: an error log should be empty.
    const state = code === "source-empty" ? "missing" : "broken";
    return { part: name, state, says: message, mend: hint ?? `autoops sources check ${name}` };
  });
  const hasMetrics = checked.sources.some(({ kind }) => kind === "prometheus");
  const lack = "no Prometheus source is declared: alerts, health and series cannot be looked at";
  return hasMetrics
    ? parts
    : [
        ...parts,
        {
          part: "metrics",
          state: "missing",
          says: lack,
          mend: "declare a source of kind prometheus in config.yaml, then: autoops discover",
        },
      ];
}

/** What is on this machine or in its environment and nobody declared. */
async function undeclaredParts(local: Local): Promise<Part[]> {
  const { config } = local;
  if (Object.keys(config.sources).length === 0) return [];
  const found = await findLocally(local, process.cwd());
  const kinds = new Set(Object.values(config.sources).map(({ kind }) => kind));
  const servers = Object.values(config.sources).flatMap((source) => (source.kind === "prometheus" ? [source] : []));
  const isManaged = servers.some((source) => source.alertmanager);
  const alertmanager = isManaged ? undefined : await alertmanagerOf(local, servers[0]?.url);
  const add = (what: string) => `add ${what} to config.yaml, then: autoops discover`;
  const lacks: Array<[boolean, string, string, string]> = [
    [
      alertmanager !== undefined && servers.length > 0,
      "alertmanager",
      `${alertmanager} answers and no source names it: which alerts are silenced is not known`,
      add(`alertmanager: ${alertmanager} (beside the url of the source of kind prometheus)`),
    ],
    [
      found.jaeger !== undefined && !kinds.has("jaeger"),
      "traces",
      `${found.jaeger} answers and is not declared: where errors begin cannot be read`,
      add(`sources.jaeger: { kind: jaeger, url: ${found.jaeger} }`),
    ],
    [
      found.loki !== undefined && !kinds.has("loki"),
      "loki",
      `${found.loki} answers and is not declared: its logs are not read`,
      add(`sources.loki: { kind: loki, url: ${found.loki}, selector: '{service_name=~".+"}' }`),
    ],
    [
      found.cluster !== undefined && Object.keys(config.clusters ?? {}).length === 0,
      "kubernetes",
      `${found.cluster?.kubeconfig} leads to a cluster that is not declared: its state is not read`,
      add(
        `clusters.${found.cluster?.name}: { server: ${found.cluster?.server}, kubeconfig: ${found.cluster?.kubeconfig} }`,
      ),
    ],
  ];
  return lacks.flatMap(([isSo, part, says, mend]): Part[] => (isSo ? [{ part, state: "missing", says, mend }] : []));
}

async function mapParts(local: Local, session: Session): Promise<Part[]> {
  if (Object.keys(local.config.sources).length === 0) return [];
  const { map } = local;
  if (map === undefined) {
    return [{ part: "map", state: "missing", says: "nobody has learned this stack", mend: "autoops discover" }];
  }
  const { map: now } = await discoverStack(local, session.interrupt);
  const changes = mapDiff(map, now);
  const state: Part =
    changes.length === 0
      ? { part: "map", state: "fine", says: `${Object.keys(map.services).length} services, as the stack shows them` }
      : {
          part: "map",
          state: "missing",
          says: `the stack differs in ${changes.length} places: ${changes.slice(0, 2).join("; ")}`,
          mend: "autoops discover",
        };
  const thin = thinIn(map);
  const unread: Part[] = thin === undefined ? [] : [{ part: "map", state: "missing", says: thin, mend: LEARN_ANEW }];
  return [state, ...unread, ...gaps(map)];
}

/** What the map does not know and a good answer needs. */
function gaps(map: StackMap): Part[] {
  const services = Object.entries(map.services);
  const listed = (names: readonly string[]) =>
    `${names.slice(0, SHOWN_MAX).join(", ")}${names.length > SHOWN_MAX ? ` and ${names.length - SHOWN_MAX} more` : ""}`;
  const apps = services.filter(([, { kinds }]) => kinds.includes("service"));
  const without = (test: (service: StackMap["services"][string]) => boolean) =>
    apps.filter(([, one]) => test(one)).map(([name]) => name);
  const lacks: Array<[string[], string, string, string]> = [
    [
      without(({ logs }) => logs.length === 0),
      "logs",
      "no log is declared for",
      "declare them under sources in config.yaml, then: autoops discover",
    ],
    [
      without(({ calls }) => calls.length === 0),
      "dependencies",
      "nothing says whom they call:",
      "write dependencies into config.yaml, then: autoops discover",
    ],
    [
      without(({ signals }) => signals.errors === undefined),
      "signals",
      "no count of failures was found for",
      "count failures in their metrics, with a label such as code or status",
    ],
  ];
  const guessed = services.filter(([, { calls }]) => calls.some(({ from }) => from === "names")).map(([name]) => name);
  const parts = lacks.flatMap(([names, part, says, mend]): Part[] =>
    names.length === 0 ? [] : [{ part, state: "missing", says: `${says} ${listed(names)}`, mend }],
  );
  if (guessed.length === 0) return parts;
  return [
    ...parts,
    {
      part: "dependencies",
      state: "missing",
      says: `whom they call was guessed by names: ${listed(guessed)}`,
      mend: "write dependencies into config.yaml, then: autoops discover",
    },
  ];
}

async function temporalParts(session: Session): Promise<Part[]> {
  const opened = await openRuns(session.environment);
  if (!opened.ok) {
    const says = "no Temporal server answers; autoops investigate brings up its own for as long as it takes";
    return [{ part: "temporal", state: "missing", says, mend: "autoops up" }];
  }
  try {
    const seen = await opened.runs.hasWorker();
    const polls = seen.ok && seen.value;
    return [
      { part: "temporal", state: "fine", says: `answers on ${opened.address}` },
      polls
        ? { part: "worker", state: "fine", says: "polls for runs" }
        : { part: "worker", state: "missing", says: "no worker polls for runs", mend: "autoops worker" },
    ];
  } finally {
    await opened.close();
  }
}
