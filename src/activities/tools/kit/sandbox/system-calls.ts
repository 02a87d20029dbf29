/**
 * A filter for the kernel (seccomp, classic BPF): calls that no script needs and that have opened sandboxes before fail as
 * not permitted. Made by hand: it is some fifty lines of a machine with four instructions.
 */

interface Calls {
  /** As the kernel names the machine in `seccomp_data.arch`. */
  machine: number;
  denied: readonly number[];
  clone: number;
  /** Of one socket, and of a pair. */
  sockets: readonly number[];
}

/** The same on every machine: io_uring, the mount calls of 2019 and later, pidfd_getfd, memfd_secret. */
const NEWER = [425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 442, 447];
const CLONE3 = 435;

const MACHINES: Readonly<Record<string, Calls>> = {
  x64: {
    machine: 0xc000003e,
    clone: 56,
    sockets: [41, 53],
    denied: [
      // ptrace and reading others' memory; keys; mounts and roots; namespaces
      ...[101, 310, 311, 248, 249, 250, 165, 166, 155, 161, 272, 308],
      // swap, reboot, modules, kexec, accounting, quota, the kernel's log, files by handle, perf, bpf, userfaultfd
      ...[167, 168, 169, 175, 176, 313, 246, 320, 163, 179, 103, 303, 304, 298, 321, 323],
      // memory that no process has mapped: segments, queues, semaphores, files without a name
      ...[29, 68, 64, 240, 319],
      ...NEWER,
    ],
  },
  arm64: {
    machine: 0xc00000b7,
    clone: 220,
    sockets: [198, 199],
    denied: [
      ...[117, 270, 271, 217, 218, 219, 40, 39, 41, 51, 97, 268],
      ...[224, 225, 142, 105, 106, 273, 104, 294, 89, 60, 116, 264, 265, 241, 280, 282],
      ...[194, 186, 190, 180, 279],
      ...NEWER,
    ],
  },
};

/** CLONE_NEW… of cgroup, UTS, IPC, user, PID and network namespaces, and of mounts. */
const NEW_NAMESPACES = 0x7e02_0000;
/**
 * Local, IPv4, IPv6, and netlink, by which the C library asks for its interfaces. Not all others know network namespaces:
 * vsock leads from a virtual machine to its host.
 */
const FAMILIES = [1, 2, 10, 16];
/** Numbers from here on are calls of x32, which a filter by numbers would not know. */
const X32 = 0x4000_0000;

/** Instructions: load a word of the call, jump where it is equal, not less, or has a bit; return. */
const LOAD = 0x20;
const IF_EQUAL = 0x15;
const IF_NOT_LESS = 0x35;
const IF_BITS = 0x45;
const RETURN = 0x06;
/** Places in `seccomp_data`. */
const NUMBER = 0;
const MACHINE = 4;
const FIRST_ARGUMENT = 16;
/** Answers: kill, let through, fail as not permitted (EPERM) or as not known (ENOSYS). */
const KILL = 0x8000_0000;
const ALLOW = 0x7fff_0000;
const NOT_PERMITTED = 0x0005_0001;
const NOT_KNOWN = 0x0005_0026;
/** As for a family that the kernel does not have (EAFNOSUPPORT): programs go on without it. */
const NO_SUCH_FAMILY = 0x0005_0061;

/** The filter for this machine; undefined where its calls are not known. */
export function callFilter(architecture: string = process.arch): Buffer | undefined {
  const calls = Object.hasOwn(MACHINES, architecture) ? MACHINES[architecture] : undefined;
  if (calls === undefined) return undefined;
  const { machine, denied, clone, sockets } = calls;
  const program: number[][] = [
    [LOAD, 0, 0, MACHINE],
    [IF_EQUAL, 1, 0, machine],
    [RETURN, 0, 0, KILL],
    [LOAD, 0, 0, NUMBER],
    [IF_NOT_LESS, 0, 1, X32],
    [RETURN, 0, 0, NOT_PERMITTED],
    // Its flags lie in memory, where a filter cannot look: programs fall back to clone.
    [IF_EQUAL, 0, 1, CLONE3],
    [RETURN, 0, 0, NOT_KNOWN],
    ...denied.flatMap((call) => [
      [IF_EQUAL, 0, 1, call],
      [RETURN, 0, 0, NOT_PERMITTED],
    ]),
    ...sockets.flatMap((call) => [
      [IF_EQUAL, 0, 2 + 2 * FAMILIES.length, call],
      [LOAD, 0, 0, FIRST_ARGUMENT],
      ...FAMILIES.flatMap((family) => [
        [IF_EQUAL, 0, 1, family],
        [RETURN, 0, 0, ALLOW],
      ]),
      [RETURN, 0, 0, NO_SUCH_FAMILY],
    ]),
    [IF_EQUAL, 0, 3, clone],
    [LOAD, 0, 0, FIRST_ARGUMENT],
    [IF_BITS, 0, 1, NEW_NAMESPACES],
    [RETURN, 0, 0, NOT_PERMITTED],
    [RETURN, 0, 0, ALLOW],
  ];
  return Buffer.concat(program.map(instruction));
}

function instruction([code = 0, onTrue = 0, onFalse = 0, value = 0]: number[]): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(onTrue, 2);
  bytes.writeUInt8(onFalse, 3);
  bytes.writeUInt32LE(value, 4);
  return bytes;
}
