/**
 * A baseline for log grouping after the idea of Drain (He et al., 2017): a tree of fixed depth by the number of words and
 * the first ones, and in its leaves the group whose words agree most.
 */
const DEPTH = 2;
const SIMILAR = 0.4;
const CHILDREN_MAX = 100;
const WILDCARD = "<*>";

const MASKS: readonly RegExp[] = [
  /(?<=[^A-Za-z0-9]|^)(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?(?=[^A-Za-z0-9]|$)/g,
  /(?<=[^A-Za-z0-9]|^)0x[0-9a-f]+(?=[^A-Za-z0-9]|$)/gi,
  /(?<=[^A-Za-z0-9]|^)[+-]?\d+(?=[^A-Za-z0-9]|$)/g,
];

interface Group {
  words: string[];
  lines: number[];
}

interface Branch {
  children: Map<string, Branch>;
  groups: Group[];
}

const branch = (): Branch => ({ children: new Map(), groups: [] });

const wordsOf = (line: string): string[] =>
  MASKS.reduce((text, mask) => text.replace(mask, WILDCARD), line)
    .trim()
    .split(/\s+/);

function childOf({ children }: Branch, key: string): Branch {
  const name = children.has(key) || children.size < CHILDREN_MAX ? key : WILDCARD;
  const child = children.get(name) ?? branch();
  children.set(name, child);
  return child;
}

function leafOf(root: Branch, words: readonly string[]): Branch {
  let at = childOf(root, String(words.length));
  for (const word of words.slice(0, DEPTH)) at = childOf(at, /\d/.test(word) ? WILDCARD : word);
  return at;
}

function agreement(group: Group, words: readonly string[]): number {
  const same = group.words.filter((word, index) => word === words[index] && word !== WILDCARD).length;
  return words.length === 0 ? 1 : same / words.length;
}

export function drain(lines: readonly string[]): number[][] {
  const root = branch();
  const all: Group[] = [];
  lines.forEach((line, index) => {
    const words = wordsOf(line);
    const { groups } = leafOf(root, words);
    const best = groups
      .map((group) => ({ group, score: agreement(group, words) }))
      .reduce<{ group: Group; score: number } | undefined>(
        (top, one) => (one.score > (top?.score ?? -1) ? one : top),
        undefined,
      );
    if (best !== undefined && best.score >= SIMILAR) {
      best.group.lines.push(index);
      best.group.words = best.group.words.map((word, at) => (word === words[at] ? word : WILDCARD));
      return;
    }
    const group = { words, lines: [index] };
    groups.push(group);
    all.push(group);
  });
  return all.map((group) => group.lines);
}
