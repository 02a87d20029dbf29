/** `map.yaml` in the home: read as strictly as the other files, written so that a diff shows what changed. */
import { writeFile } from "node:fs/promises";
import { mapSchema, type StackMap } from "../schema/map.js";
import { toYaml } from "../schema/yaml-text.js";
import type { Refused } from "../vocabulary/result.js";
import type { Environment } from "./environment.js";
import { isThere, readSettings } from "./settings-file.js";
import { storesOf } from "./stores.js";

export type LoadedMap = { ok: true; map?: StackMap; file: string } | Refused;

/** Without a file there is no map. */
export async function loadMap(environment: Environment): Promise<LoadedMap> {
  const file = storesOf(environment).map;
  if (!(await isThere(file))) return { ok: true, file };
  const read = await readSettings<StackMap>(file, { schema: mapSchema, code: "config-invalid", shows: true });
  if (read.ok) return { ok: true, map: read.value, file };
  const hint = `mend that line, or move ${file} away and make it anew: autoops discover`;
  return { ok: false, problems: read.problems.map((problem) => ({ ...problem, hint: problem.hint ?? hint })) };
}

const HEAD = `# What this stack consists of, as \`autoops discover\` found it. Read it, correct it: names under \`also\`, who \`calls\` whom,
# whose \`logs\` are whose. \`autoops discover --check\` says what differs now; \`autoops discover\` writes it anew and keeps
# the calls that say \`from: person\`.
`;

export const mapText = (map: StackMap): string => HEAD + toYaml(map);

export async function saveMap(file: string, map: StackMap): Promise<void> {
  await writeFile(file, mapText(map), { mode: 0o600 });
}
