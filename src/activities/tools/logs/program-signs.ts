/** Words by which single programs tell how bad a line is, where they write no level beside it. */
import { type Level, type LevelOrUnknown, severityLevel } from "./levels.js";

const HEAD_CHARS = 240;
/** systemd tells what became of a unit. */
const SYSTEMD: ReadonlyArray<readonly [RegExp, Level]> = [
  [/^(?:Failed to|Dependency failed) /, "error"],
  [/^[^\s:]{1,100}: A process of this unit has been killed by the OOM killer/, "error"],
  [
    /^[^\s:]{1,100}: (?:Failed with result|Start request repeated too quickly|.{1,60} timed out\. (?:Kill|Terminat))/,
    "warn",
  ],
  [/^[^\s:]{1,100}: (?:Main|Control) process exited, code=(?:dumped|killed|exited, status=[1-9])/, "warn"],
];
const UNIT = /\bsystemd(?:\[\d+\])?: /;
/** Cisco: `%LINK-3-UPDOWN:`, with syslog's number. */
const CISCO = /%[A-Z][A-Z\d_]{1,30}-(?:[A-Z\d_]{1,30}-)?([0-7])-[A-Z\d_]{2,40}:/;
/** WebSphere and other programs of IBM: `WSVR0009E:` */
const IBM = /\b[A-Z]{4,5}\d{4}([IAWESC]):/;
const IBM_LEVELS: Record<string, Level> = { I: "info", A: "warn", W: "warn", E: "error", S: "fatal", C: "fatal" };
/** `kubectl get events`: an age, a kind, a reason. */
const EVENT = /^(?:[\w-]{1,63} +)?(?:\d{1,4}[smhd]){1,2}(?: \(x\d+ over \w+\))? {2,}(Warning|Normal) {2,}/;
const ERLANG = /^=(?:CRASH|SUPERVISOR) REPORT=/;

const SIGNS: ReadonlyArray<readonly [RegExp, Level]> = [
  // Python and Node
  [/\b[A-Z]\w{2,60}Warning: /, "warn"],
  [/\bgot signal (?:4|6|7|8|11)\b|\bcore dumped\b/, "fatal"],
  [
    /\b(?:ORA|TNS)-(?!00000)\d{5}:|^make(?:\[\d+\])?: \*\*\* |\bTask timed out after \d|\bhas no server available!/,
    "error",
  ],
];

/** What the head of a line tells by a program's own code. */
export function programLevel(line: string): LevelOrUnknown | undefined {
  const head = line.slice(0, HEAD_CHARS);
  if (ERLANG.test(head)) return "error";
  const kind = EVENT.exec(head)?.[1];
  if (kind !== undefined) return kind === "Warning" ? "warn" : "info";
  const severity = head.includes("%") ? CISCO.exec(head)?.[1] : undefined;
  if (severity !== undefined) return severityLevel(Number(severity));
  const unit = UNIT.exec(head);
  if (unit !== null) {
    const told = head.slice(unit.index + unit[0].length);
    return SYSTEMD.find(([sign]) => sign.test(told))?.[1];
  }
  const letter = IBM.exec(head)?.[1];
  return letter === undefined ? undefined : IBM_LEVELS[letter];
}

/** What the body of a line tells. */
export function signLevel(message: string): Level | undefined {
  const body = message.slice(0, HEAD_CHARS);
  return SIGNS.find(([sign]) => sign.test(body))?.[1];
}
