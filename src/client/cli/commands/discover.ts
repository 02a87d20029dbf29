/** `autoops discover`: writes the map of the stack from the declared sources; with `--check` it only says what differs now. */
import { dirname } from "node:path";
import { type Local, loadLocal } from "../../../app/local.js";
import { discoverStack } from "../../../app/stack.js";
import { mapDiff } from "../../../core/investigation/map-diff.js";
import { thinIn } from "../../../core/investigation/thin-map.js";
import { makeFolder } from "../../../platform/folders.js";
import { mapText, saveMap } from "../../../platform/map-file.js";
import { storesOf } from "../../../platform/stores.js";
import type { StackMap } from "../../../schema/map.js";
import { done, type Ending, failed } from "../ending.js";
import { declareSources, type SourceOptions } from "../own-stack.js";
import type { Session } from "../session.js";
import { columns, style } from "../text.js";

interface Options extends SourceOptions {
  check?: boolean;
  print?: boolean;
}

export async function discover(session: Session, _: readonly string[], options: Options): Promise<Ending> {
  const declared = await declareSources(session, options);
  if (declared !== undefined) return failed(declared);
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const nothing = undeclared(local);
  if (nothing !== undefined) return failed([nothing]);
  const { map, notes } = await discoverStack(local, session.interrupt);
  const thin = thinIn(map);
  if (thin !== undefined) notes.push(thin);
  for (const note of notes) session.print.note(`${style.yellow("note")} ${note}`);
  const file = storesOf(local.environment).map;
  const changes = local.map === undefined ? undefined : mapDiff(local.map, map);
  if (options.print) {
    session.print.raw(mapText(map));
    return done({ map, notes, changes: changes ?? [] });
  }
  if (options.check) return checked(session, changes, map);
  await makeFolder(dirname(file));
  await saveMap(file, map);
  sayMap(session, map);
  if (changes !== undefined) for (const line of changes) session.print.result(`  ${line}`);
  session.print.result(`written: ${file}`);
  session.print.say('  next: read it and correct who calls whom, then: autoops investigate "what is wrong"');
  return done({ file, map, notes, changes: changes ?? [] });
}

function undeclared({ config }: Local) {
  if (Object.keys(config.sources).length + Object.keys(config.clusters ?? {}).length > 0) return undefined;
  return {
    code: "source-not-configured" as const,
    at: "sources",
    message: "config.yaml declares no source to learn a stack from",
    hint: "let one be written: autoops init; or name it: autoops discover --prometheus http://127.0.0.1:9090 --logs /var/log",
  };
}

function checked({ print }: Session, changes: string[] | undefined, map: StackMap): Ending {
  if (changes === undefined) {
    const message = "there is no map yet to check";
    return failed([{ code: "file-not-found", at: "map.yaml", message, hint: "write one: autoops discover" }]);
  }
  for (const line of changes) print.result(line);
  if (changes.length === 0) {
    print.result("the map is what the stack shows");
    return done({ changes, services: Object.keys(map.services).length });
  }
  const message = `the stack differs from the map in ${changes.length} places`;
  const hint = "write it anew: autoops discover";
  return failed([{ code: "config-invalid", at: "map.yaml", message, hint }], { changes });
}

function sayMap({ print }: Session, map: StackMap): void {
  const rows = Object.entries(map.services).map(([name, { kinds, instances, calls, logs, signals }]) => [
    style.bold(name),
    kinds[0] ?? style.dim("unknown kind"),
    `${instances.length || "no"} instance${instances.length === 1 ? "" : "s"}`,
    Object.keys(signals).join(" "),
    calls.length === 0 ? "" : `→ ${calls.map(({ to }) => to).join(", ")}`,
    logs.length === 0 ? "" : `log: ${logs.join(", ")}`,
  ]);
  for (const line of columns(rows)) print.result(line);
}
