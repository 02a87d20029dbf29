/** The memory's store: what is kept comes back, what is forgotten is gone, and only the owner may read the files. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { safeJoin } from "../../../src/platform/files.js";
import { createMemoryStore } from "../../../src/platform/memory/store.js";
import { codesOf, describeMemory, entryOf, got, NOW_MS, openMemory, temporaryHome } from "../../support/memory.js";

test("without the package every use is refused with the command that installs it, and nothing is made", async () => {
  const home = temporaryHome();
  const places = {
    directory: join(home, "memory"),
    keyFile: join(home, "k"),
    headFile: join(home, "h.json"),
    cache: home,
  };
  const store = createMemoryStore({ ...places, bounds: { keepDays: 1, maxEntries: 1 }, now: Date.now });
  const answer = await store.put(entryOf("r-1"));
  // A copy of the package beside the program itself serves as well.
  if (answer.ok) return;
  expect(answer.problems).toMatchObject([{ code: "memory-not-installed", hint: "autoops memory install" }]);
  expect(readdirSync(home)).toEqual([]);
});

describeMemory("the memory (needs better-sqlite3-multiple-ciphers)", () => {
  test("keeps a run with its graph and gives it back as it was", async () => {
    const { store } = openMemory();
    const graph = { id: "g", nodes: [{ id: "a", params: { deep: [1, null, "ü€😀"] } }] };
    expect(got(await store.put(entryOf("r-1"), graph))).toEqual({ pruned: 0 });
    expect(got(await store.get("r-1"))).toEqual({ entry: entryOf("r-1"), origin: "run", graph });
    expect(got(await store.get("r-2"))).toBeUndefined();
    expect(got(await store.list()).kept).toHaveLength(1);
  });

  test("keeps a run once: the later word replaces the earlier one, in the index too", async () => {
    const { store } = openMemory();
    await store.put(entryOf("r-1", { goal: "payments are slow" }), { id: "g" });
    await store.put(entryOf("r-1", { goal: "checkout is down" }));
    expect(got(await store.get("r-1"))).toEqual({
      entry: entryOf("r-1", { goal: "checkout is down" }),
      origin: "run",
    });
    expect(got(await store.search("payments", 10)).kept).toEqual([]);
    expect(got(await store.search("checkout down", 10)).kept).toHaveLength(1);
  });

  test("finds by words of goal, service, symptoms, findings and outcome, by their beginnings", async () => {
    const { store } = openMemory();
    await store.put(entryOf("a", { goal: "checkout returns 500s", service: "checkout" }));
    await store.put(
      entryOf("b", { goal: "mail is late", service: "mailer", symptoms: ["queue depth 900"], outcome: "failed" }),
    );
    const runs = async (text: string) => got(await store.search(text, 10)).kept.map(({ entry }) => entry.run);
    expect(await runs("Checkout")).toEqual(["a"]);
    expect(await runs("mailer")).toEqual(["b"]);
    expect(await runs("queue dep")).toEqual(["b"]);
    expect(await runs("failed")).toEqual(["b"]);
    expect((await runs("version 1.8")).sort()).toEqual(["a", "b"]);
    expect((await runs("checkout mailer")).sort()).toEqual(["a", "b"]);
    expect(await runs("checkout frobnicates")).toEqual(["a"]);
    expect(await runs("")).toEqual([]);
  });

  test.each(['"', "goal:x OR", "NEAR(", "* AND", "a'; DROP TABLE entries; --", "\u0000", "-", "^x", "{goal}: x"])(
    "takes %j as words, never as the search's own language",
    async (text) => {
      const { store } = openMemory();
      await store.put(entryOf("a"));
      expect(got(await store.search(text, 10)).setAside).toEqual([]);
      expect(got(await store.list()).kept).toHaveLength(1);
    },
  );

  test("makes its folder 0700 and its files 0600, and narrows what is wider", async () => {
    const { store, home, again } = openMemory({ key: undefined });
    await store.put(entryOf("a"));
    const mode = (name: string) => statSync(join(home, name)).mode & 0o777;
    expect(mode("memory")).toBe(0o700);
    for (const file of ["memory/memory.db", "memory-key", "memory-head.json"])
      expect.soft(mode(file), file).toBe(0o600);
    const { chmodSync } = await import("node:fs");
    chmodSync(join(home, "memory"), 0o755);
    chmodSync(join(home, "memory/memory.db"), 0o644);
    got(await again().list());
    expect([mode("memory"), mode("memory/memory.db")]).toEqual([0o700, 0o600]);
    chmodSync(join(home, "memory-key"), 0o640);
    expect(codesOf(await again().list())).toEqual(["file-unsafe"]);
  });

  test("follows no link in place of the database", async () => {
    const { store, home } = openMemory();
    mkdirSync(join(home, "memory"));
    writeFileSync(join(home, "elsewhere"), "not ours");
    symlinkSync(join(home, "elsewhere"), join(home, "memory/memory.db"));
    expect(codesOf(await store.put(entryOf("a")))).toEqual(["memory-broken"]);
    expect(readFileSync(join(home, "elsewhere"), "utf8")).toBe("not ours");
  });

  test.each(["../x", "a/b", "..", "/etc/passwd", "a\u0000b", "-x", "a b", "x".repeat(300), ""])(
    "takes no run id such as %j, which may become a path",
    async (run) => {
      const { store, home } = openMemory();
      expect(codesOf(await store.put(entryOf(run)))).toContain("memory-entry-invalid");
      expect(existsSync(join(home, "memory"))).toBe(false);
      expect(safeJoin(home, `${run}/../../x`).ok).toBe(false);
    },
  );

  test("holds no secret: forms, names and declared values are taken out before anything is kept", async () => {
    const secrets = ["unremarkable-looking-words"];
    const { store, raw } = openMemory({ secrets });
    const goal = `log in with password=hunter2hunter2 and ${secrets[0]}`;
    got(await store.put(entryOf("a", { goal }), { id: "g", token: "ghp_0123456789abcdefghijABCDEFGHIJ012345" }));
    const database = raw();
    const all = JSON.stringify([
      database.prepare("SELECT * FROM entries").all(),
      database.prepare("SELECT * FROM graphs").all(),
      database.prepare("SELECT * FROM words").all(),
    ]);
    database.close();
    for (const secret of ["hunter2hunter2", ...secrets, "ghp_0123456789"]) expect(all).not.toContain(secret);
    expect(all).toContain("[redacted:");
  });

  test("forgets for good: nothing of it stands in rows, index or free pages", async () => {
    const { store, places, raw } = openMemory();
    const marker = "zanzibarquux";
    for (let n = 0; n < 20; n++) await store.put(entryOf(`r-${n}`, { goal: `errors of service ${n}` }));
    const secretRun = entryOf("r-x", { goal: `${marker} is broken`, symptoms: [`${marker} fails`] });
    await store.put(secretRun, { id: "g", note: `${marker} ${"filling ".repeat(2_000)}` });
    expect(plainBytes(raw, places.directory)).toContain(marker);
    expect(got(await store.forget("r-x"))).toEqual({ forgotten: 1 });
    expect(got(await store.search(marker, 10)).kept).toEqual([]);
    expect(got(await store.forget("r-x"))).toEqual({ forgotten: 0 });
    expect(plainBytes(raw, places.directory)).not.toContain(marker);
    expect(got(await store.verify())).toMatchObject({ entries: 20, setAside: [] });
    expect(got(await store.forgetAll())).toEqual({ forgotten: 20 });
    expect(plainBytes(raw, places.directory)).not.toContain("errors of service");
  });

  test("lets the oldest go where there are too many, and those that are too old, and says how many", async () => {
    const { store } = openMemory({ bounds: { keepDays: 30, maxEntries: 3 } });
    const endedDaysAgo = (days: number) => ({ ended_at: new Date(NOW_MS - days * 86_400_000).toISOString() });
    for (const days of [5, 4, 3]) expect(got(await store.put(entryOf(`d${days}`, endedDaysAgo(days)))).pruned).toBe(0);
    expect(got(await store.put(entryOf("d2", endedDaysAgo(2)))).pruned).toBe(1);
    expect(got(await store.put(entryOf("d31", endedDaysAgo(31)))).pruned).toBe(1);
    expect(got(await store.list()).kept.map(({ entry }) => entry.run)).toEqual(["d2", "d3", "d4"]);
    expect(got(await store.search("checkout", 10)).kept).toHaveLength(3);
  });

  test("refuses an entry that is too large, and keeps of a graph that is too large only what the entry says", async () => {
    const { store } = openMemory();
    const finding = { node: "a", statement: "é".repeat(400), evidence: Array(5).fill("é".repeat(400)) };
    expect(codesOf(await store.put(entryOf("big", { findings: Array(100).fill(finding) })))).toEqual([
      "memory-entry-invalid",
    ]);
    expect(await store.exists()).toBe(false);
    got(await store.put(entryOf("a"), { id: "g", filling: "x".repeat(200_000) }));
    expect(got(await store.get("a"))).toEqual({ entry: entryOf("a"), origin: "run" });
  });

  test("keeps preferences of known keys and forms, and unsets them", async () => {
    const { store } = openMemory();
    expect(got(await store.prefer("service", "checkout"))).toEqual({ service: "checkout" });
    expect(codesOf(await store.prefer("service", "a b; rm"))).toEqual(["field-invalid"]);
    expect(codesOf(await store.prefer("window", "soon"))).toEqual(["field-invalid"]);
    expect(got(await store.prefer("window", "2h"))).toEqual({ service: "checkout", window: "2h" });
    expect(got(await store.prefer("service", undefined))).toEqual({ window: "2h" });
    expect(got(await store.preferences())).toEqual({ window: "2h" });
  });
});

/** The database without its encryption, page by page, free pages included; the file itself is put back. */
function plainBytes(raw: ReturnType<typeof openMemory>["raw"], directory: string): string {
  const file = join(directory, "memory.db");
  const original = readFileSync(file);
  const database = raw();
  database.pragma("rekey = ''");
  database.close();
  const text = readFileSync(file, "latin1");
  writeFileSync(file, original);
  expect(text.startsWith("SQLite format 3")).toBe(true);
  return text;
}
