/** Tables as kubectl prints them, cut into rows by their heads. */
import { linesOf } from "./lines.js";

export interface Row {
  [column: string]: string;
}

/** `5m30s`, `2d`, `3h20m`, `90s`, `5m (x4 over 10m)`. */
export function ageSeconds(text: string): number | undefined {
  const parts = [...(/^(?:\d+[smhdy])+/.exec(text)?.[0] ?? "").matchAll(/(\d+)([smhdy])/g)];
  const unit: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400, y: 31_536_000 };
  return parts.length === 0 ? undefined : parts.reduce((sum, [, n, of = "s"]) => sum + Number(n) * (unit[of] ?? 0), 0);
}
export const before = (nowMs: number, seconds: number | undefined): string | undefined =>
  seconds === undefined ? undefined : new Date(nowMs - seconds * 1_000).toISOString();

export interface Table {
  head: string;
  rows: Row[];
}

const HEAD = /^(?:NAMESPACE\s+)?(?:LAST SEEN|NAME)\s+\S/;

/** A file may hold several, one below the other, as `kubectl get all` writes them. */
export function tablesIn(text: string): Table[] {
  const lines = linesOf(text);
  const starts = lines.flatMap((line, at) => (HEAD.test(line) ? [at] : []));
  return starts.map((from, index) => {
    const until = starts[index + 1] ?? lines.length;
    return { head: lines[from] ?? "", rows: rowsOf(lines.slice(from, until)) };
  });
}

/** Columns begin where their heads do; a value that is longer than its column ends with two blanks. */
function rowsOf(lines: readonly string[]): Row[] {
  const [head = "", ...rest] = lines;
  const columns = [...head.matchAll(/\S+(?: \S+)*/g)].map(({ 0: name, index }) => ({ name, from: index }));
  return rest
    .filter((line) => line.trim() !== "")
    .map((line) =>
      Object.fromEntries(
        columns.map(({ name, from }, index) => [
          name,
          line.slice(from, columns[index + 1]?.from ?? line.length).trim(),
        ]),
      ),
    );
}
