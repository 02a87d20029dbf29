/** Groups log lines by the statement that wrote them: the words that stay are its template, the rest are its values. */
import { type Sliced, unsliced } from "../../../platform/slices.js";
import { groupShapes, type Shape } from "./shape-groups.js";
import { joinGaps, type Template, withoutTwins } from "./template-gaps.js";
import { tokensOf, WILDCARD } from "./tokens.js";

export interface LogCluster {
  /** The fixed words of the statement, `<*>` where its values stand. */
  template: string;
  /** Positions of the lines in the input, ascending. */
  lines: number[];
}

interface LineShape extends Shape {
  lines: number[];
}

/** Lines with the same words are one shape; grouping works on shapes, so its cost follows their number. */
function* shapesOf(lines: readonly string[]): Sliced<LineShape[]> {
  const shapes = new Map<string, LineShape>();
  for (const [index, line] of lines.entries()) {
    const tokens = tokensOf(line);
    const key = tokens.join(" ");
    const shape = shapes.get(key);
    if (shape === undefined) shapes.set(key, { tokens, count: 1, lines: [index] });
    else {
      shape.count++;
      shape.lines.push(index);
    }
    yield;
  }
  return [...shapes.values()];
}

/** The words that all shapes of a group have, with wildcards for the others. */
function wordsOf(group: readonly Shape[]): string[] {
  const [first] = group;
  const words = first?.tokens.map((token, column) =>
    group.every(({ tokens }) => tokens[column] === token) ? token : WILDCARD,
  );
  return withoutTwins(words ?? []);
}

/** The templates of shapes, each with the shapes that it is of. */
export function* templatesOf<S extends Shape>(shapes: readonly S[]): Sliced<Array<Template<S>>> {
  const templates = new Map<string, Template<S>>();
  for (const group of yield* groupShapes(shapes)) {
    const words = wordsOf(group);
    const key = words.join(" ");
    const template = templates.get(key) ?? { words, of: [], count: 0 };
    for (const shape of group) {
      template.of.push(shape);
      template.count += shape.count;
    }
    templates.set(key, template);
    yield;
  }
  return yield* joinGaps([...templates.values()]);
}

/** A template as it is shown: without the spaces that tokens were cut with. */
export function templateText(words: readonly string[]): string {
  return words
    .join(" ")
    .replace(/ ([:,;)\]}])/g, "$1")
    .replace(/([([{]) /g, "$1")
    .replace(/ ?= ?/g, "=")
    .replace(/(["']) ([^"']*) \1/g, "$1$2$1");
}

/** Groups lines by the statement that wrote them. The same lines give the same clusters; there is nothing to tune. */
export function clusterLogs(lines: readonly string[]): LogCluster[] {
  return unsliced(clusterSteps(lines));
}

/** The same, of a log so long that other work must not wait for it. */
export function* clusterSteps(lines: readonly string[]): Sliced<LogCluster[]> {
  const templates = yield* templatesOf(yield* shapesOf(lines));
  return templates
    .map(({ words, of }) => ({
      template: templateText(words),
      lines: of.flatMap((shape) => shape.lines).sort((a, b) => a - b),
    }))
    .sort((a, b) => (a.lines[0] ?? 0) - (b.lines[0] ?? 0));
}
