/** Writes a world into a folder as people record clusters: lists as JSON or YAML, by kind or by namespace, events as a table, logs beside. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { type Item, NOW, type World } from "../cluster-world.js";

type Write = (name: string, text: string) => Promise<void>;

const kindIn = (kind: string, item: Item): string => (kind === "Custom" ? item.kind : kind);
const groups = (world: World): Array<[string, Item[]]> => {
  const found = new Map<string, Item[]>();
  for (const [kind, items] of Object.entries(world.items))
    for (const item of items) {
      const own = kindIn(kind, item);
      found.set(own, [...(found.get(own) ?? []), { apiVersion: "v1", ...item, kind: own }]);
    }
  return [...found];
};
const age = (time: string): string => {
  const seconds = Math.round((NOW - Date.parse(time)) / 1_000);
  return seconds < 120 ? `${seconds}s` : `${Math.round(seconds / 60)}m`;
};
/** In columns, as kubectl pads them. */
function table(events: Item[]): string {
  const rows = [
    ["NAMESPACE", "LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"],
    ...events.map(({ metadata, involvedObject: of, reason, message, type, lastTimestamp }) => [
      metadata.namespace,
      age(lastTimestamp),
      type,
      reason,
      `${of.kind.toLowerCase()}/${of.name}`,
      message,
    ]),
  ];
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at].length))) ?? [];
  return rows
    .map((row) =>
      row
        .map((text, at) => text.padEnd(widths[at] ?? 0))
        .join("   ")
        .trimEnd(),
    )
    .join("\n");
}

const FORMS: ReadonlyArray<(world: World, write: Write) => Promise<void>> = [
  async (world, write) => {
    for (const [kind, items] of groups(world))
      await write(`${kind.toLowerCase()}s.json`, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  },
  async (world, write) => {
    for (const [kind, items] of groups(world))
      await write(
        `get/${kind.toLowerCase()}.yaml`,
        stringify({ apiVersion: "v1", kind: "List", items }, { aliasDuplicateObjects: false }),
      );
  },
  async (world, write) => {
    for (const [kind, items] of groups(world))
      for (const place of new Set(items.map(({ metadata }) => metadata.namespace ?? "cluster")))
        await write(
          `${place}/${kind.toLowerCase()}s.json`,
          JSON.stringify({
            apiVersion: "v1",
            kind: `${kind}List`,
            items: items.filter(({ metadata }) => (metadata.namespace ?? "cluster") === place),
          }),
        );
  },
  async (world, write) => {
    for (const [kind, items] of groups(world))
      if (kind !== "Event")
        await write(`${kind.toLowerCase()}s.json`, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    await write("events.txt", `${table(world.items.Event ?? [])}\n`);
  },
];

const YAML_FORM = 4;
/** YAML of a whole cluster takes seconds to read: once is enough. */
const formOf = (turn: number): number => (turn === YAML_FORM ? 1 : ([0, 2, 3][turn % 3] ?? 0));

export async function record(world: World, folder: string, form: number): Promise<void> {
  const write: Write = async (name, text) => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  };
  await FORMS[formOf(form)]?.(world, write);
  for (const { namespace, pod, container, previous, lines } of world.logs)
    await write(`logs/${namespace}/${pod}/${container}${previous ? ".previous" : ""}.log`, `${lines.join("\n")}\n`);
}
