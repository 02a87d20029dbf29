/** Alerts of monitors whose payload tells all at one place, by the table of their shapes. */
import type { OneAlert, ReadDelivery } from "./alert.js";
import { boundedLabels, boundedText, cutsInWords, isNoIncident, labelsOfTags, noCuts } from "./kit.js";
import { isMapping, textOf } from "./members.js";
import { MONITOR_SHAPES, type MonitorShape } from "./monitor-shapes.js";

function valueAt(input: unknown, path: string): unknown {
  let value = input;
  for (const name of path.split("/")) {
    if (Array.isArray(value)) value = value[Number(name)];
    else value = isMapping(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value;
}

const shapeOf = (input: unknown): MonitorShape | undefined =>
  MONITOR_SHAPES.find(({ has }) => has.every((path) => valueAt(input, path) !== undefined));

export const isMonitor = (input: unknown): boolean => shapeOf(input) !== undefined;

export function readMonitor(input: unknown): ReadDelivery {
  const shape = shapeOf(input);
  const cuts = noCuts();
  const texts = (paths: readonly string[] = []): string[] =>
    paths.flatMap((path) => textOf(valueAt(input, path))?.trim() || []);
  const name = texts(shape?.name)[0] ?? `alert of ${shape?.sender ?? "a monitor"}`;
  const state = texts(shape?.state)[0] ?? "";
  const labels = Object.fromEntries(
    Object.entries(shape?.labels ?? {}).flatMap(([label, paths]) =>
      texts(paths)
        .slice(0, 1)
        .map((text) => [label, text]),
    ),
  );
  const alert: OneAlert = {
    id: texts(shape?.id)[0] ?? [name, ...Object.values(labels)].join(" "),
    name: boundedText(name, cuts),
    says: [...new Set(texts(shape?.says))].filter((text) => text !== name).map((text) => boundedText(text, cuts)),
    labels: boundedLabels({ ...tagsIn(input, shape), ...labels }, cuts),
    status: shape?.over?.test(state) === true ? "resolved" : "firing",
    noIncident: shape?.quiet?.test(state) === true || isNoIncident(name) ? (true as const) : undefined,
  };
  return { ok: true, delivery: { from: "monitor", alerts: [alert], cut: cutsInWords(cuts) } };
}

function tagsIn(input: unknown, shape: MonitorShape | undefined): Record<string, unknown> {
  const mappings = (shape?.labelled ?? []).map((path) => valueAt(input, path)).filter(isMapping);
  const tags = (shape?.tags ?? []).flatMap((path) => {
    const value = valueAt(input, path);
    return typeof value === "string" ? value.split(",") : Array.isArray(value) ? value.map(String) : [];
  });
  return Object.assign({}, labelsOfTags(tags), ...mappings) as Record<string, unknown>;
}
