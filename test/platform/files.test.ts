/** Names and paths: what may be joined, and what may be opened. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { namesUnderRoots, openUnderRoots, safeJoin } from "../../src/platform/files.js";
import { publicData } from "../support/public-data.js";

const DATA = publicData("adversarial/path_traversal.jsonl");
const present = existsSync(DATA);
const base = "/srv/autoops/reports";

describe("safeJoin", () => {
  test.skipIf(!present)(
    "accepts no hostile name of the public set and every good one (skipped: ../shared/data is absent)",
    () => {
      const rows = readFileSync(DATA, "utf8").trim().split("\n");
      const wrong: string[] = [];
      for (const row of rows) {
        const { id, value, expect: wanted } = JSON.parse(row) as { id: string; value: string; expect: string };
        const { ok } = safeJoin(base, value);
        if ((wanted === "reject" && ok) || (wanted === "accept" && !ok)) wrong.push(`${id} ${JSON.stringify(value)}`);
      }
      expect(rows.length).toBeGreaterThan(50);
      expect(wrong).toEqual([]);
    },
  );

  test("joins plain names, nested ones and names in any script", () => {
    for (const name of [
      "a",
      "report.md",
      "2026/11/run-1.json",
      ".hidden",
      "a..b",
      "Bericht für Müller (neu).txt",
      "日本語.log",
    ]) {
      expect(safeJoin(base, name)).toEqual({ ok: true, path: `${base}/${name}` });
    }
  });

  test("refuses every spelling of a way out, in words", () => {
    const names = [
      "..",
      "a/../b",
      "a/./b",
      "a//b",
      "/a",
      "a\\b",
      "C:a",
      "a\0b",
      "a\nb",
      "%2e%2e",
      "..%2f",
      "．．",
      "..／a",
      "⒈/a",
    ];
    for (const name of [...names, ". .", "a.", "a ", " a", "-a", "~", "a/~b", "x".repeat(256), "a/".repeat(600), ""]) {
      const joined = safeJoin(base, name);
      expect(joined, JSON.stringify(name)).toMatchObject({ ok: false, problem: { code: "path-invalid" } });
    }
  });

  test("whatever the name, what is accepted lies below the base", () => {
    const parts = fc.constantFrom("..", ".", "/", "\\", "a", "%2e", " ", "~", "\0", "．", ":", "-", "etc");
    const names = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(parts).map((list) => list.join("")),
    );
    fc.assert(
      fc.property(names, (name) => {
        const joined = safeJoin(base, name);
        return !joined.ok || joined.path.startsWith(base + sep);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("openUnderRoots", () => {
  let dir: string;
  let root: string;
  beforeEach(() => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), "files-")));
    root = join(dir, "root");
    mkdirSync(root);
    writeFileSync(join(root, "app.log"), "inside");
    writeFileSync(join(dir, "secret"), "outside");
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const opened = async (path: string, roots = [root]): Promise<string> => {
    const file = await openUnderRoots(path, roots);
    if (!file.ok) return file.problem.code;
    const text = await file.handle.readFile("utf8");
    await file.handle.close();
    return text;
  };

  test("reads a file below a root, also through a link that stays inside and a root that is a link", async () => {
    symlinkSync(join(root, "app.log"), join(root, "current.log"));
    symlinkSync(root, join(dir, "alias"));
    expect(await opened(join(root, "app.log"))).toBe("inside");
    expect(await opened(join(root, "current.log"))).toBe("inside");
    expect(await opened(join(dir, "alias", "app.log"), [join(dir, "alias")])).toBe("inside");
  });

  test("refuses what lies outside, by dots, by a linked file, by a linked directory, or with no roots at all", async () => {
    symlinkSync(join(dir, "secret"), join(root, "link.log"));
    symlinkSync(dir, join(root, "up"));
    for (const path of [`${root}/../secret`, join(root, "link.log"), join(root, "up", "secret"), join(dir, "secret")]) {
      expect(await opened(path), path).toBe("path-not-allowed");
    }
    expect(await opened(join(root, "app.log"), [])).toBe("path-not-allowed");
    expect(await opened("app.log")).toBe("path-not-allowed");
    expect(await opened(`${root}-other/app.log`)).toBe("path-not-allowed");
  });

  test("does not tell whether a file outside the roots exists", async () => {
    const there = await openUnderRoots(join(dir, "secret"), [root]);
    const absent = await openUnderRoots(join(dir, "absent"), [root]);
    const words = (file: typeof there) => (file.ok ? "" : file.problem.message.replace(/\S+\/(secret|absent)/, "PATH"));
    expect(words(there)).toBe(words(absent));
  });

  test("says of a missing file inside that it does not exist, and refuses a directory", async () => {
    expect(await opened(join(root, "absent.log"))).toBe("file-not-found");
    expect(await opened(root)).toBe("path-not-allowed");
  });

  test("lists names under a root only", async () => {
    expect(await namesUnderRoots(root, [root])).toEqual({ ok: true, names: ["app.log"] });
    expect(await namesUnderRoots(dir, [root])).toMatchObject({ ok: false, problem: { code: "path-not-allowed" } });
  });
});
