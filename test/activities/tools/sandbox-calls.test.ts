/** The filter of system calls, run as the kernel runs it: what each call gets, on both machines. */
import { expect, test } from "vitest";
import { callFilter } from "../../../src/activities/tools/kit/sandbox/system-calls.js";

/** Of classic BPF, the instructions that a filter has. */
function answer(
  filter: Buffer,
  { machine, call, flags = 0 }: { machine: number; call: number; flags?: number },
): number {
  const data = new Map([
    [0, call],
    [4, machine],
    [16, flags],
  ]);
  let held = 0;
  for (let at = 0; at * 8 < filter.length; at++) {
    const [code, yes, no, value] = [
      filter.readUInt16LE(at * 8),
      filter.readUInt8(at * 8 + 2),
      filter.readUInt8(at * 8 + 3),
      filter.readUInt32LE(at * 8 + 4),
    ];
    if (code === 0x06) return value;
    if (code === 0x20) held = data.get(value) ?? 0;
    else if (code === 0x15) at += held === value ? yes : no;
    else if (code === 0x35) at += held >= value ? yes : no;
    else if (code === 0x45) at += (held & value) !== 0 ? yes : no;
    else throw new Error(`no instruction ${code}`);
  }
  throw new Error("no answer");
}

const [KILL, ALLOW, EPERM, ENOSYS] = [0x8000_0000, 0x7fff_0000, 0x0005_0001, 0x0005_0026];
const OF = { x64: 0xc000_003e, arm64: 0xc000_00b7 } as const;

test.each([
  ["x64", { read: 0, execve: 59, exit: 231 }, { keyctl: 250, ptrace: 101, mount: 165, bpf: 321, io_uring: 425 }, 56],
  ["arm64", { read: 63, execve: 221, exit: 94 }, { keyctl: 219, ptrace: 117, mount: 40, bpf: 280, io_uring: 425 }, 220],
] as const)("on %s", (architecture, allowed, denied, clone) => {
  const filter = callFilter(architecture) ?? Buffer.alloc(0);
  const machine = OF[architecture];
  for (const call of Object.values(allowed)) expect(answer(filter, { machine, call })).toBe(ALLOW);
  for (const call of Object.values(denied)) expect(answer(filter, { machine, call })).toBe(EPERM);
  expect(answer(filter, { machine, call: clone, flags: 17 })).toBe(ALLOW);
  for (const flag of [0x0002_0000, 0x0200_0000, 0x0400_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000]) {
    expect(answer(filter, { machine, call: clone, flags: flag | 17 })).toBe(EPERM);
  }
  expect(answer(filter, { machine, call: 435 })).toBe(ENOSYS);
  expect(answer(filter, { machine, call: 0x4000_0000 })).toBe(EPERM);
  expect(answer(filter, { machine: 0x4000_0003, call: 0 })).toBe(KILL);
});

test.each([
  ["x64", [41, 53]],
  ["arm64", [198, 199]],
] as const)("on %s there are sockets of four families, and of no other", (architecture, calls) => {
  const filter = callFilter(architecture) ?? Buffer.alloc(0);
  const machine = OF[architecture];
  for (const call of calls) {
    for (let family = 0; family < 64; family++) {
      const expected = [1, 2, 10, 16].includes(family) ? ALLOW : 0x0005_0061;
      expect(answer(filter, { machine, call, flags: family }), `${call} ${family}`).toBe(expected);
    }
  }
});

test("there is none for a machine whose calls are not known", () => {
  for (const architecture of ["riscv64", "ia32", "constructor"]) expect(callFilter(architecture)).toBeUndefined();
});
