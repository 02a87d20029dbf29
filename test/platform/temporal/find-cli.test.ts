/** Finding the Temporal CLI on machines that have it, have an old one, can build it, or have no way at all. */
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type FoundCli, findTemporalCli, type Origin } from "../../../src/platform/temporal/find-cli.js";
import { bareMachine, fakeGo, type Machine, program, says, source } from "./fixtures/fake-programs.js";

let machine: Machine;
let said: string[];
beforeEach(async () => {
  machine = await bareMachine();
  said = [];
});
afterEach(async () => await machine.remove());

const find = (ways?: readonly Origin[]): Promise<FoundCli> =>
  findTemporalCli({ source, environment: machine.environment, say: (text) => said.push(text), ways });
const cached = (): string => join(machine.cache, "temporal", "1.5.1", "temporal");

test("one on PATH is taken, and nothing is fetched or kept", async () => {
  await program(join(machine.bin, "temporal"), says("1.30.2", "1.6.0"));
  await fakeGo(machine);
  const path = join(machine.bin, "temporal");
  expect(await find()).toEqual({ ok: true, path, origin: "path", version: "1.30.2" });
  expect(said).toEqual([`using the Temporal CLI on PATH: ${path} (server 1.30.2)`]);
  expect(await readdir(machine.root)).toEqual(["bin"]);
});

test("one on PATH that is too old is passed over with a word for the one in the cache", async () => {
  await program(join(machine.bin, "temporal"), says("1.20.0", "0.9.0"));
  await mkdir(join(machine.cache, "temporal", "1.5.1"), { recursive: true });
  await program(cached(), says("1.29.1"));
  expect(await find()).toEqual({ ok: true, path: cached(), origin: "cache", version: "1.29.1" });
  expect(said).toEqual([`passing over ${join(machine.bin, "temporal")} has server 1.20.0, older than 1.28.0`]);
});

test("a second, newer one further down PATH is found", async () => {
  const later = join(machine.root, "later");
  await mkdir(later);
  await program(join(machine.bin, "temporal"), says("1.20.0"));
  await program(join(later, "temporal"), says("1.28.0"));
  machine.environment.PATH = `${machine.bin}:relative:${later}`;
  expect(await find()).toMatchObject({ ok: true, path: join(later, "temporal"), origin: "path" });
});

describe("where nothing is there and the download fails", () => {
  test("it is built, moved into the cache in one go, and found there next time", async () => {
    await fakeGo(machine);
    expect(await find()).toEqual({ ok: true, path: cached(), origin: "build", version: "1.29.1" });
    expect(said.join("\n")).toMatch(
      /^downloading .+\ndownload did not work: .+\nbuilding github\.com\/temporalio\/cli/,
    );
    expect(await readdir(join(machine.cache, "temporal", "1.5.1"))).toEqual(["temporal"]);
    expect(await find()).toMatchObject({ ok: true, origin: "cache" });
    expect((await readFile(join(machine.root, "go-calls"), "utf8")).trim().split("\n")).toHaveLength(1);
  });

  test("the build pins the version, keeps module verification on, and gets no secret of ours", async () => {
    await fakeGo(machine);
    Object.assign(machine.environment, { GOFLAGS: "-mod=mod", OPENAI_API_KEY: "sk-secret", GOSUMDB: "sum.golang.org" });
    await find(["build"]);
    const call = await readFile(join(machine.root, "go-calls"), "utf8");
    expect(call).toContain("install -v -trimpath -ldflags -s -w github.com/temporalio/cli/cmd/temporal@v1.5.1");
    expect(call).toContain("CGO_ENABLED=0 GOFLAGS=unset GOSUMDB=sum.golang.org KEY=unset");
    expect(call).toContain(`GOBIN=${join(machine.cache, "temporal", "1.5.1", ".build-")}`);
  });

  test("a build that fails is told with its last lines and leaves nothing behind", async () => {
    await program(join(machine.bin, "go"), "echo 'go: module lookup disabled' >&2; exit 1");
    const found = await find();
    expect(found).toMatchObject({ ok: false, problems: [{ code: "temporal-not-available" }] });
    expect(messageOf(found)).toContain("ended with exit code 1: go: module lookup disabled");
    expect(await readdir(join(machine.cache, "temporal", "1.5.1"))).toEqual([]);
  });

  test("a build whose program does not run is not kept", async () => {
    await fakeGo(machine, "not-a-version");
    expect(messageOf(await find())).toContain("build: the program does not run on this machine");
    expect(await readdir(join(machine.cache, "temporal", "1.5.1"))).toEqual([]);
  });

  test("with no `go` either, the problem names every way that was tried and what to do", async () => {
    const found = await find();
    expect(found).toMatchObject({ ok: false, problems: [{ code: "temporal-not-available", at: "temporal" }] });
    const message = messageOf(found);
    for (const way of ["PATH: it holds no `temporal`", `cache: there is no ${cached()}`, "download: ", "build: "]) {
      expect(message).toContain(`\n  - ${way}`);
    }
    expect(message).toContain("there is no `go` on PATH");
    expect(!found.ok && found.problems[0]?.hint).toMatch(/install the Temporal CLI.*Go.*TEMPORAL_ADDRESS/);
  });

  test("with only an old one on PATH, the problem is its age", async () => {
    await program(join(machine.bin, "temporal"), says("1.20.0"));
    const found = await find();
    expect(found).toMatchObject({ ok: false, problems: [{ code: "temporal-outdated" }] });
    expect(messageOf(found)).toContain("must hold server 1.28.0 or newer, got 1.20.0");
  });
});

test("another program of the name `temporal` is passed over", async () => {
  await program(join(machine.bin, "temporal"), "echo 'temporal, a calendar tool, 3.1'");
  expect(messageOf(await find(["path"]))).toContain("does not say its version as the Temporal CLI does");
});

test("a cached program that does not run is replaced", async () => {
  await mkdir(join(machine.cache, "temporal", "1.5.1"), { recursive: true });
  await program(cached(), "exit 1");
  await fakeGo(machine);
  expect(await find()).toMatchObject({ ok: true, origin: "build" });
});

test("a way that is not allowed is not taken", async () => {
  await fakeGo(machine);
  expect(await find(["path", "cache"])).toMatchObject({ ok: false });
  expect(await readdir(machine.root)).toEqual(["bin"]);
});

test("without any home the cache is not guessed", async () => {
  const environment = { PATH: machine.bin };
  const found = await findTemporalCli({ source, environment, say: () => undefined });
  expect(messageOf(found)).toContain("neither AUTOOPS_CACHE_DIR, XDG_CACHE_HOME nor HOME names a folder");
});

function messageOf(found: FoundCli): string {
  return found.ok ? "" : (found.problems[0]?.message ?? "");
}
