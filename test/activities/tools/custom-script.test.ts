/** Programs in the sandbox, for real: what they see, what they may use, and where they are refused. */
import { randomUUID } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ToolContext } from "../../../src/activities/define-tool.js";
import { createDefaultRegistry } from "../../../src/activities/registry.js";
import { customScript } from "../../../src/activities/tools/custom-script.js";
import { type Script, scriptSchema } from "../../../src/schema/config/scripts.js";
import type { JsonObject } from "../../../src/schema/json.js";
import { configOf, contextOf, failureOf } from "../../support/tool-context.js";

const hasSandbox = ["/usr/bin/bwrap", "/usr/bin/prlimit", "/usr/bin/python3"].every((path) => existsSync(path));

/** Does what its first argument says and tells what came of it. */
const PROGRAM = `#!/usr/bin/python3
import json, os, socket, sys, time
def attempt(act):
    try:
        return act() or "done"
    except Exception as error:
        return type(error).__name__ + ": " + str(error)
def write(path):
    with open(path, "w") as file: file.write("x")
def forks(count):
    for n in range(count):
        try:
            if os.fork() == 0: time.sleep(3); os._exit(0)
        except OSError: return "refused after some"
what, *rest = sys.argv[1:]
if what == "look": print(json.dumps({"uid": os.getuid(), "env": sorted(os.environ), "processes": len([p for p in os.listdir("/proc") if p.isdigit()]), "root": sorted(os.listdir("/")), "interfaces": [n for _, n in socket.if_nameindex()], "caps": [l.split()[1] for l in open("/proc/self/status") if l.startswith("CapEff")][0]}))
if what == "write": print(json.dumps({path: attempt(lambda: write(path)) for path in rest}))
if what == "read": print(json.dumps({path: attempt(lambda: open(path).read(10)) for path in rest}))
if what == "connect": print(json.dumps(attempt(lambda: socket.create_connection((rest[0], int(rest[1])), 2))))
if what == "shell": print(json.dumps([attempt(lambda: os.execv(path, [path, "-c", "echo in a shell"])) for path in ["/bin/sh", "/usr/bin/sh", "/bin/bash", "/usr/bin/dash"]]))
if what == "memory": print(json.dumps(attempt(lambda: bytearray(2 << 30) and None)))
if what in ("share", "eat"):
    def each(): block = bytearray(60 << 20); time.sleep(20)
    held = bytearray(60 << 20)
    for n in range(6):
        if os.fork() == 0: (each() if what == "eat" else time.sleep(1)); os._exit(0)
    for n in range(6): os.wait()
    print(json.dumps("done"))
if what == "fork": print(json.dumps(attempt(lambda: forks(200))))
if what == "fill": print(json.dumps(attempt(lambda: open("/tmp/big", "wb").write(b"x" * (80 << 20)) and None)))
if what == "flood":
    while True: sys.stdout.write("x" * 65536)
if what == "spin":
    while True: pass
if what == "echo": print(json.dumps({"args": rest, "input": sys.stdin.read()}))
if what == "calls":
    import ctypes, platform
    libc = ctypes.CDLL(None, use_errno=True)
    x64 = platform.machine() == "x86_64"
    numbers = {"keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218), "ptrace": (101, 117), "mount": (165, 40), "unshare": (272, 97), "setns": (308, 268), "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "kexec_load": (246, 104), "io_uring_setup": (425, 425), "fsopen": (430, 430), "open_by_handle_at": (304, 265), "clone": (56, 220), "clone3": (435, 435)}
    said = {}
    for name, pair in numbers.items():
        ctypes.set_errno(0)
        # Of clone: a new user namespace. Of keyctl: the number of the session's keyring.
        first = {"clone": 0x10000000 | 17, "unshare": 0x10000000, "keyctl": 0}.get(name, 0)
        result = libc.syscall(pair[0] if x64 else pair[1], ctypes.c_long(first), ctypes.c_long(-3 if name == "keyctl" else 0), 0, 0, 0)
        if name == "clone" and result == 0: os._exit(0)
        said[name] = ctypes.get_errno() if result < 0 else "done"
    if x64: said["x32"] = (libc.syscall(0x40000000 + 39), ctypes.get_errno())[1]
    import socket
    def opened(family):
        try: socket.socket(family, socket.SOCK_STREAM if family in (1, 2, 10, 40) else socket.SOCK_RAW); return 0
        except OSError as error: return error.errno
    said["sockets"] = {str(family): opened(family) for family in (1, 2, 10, 16, 40, 17, 29, 31, 38, 44)}
    import threading
    thread = threading.Thread(target=lambda: said.update(thread="ran")); thread.start(); thread.join()
    print(json.dumps(said))
if what == "hide":
    # Memory that no process has mapped: segments, files without a name, queues.
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    libc.shmat.restype = ctypes.c_void_p
    libc.shmdt.argtypes = [ctypes.c_void_p]
    size, kept = 20 << 20, []
    def segments():
        held = 0
        for n in range(20):
            id = libc.shmget(0, ctypes.c_size_t(size), 0o1600)
            if id < 0: break
            at = libc.shmat(id, None, 0); ctypes.memset(at, 1, size); libc.shmdt(at); held += size
        return held >> 20
    def nameless():
        held = 0
        for n in range(20):
            try: file = os.memfd_create("x")
            except OSError: break
            kept.append(file); os.write(file, b"x" * size); held += size
        return held >> 20
    def queues():
        held = 0
        for n in range(2000):
            id = libc.msgget(0, 0o1600)
            if id < 0: break
            held += 1
        return held
    print(json.dumps({"segments": segments(), "nameless": nameless(), "queues": queues()}))
if what == "fail": sys.stderr.write("password=hunter2hunter2 cannot\\n"); sys.exit(3)
`;

let folder: string;
let script: Script;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "script-"));
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, "program.py"), PROGRAM, { mode: 0o755 });
  chmodSync(join(folder, "program.py"), 0o755);
  script = scriptSchema.parse({ path: join(folder, "program.py") });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const contextFor = (declared: Partial<Script>, parts: Partial<ToolContext> = {}): ToolContext =>
  contextOf(configOf({ scripts: { mine: { ...script, ...declared } } }), {
    signal: AbortSignal.timeout(30_000),
    ...parts,
  });

async function run(args: string[], declared: Partial<Script> = {}, parts: Partial<ToolContext> = {}, input = "") {
  return customScript.run({ program: "mine", args, input }, contextFor(declared, parts));
}

describe.skipIf(!hasSandbox)("in the sandbox (skipped where bubblewrap, prlimit or python3 is absent)", () => {
  test("a program has no environment, no network, no capability and no sight of other processes or files", async () => {
    const { json } = await run(["look"]);
    expect(json).toEqual({
      uid: 65_534,
      // What bubblewrap and Python set themselves.
      env: ["LC_CTYPE", "PWD"],
      processes: expect.any(Number),
      root: expect.not.arrayContaining(["root", "home", "work", "var"]),
      interfaces: ["lo"],
      caps: "0000000000000000",
    });
    expect((json as { processes: number }).processes).toBeLessThan(5);
  });

  test("it can write to its own temporary folder and nowhere else, and reads no file of the machine's", async () => {
    const places = ["/x", "/usr/x", "/etc/x", "/dev/x", "/proc/sys/kernel/hostname", script.path];
    const own = `/tmp/${randomUUID()}`;
    const { json } = await run(["write", own, ...places]);
    const told = json as Record<string, string>;
    expect(told[own]).toBe("done");
    for (const place of places) expect(told[place], place).toMatch(/Read-only|denied|not permitted/);
    const secrets = await run(["read", "/etc/passwd", "/etc/shadow", join(homedir(), ".bashrc"), "/proc/kcore"]);
    for (const [path, said] of Object.entries(secrets.json as object)) expect(said, path).toMatch(/Error/);
    expect(existsSync(own)).toBe(false);
  });

  test("it reaches nothing, on this machine or another", async () => {
    for (const host of ["127.0.0.1", "192.0.2.1", "169.254.169.254"]) {
      expect((await run(["connect", host, "80"])).stdout, host).toMatch(/Error/);
    }
  });

  test("it finds no shell to start", async () => {
    for (const said of (await run(["shell"])).json as string[]) expect(said).toMatch(/Error/);
  });

  test("calls that open sandboxes, and the session's keys, are refused by the kernel; threads run", async () => {
    const keys = await run(["read", "/proc/keys", "/proc/key-users"]);
    // Nothing was read, or nothing is there.
    for (const [path, said] of Object.entries(keys.json as object)) expect(said, path).toMatch(/^(?:done|\w*Error.*)$/);
    const { thread, clone3, x32, sockets, ...others } = (await run(["calls"])).json as Record<string, unknown>;
    const NOT_PERMITTED = 1;
    const NOT_KNOWN = 38;
    expect(Object.keys(others).length).toBeGreaterThan(14);
    for (const [call, said] of Object.entries(others)) expect(said, call).toBe(NOT_PERMITTED);
    // Within itself, and to its own kernel about its own network; to the host of a virtual machine, or past sockets, no way.
    const NO_SUCH_FAMILY = 97;
    for (const [family, said] of Object.entries(sockets as object)) {
      if (["1", "2", "10", "16"].includes(family)) expect(said, family).toBe(0);
      else expect(said, family).toBe(NO_SUCH_FAMILY);
    }
    expect([thread, clone3]).toEqual(["ran", NOT_KNOWN]);
    expect(x32 ?? NOT_PERMITTED).toBe(NOT_PERMITTED);
  });

  test("memory, processes, its folder and its output are bounded", async () => {
    expect((await run(["memory"])).stdout).toMatch(/MemoryError/);
    expect((await run(["fork"])).stdout).toContain("refused after some");
    expect((await run(["fill"])).stdout).toMatch(/OSError/);
    expect((await failureOf(run(["flood"]))).message).toContain("wrote more than it may");
  });

  test("all processes of a program together have the memory of one, and what they share counts once", async () => {
    expect((await run(["share"], { memory_mb: 200 })).stdout).toContain("done");
    const { code, message } = await failureOf(run(["eat"], { memory_mb: 200 }));
    expect({ code, message }).toEqual({
      code: "tool-failed",
      message: "mine was ended: its processes together took over 200 MB",
    });
  });

  test("no memory is had that belongs to no process", async () => {
    expect((await run(["hide"], { memory_mb: 128 })).json).toEqual({ segments: 0, nameless: 0, queues: 0 });
  });

  test("a program that goes on for too long is ended, by processor time and by the node's time", async () => {
    expect(await failureOf(run(["spin"], { cpu_seconds: 1 }))).toMatchObject({ code: "tool-failed" });
    const signal = AbortSignal.timeout(1_500);
    expect((await failureOf(run(["spin"], {}, { signal }))).message).toContain("was ended by");
  });

  test("arguments and input arrive as they are, whatever a shell would make of them", async () => {
    const args = ["$(id)", "; id", "`id`", "a b", "*", "--flag", "\n", "ünï"];
    expect((await run(["echo", ...args], {}, {}, "$(cat /etc/passwd)\n")).json).toEqual({
      args,
      input: "$(cat /etc/passwd)\n",
    });
  });

  test("a stored result stands for its content", async () => {
    const context = contextFor({});
    const input = await context.blobs.put("line 1\nline 2\n");
    expect((await customScript.run({ program: "mine", args: ["echo"], input }, context)).json).toEqual({
      args: [],
      input: "line 1\nline 2\n",
    });
  });

  test("an exit code that is not expected is a failure that says what the program said last, redacted", async () => {
    const failure = await failureOf(run(["fail"]));
    expect(failure).toMatchObject({ code: "tool-failed", message: expect.stringContaining("ended with code 3") });
    expect(failure.message).not.toContain("hunter2");
    expect(await run(["fail"], { expect_exit: [3] })).toMatchObject({ exit: 3 });
  });

  test("a later attempt does not run it: the earlier one may have", async () => {
    expect(await failureOf(run(["look"], {}, { attempt: 2 }))).toMatchObject({ code: "outcome-unknown" });
  });

  test("people who are asked are told what would run", async () => {
    const preview = await customScript.preview?.({ program: "mine", args: ["look"], input: "" }, contextFor({}));
    expect(preview).toEqual({ before: null, after: 'runs mine ["look"] in the sandbox' });
  });
});

test.each(["sh", "bash", "dash"])("%s is refused, under whatever name it is declared", async (shell) => {
  expect(await failureOf(run(["-c", "id"], { path: `/bin/${shell}` }))).toMatchObject({ code: "config-invalid" });
});

test("a script for a shell, one that others may write and one that is not there are refused", async () => {
  const written = join(folder, "written.sh");
  writeFileSync(written, "#!/usr/bin/env bash\nid\n", { mode: 0o755 });
  expect((await failureOf(run([], { path: written }))).message).toContain("is a script for bash");
  writeFileSync(join(folder, "open.py"), PROGRAM);
  chmodSync(join(folder, "open.py"), 0o777);
  expect(await failureOf(run([], { path: join(folder, "open.py") }))).toMatchObject({ code: "file-unsafe" });
  expect(await failureOf(run([], { path: join(folder, "none") }))).toMatchObject({ code: "config-invalid" });
});

test("a program that config.yaml does not declare is a problem of the graph", () => {
  const registry = createDefaultRegistry(
    configOf({ scripts: { mine: scriptSchema.parse({ path: "/usr/bin/true" }) } }),
  );
  expect(registry.reach("custom_script", { program: "mine" }, "p")).toMatchObject({ target: "mine", problems: [] });
  expect(registry.reach("custom_script", { program: "other" }, "p").problems).toMatchObject([
    { code: "target-not-declared", at: "p.program", hint: "declared: mine" },
  ]);
  const hostile: JsonObject[] = [
    { program: "../x" },
    { program: "mine", args: ["a\0"] },
    { program: "mine", shell: true },
  ];
  for (const params of hostile) {
    expect(registry.checkParams("custom_script", params, "p"), JSON.stringify(params)).not.toEqual([]);
  }
});
