/** The level of an entry, whichever program wrote it: structured before free text, the head before the body. */
import { describe, expect, test } from "vitest";
import { DEFAULT_FIELDS, EntryReader, type LogEntry } from "../../../../src/activities/tools/logs/entries.js";

const REFERENCE = Date.parse("2026-11-29T12:00:00Z");
const read = (...lines: string[]): LogEntry[] => {
  const reader = new EntryReader("text", DEFAULT_FIELDS, REFERENCE);
  return [...lines.map((line) => reader.push(line)), reader.end()].filter((entry) => entry !== undefined);
};
const AT = "2026-11-29 12:00:00";
const row = (level: string, ...lines: string[]) => [level, lines.join("\n")] as const;

describe.each([
  [
    "a word in the message does not beat the level column",
    [
      row("info", `${AT} INFO Setting log level: error`),
      row("error", `${AT} ERROR could not parse "level=info"`),
      row("info", `${AT} INFO user asked for severity=critical`),
      row("debug", `${AT} [main] DEBUG c.s.Mapper - row (ERROR) was skipped`),
      row("warn", `${AT},123 - shop.cart - WARNING - last call: FATAL`),
      row("info", `I1129 12:00:00.000000       1 controller.go:12] "Reconciler error" level=error`),
      row("error", `E1129 12:00:00.000000       1 reflector.go:9] failed to list [info]`),
      row("info", `${AT}.000 UTC [71] LOG:  statement: UPDATE jobs SET level='error' WHERE name = 'FATAL'`),
      row("info", `${AT}.000 UTC [71] postgres@shop STATEMENT:  SELECT 1 AS "level=error"`),
      row("error", `${AT}.000 UTC [71] postgres@shop ERROR:  invalid input for "level=info"`),
      row("info", `time="2026-11-29T12:00:00Z" level=info msg="set level=error"`),
      row("error", `msg="was level=info" level=error ts=2026-11-29T12:00:00Z`),
      row("info", `10.0.0.1 - - [29/Nov/2026:12:00:00 +0000] "GET /search?level=error HTTP/1.1" 200 5`),
      row("unknown", `${AT} worker started with LOG_LEVEL=ERROR`),
      row("unknown", `${AT} the client said "ERROR" and left`),
    ],
  ],
  [
    "colours",
    [
      row("error", `${AT} \x1b[31mERROR\x1b[0m boom`),
      row("warn", `\x1b[2m2026-11-29T12:00:00.000000Z\x1b[0m \x1b[33m WARN\x1b[0m \x1b[2mshop::cart\x1b[0m: slow`),
      row("error", `\x1b[31mERRO\x1b[0m[0005] boom`),
      row("info", `[\x1b[38;5;10mINFO\x1b[39m] ready`),
    ],
  ],
  [
    "small letters and short codes",
    [
      row("error", "2026-11-29T12:00:00.000Z\terror\tboom"),
      row("error", "Nov 29 12:00:00 host sshd[123]: error: maximum authentication attempts"),
      row("warn", "[12:00:00 WRN] slow"),
      row("warn", `${AT} [WRN] slow`),
      row("error", "fail: Microsoft.AspNetCore.Server.Kestrel[13]"),
      row("debug", "dbug: Shop.Cart[0]"),
      row("error", "t=2026-11-29T12:00:00+0000 lvl=eror msg=boom"),
      row("fatal", "lvl=crit msg=boom"),
      row("error", "11-29 12:00:00.123  1234  1250 E ActivityManager: boom"),
      row("warn", "W/Tag( 123): slow"),
      row("error", "2026-11-29T12:00:00.000+0000 E  NETWORK  [conn1] boom"),
      row("info", "2026-11-29T12:00:00.000+0000 I  NETWORK  [conn1] error was 0"),
      row("warn", "1:M 29 Nov 2026 12:00:00.000 # WARNING overcommit_memory is set to 0"),
      row("warn", "1:M 29 Nov 2026 12:00:00.000 # Server is out of descriptors"),
      row("info", "1:M 29 Nov 2026 12:00:00.000 * Ready to accept connections"),
      row("error", `${AT} error: boom`),
      row("info", `${AT} info Server started`),
      row("warn", `${AT} | warning | slow`),
      row("error", "ERROR [11-29|12:00:00.000] boom  err=x"),
      row("fatal", "F, [2026-11-29T12:00:00.000000 #12] FATAL -- : boom"),
      row("error", "[1234:1250:1129/120000.123456:ERROR:gpu.cc(1)] boom"),
      row("fatal", "[29-Nov-2026 12:00:00 UTC] PHP Fatal error:  Uncaught boom"),
      row("warn", "[29-Nov-2026 12:00:00 UTC] PHP Warning:  Undefined variable"),
      row("error", "12:00:00.123 [main] ERROR c.s.Cart -- boom"),
    ],
  ],
  [
    "HTTP status outside the common log format",
    [
      row("error", `[2026-11-29T12:00:00.000Z] "GET /cart HTTP/1.1" 503 UF 0 91 10 - "-" "curl"`),
      row(
        "error",
        '{"time":"2026-11-29T12:00:00Z","remote_addr":"10.0.0.1","request":"GET / HTTP/1.1","status":"502"}',
      ),
      row("info", '{"time":"2026-11-29T12:00:00Z","method":"GET","path":"/error","status":200}'),
      row("warn", '{"start_time":"2026-11-29T12:00:00Z","method":"GET","path":"/x","response_code":404}'),
      row(
        "error",
        `Nov 29 12:00:00 lb haproxy[9]: 10.0.0.1:4000 [29/Nov/2026:12:00:00.123] web app/s1 0/0/1/2/3 503 212 - - ---- 1/1/1/1/0 0/0 "GET / HTTP/1.1"`,
      ),
      row("error", `${AT} 10.0.0.2 GET /cart - 443 - 10.0.0.1 curl - 500 0 0 15`),
      row("info", `${AT} 10.0.0.2 GET /cart - 443 - 10.0.0.1 curl - 200 0 0 500`),
      row("error", '[GIN] 2026/11/29 - 12:00:00 | 500 |     1.2ms |  10.0.0.1 | GET      "/cart"'),
      row("warn", "1795953600.123    5 10.0.0.1 TCP_DENIED/403 3900 CONNECT x.test:443 - HIER_NONE/- -"),
    ],
  ],
  [
    "wrapped entries",
    [
      row("error", `{"log":"${AT} ERROR boom\\n","stream":"stderr","time":"2026-11-29T12:00:00.5Z"}`),
      row(
        "error",
        '{"log":"{\\"level\\":\\"error\\",\\"msg\\":\\"boom\\"}\\n","stream":"stderr","time":"2026-11-29T12:00:00.5Z"}',
      ),
      row("warn", '{"log":"level=warn msg=slow\\n","stream":"stderr","time":"2026-11-29T12:00:00.5Z"}'),
      row("error", '{"time":"2026-11-29T12:00:00Z","message":"{\\"severity\\":\\"ERROR\\",\\"msg\\":\\"boom\\"}"}'),
      row("error", '{"time":"2026-11-29T12:00:00Z","message":"ERROR boom"}'),
      row("error", "2026-11-29T12:00:00.123456789Z stderr F ERROR boom"),
      row("info", '2026-11-29T12:00:00.123456789Z stdout F {"level":"info","msg":"no error"}'),
      row("error", 'Nov 29 12:00:00 host app[1]: {"level":"error","msg":"boom"}'),
      row("error", 'web-1  | {"level":"error","msg":"boom","time":"2026-11-29T12:00:00Z"}'),
    ],
  ],
  [
    "names of common JSON loggers",
    [
      row("error", '{"Timestamp":"2026-11-29T12:00:00Z","Level":"Error","Message":"boom"}'),
      row("error", '{"@t":"2026-11-29T12:00:00Z","@l":"Error","@m":"boom"}'),
      row("info", '{"@t":"2026-11-29T12:00:00Z","@mt":"an error is handled"}'),
      row(
        "error",
        '{"t":{"$date":"2026-11-29T12:00:00.000+00:00"},"s":"E","c":"NETWORK","id":1,"ctx":"main","msg":"boom"}',
      ),
      row("info", '{"t":{"$date":"2026-11-29T12:00:00.000+00:00"},"s":"I","c":"NETWORK","id":1,"msg":"ERROR 0"}'),
      row("error", '{"timeUnixNano":"1795953600000000000","severityText":"ERROR","body":{"stringValue":"boom"}}'),
      row("error", '{"Timestamp":"2026-11-29T12:00:00Z","SeverityNumber":17,"Body":"boom"}'),
      row("error", '{"asctime":"2026-11-29 12:00:00,123","levelname":"ERROR","message":"boom"}'),
      row("error", '{"instant":{"epochSecond":1795953600,"nanoOfSecond":5000000},"level":"ERROR","message":"boom"}'),
      row("error", '{"time":"2026-11-29T12:00:00Z","level":"50","msg":"boom"}'),
      row("error", '{"time":"2026-11-29T12:00:00Z","level":"E","msg":"boom"}'),
      row("error", '{"time":"2026-11-29T12:00:00Z","level":{"name":"ERROR","value":40000},"msg":"boom"}'),
      row("warn", '{"time_local":"29/Nov/2026:12:00:00 +0000","status":"499","request":"GET /"}'),
      row("info", "I20261129 12:00:00.123456 1 foo.cc:1] error"),
      row("fatal", '{"ts":1795953600.5,"level":"dpanic","msg":"boom"}'),
      row("error", '{"datetime":"2026-11-29T12:00:00+00:00","level":400,"level_name":"ERROR","message":"boom"}'),
      row("error", '{"@timestamp":"2026-11-29T12:00:00Z","log":{"level":"error"},"message":"boom"}'),
      row(
        "error",
        '{"Timestamp":"2026-11-29T12:00:00Z","EventId":1,"LogLevel":"Error","Category":"Shop","Message":"boom"}',
      ),
    ],
  ],
])("%s", (_, rows) => {
  test.each(rows)("%s: %j", (level, text) => {
    const entries = read(...text.split("\n"));
    expect(entries.map((entry) => entry.level)).toEqual([level]);
    if (/2026|1795953600/.test(text) && !text.startsWith("11-29"))
      expect(Math.abs((entries[0]?.timeMs ?? 0) - REFERENCE)).toBeLessThan(1_000);
  });
});

describe("a crash is no part of the quiet line before it", () => {
  test.each([
    [
      "Go",
      "fatal",
      "panic: runtime error: index out of range [5] with length 3\n\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:9 +0x1d\nexit status 2",
    ],
    [
      "Go's own",
      "fatal",
      "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\nmain.main()",
    ],
    [
      "Python",
      "error",
      'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\n    run()\nshop.Fault: boom',
    ],
    [
      "Rust",
      "fatal",
      "thread 'main' panicked at src/main.rs:4:5:\nindex out of bounds\nnote: run with `RUST_BACKTRACE=1`",
    ],
    ["a segfault", "fatal", "Segmentation fault (core dumped)"],
    [
      "Java",
      "error",
      'Exception in thread "main" java.lang.IllegalStateException: boom\n\tat com.shop.Main.main(Main.java:3)',
    ],
    ["Node", "error", "Uncaught TypeError: x is undefined\n    at run (/app/x.js:1:2)"],
    ["C++", "fatal", "terminate called after throwing an instance of 'std::runtime_error'\n  what():  boom"],
  ])("%s", (_, level, crash) => {
    const entries = read(`${AT} INFO serving`, ...crash.split("\n"), `${AT} INFO next`);
    expect(entries.map((entry) => [entry.level, entry.timeMs])).toEqual([
      ["info", REFERENCE],
      [level, REFERENCE],
      ["info", REFERENCE],
    ]);
    expect(entries[1]?.message).toBe(crash.replace("\n\n", "\n"));
  });

  test("behind an error it belongs to it", () => {
    const entries = read(`${AT} ERROR failed`, "Traceback (most recent call last):", '  File "x.py"', "ValueError: x");
    expect(entries).toMatchObject([{ level: "error" }]);
  });

  test("a warning that was logged with its exception stays one", () => {
    const entries = read(
      `${AT} WARN retrying`,
      "java.net.ConnectException: refused",
      "\tat com.shop.Net.go(Net.java:1)",
    );
    expect(entries).toMatchObject([{ level: "warn" }]);
  });
});

test("parts of one line that a runtime cut are one entry", () => {
  const cri = read(
    "2026-11-29T12:00:00.1Z stderr P ERROR a long ",
    "2026-11-29T12:00:00.1Z stderr F line",
    "2026-11-29T12:00:00.2Z stdout F INFO next",
  );
  expect(cri).toMatchObject([{ level: "error", message: "ERROR a long line" }, { level: "info" }]);
  const docker = read(
    '{"log":"INFO a long ","stream":"stdout","time":"2026-11-29T12:00:00.1Z"}',
    '{"log":"line says level=error\\n","stream":"stdout","time":"2026-11-29T12:00:00.1Z"}',
    '{"log":"ERROR next\\n","stream":"stdout","time":"2026-11-29T12:00:00.2Z"}',
  );
  expect(docker).toMatchObject([{ level: "info", message: "INFO a long line says level=error" }, { level: "error" }]);
  const trace = read(
    "2026-11-29T12:00:00.1Z stderr F ERROR boom",
    "2026-11-29T12:00:00.1Z stderr F \tat com.shop.Main.main(Main.java:3)",
  );
  expect(trace).toMatchObject([{ level: "error", message: "ERROR boom\n\tat com.shop.Main.main(Main.java:3)" }]);
});
