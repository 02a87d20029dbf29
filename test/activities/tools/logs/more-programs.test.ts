/** Lines of programs that no other test has: journals, notebooks, proxies, and zones that machines are set to. */
import { expect, test } from "vitest";
import { DEFAULT_FIELDS, EntryReader } from "../../../../src/activities/tools/logs/entries.js";
import type { LevelOrUnknown } from "../../../../src/activities/tools/logs/levels.js";

const REFERENCE = Date.parse("2026-11-29T12:10:00Z");
const NOON = "2026-11-29T12:00:00.000Z";

/** Program, level, time (undefined where the line has none), line. */
const ROWS: ReadonlyArray<readonly [string, LevelOrUnknown, string | undefined, string]> = [
  ["zap epoch console", "error", NOON, '1.7959536e+09\tERROR\tcontroller\tReconciler error\t{"k":1}'],
  ["pm2", "info", NOON, "2026-11-29T12:00:00: PM2 log: App [api:0] exited with code [1] via signal [SIGINT]"],
  [
    "node deprecation",
    "warn",
    undefined,
    "(node:7) [DEP0040] DeprecationWarning: The `punycode` module is deprecated.",
  ],
  ["python warnings", "warn", undefined, "/app/x.py:7: UserWarning: bad"],
  ["airflow", "error", NOON, "[2026-11-29, 12:00:00 UTC] {taskinstance.py:1824} ERROR - Task failed with exception"],
  ["jupyter", "error", NOON, "[E 2026-11-29 12:00:00.000 ServerApp] boom"],
  ["jupyter short", "error", NOON, "[E 12:00:00.000 NotebookApp] boom"],
  ["tornado", "warn", NOON, "[W 261129 12:00:00 web:2239] 404 GET /x (10.0.0.1) 0.5ms"],
  ["couchbase", "error", NOON, "[ns_server:error,2026-11-29T12:00:00.000Z,ns_1@cb.local:<0.1.0>:x:y:1]boom"],
  ["oracle tns", "error", undefined, "TNS-12541: TNS:no listener"],
  [
    "kibana old",
    "error",
    NOON,
    '{"type":"log","@timestamp":"2026-11-29T12:00:00Z","tags":["error","elasticsearch"],"pid":7,"message":"boom"}',
  ],
  ["mosquitto iso", "unknown", NOON, "2026-11-29T12:00:00: Client x disconnected."],
  [
    "kube-apiserver httplog",
    "error",
    NOON,
    'I1129 12:00:00.000000       1 httplog.go:132] "HTTP" verb="GET" URI="/api/v1/pods" latency="2ms" userAgent="x" audit-ID="y" srcIP="10.0.0.1:5" resp=500',
  ],
  [
    "kubelet journald",
    "error",
    NOON,
    'Nov 29 12:00:00 node-1 kubelet[7]: E1129 12:00:00.000000    7 pod_workers.go:1298] "Error syncing pod, skipping" err="x"',
  ],
  ["suricata", "warn", NOON, "29/11/2026 -- 12:00:00 - <Warning> - [ERRCODE: SC_ERR_X(1)] - boom"],
  [
    "snort",
    "unknown",
    NOON,
    "11/29-12:00:00.000000  [**] [1:1:1] TEST [**] [Priority: 2] {TCP} 10.0.0.1:1 -> 10.0.0.2:2",
  ],
  ["zabbix server", "unknown", NOON, "   7:20261129:120000.000 cannot connect to the database"],
  ["icinga2", "fatal", NOON, "[2026-11-29 12:00:00 +0000] critical/ApiListener: Cannot connect"],
  [
    "cloudflare",
    "error",
    NOON,
    '{"EdgeStartTimestamp":"2026-11-29T12:00:00Z","ClientRequestMethod":"GET","EdgeResponseStatus":522}',
  ],
  ["akamai", "error", NOON, '{"reqTimeSec":"1795953600","reqMethod":"GET","statusCode":"502"}'],
  ["make", "error", undefined, "make: *** [Makefile:5: all] Error 2"],
  [
    "sudo",
    "unknown",
    NOON,
    "Nov 29 12:00:00 web sudo:      ann : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/grep ERROR /var/log/x",
  ],
  ["cron", "unknown", NOON, "Nov 29 12:00:00 web CRON[7]: (root) CMD (grep ERROR /x)"],
  [
    "http: panic",
    "error",
    NOON,
    "2026/11/29 12:00:00 http: panic serving 10.0.0.1:5: runtime error: x\ngoroutine 7 [running]:\nnet/http.(*conn).serve.func1()\n\t/usr/x.go:1 +0xb",
  ],
  [
    "loguru json",
    "error",
    NOON,
    '{"text":"x","record":{"elapsed":{"seconds":1},"level":{"icon":"x","name":"ERROR","no":40},"message":"boom","time":{"repr":"2026-11-29 12:00:00.000000+00:00","timestamp":1795953600.0}}}',
  ],
  [
    "datadog status",
    "error",
    NOON,
    '{"timestamp":"2026-11-29T12:00:00Z","status":"error","message":"boom","service":"x"}',
  ],
  ["airbyte", "error", NOON, '{"type":"LOG","log":{"level":"ERROR","message":"boom"},"emitted_at":1795953600000}'],
  [
    "k8s event json",
    "warn",
    NOON,
    '{"type":"Warning","reason":"BackOff","message":"x","lastTimestamp":"2026-11-29T12:00:00Z","involvedObject":{"kind":"Pod"}}',
  ],
  [
    "kong",
    "error",
    NOON,
    '{"started_at":1795953600000,"request":{"method":"GET","uri":"/x"},"response":{"status":502}}',
  ],
  [
    "chi",
    "error",
    NOON,
    '2026/11/29 12:00:00 [host/abc-000001] "GET http://x/ HTTP/1.1" from 10.0.0.1:5 - 500 0B in 1.2ms',
  ],
  ["phoenix", "error", NOON, "12:00:00.000 request_id=F1 [info] Sent 500 in 12ms"],
  ["play", "error", NOON, "2026-11-29 12:00:00,000 [info] p.c.Access - GET /x 500"],
  ["NST", "error", "2026-11-29T15:30:00.000Z", "2026-11-29 12:00:00 NST ERROR boom"],
  ["EST5EDT", "error", "2026-11-29T17:00:00.000Z", "2026-11-29 12:00:00 EST5EDT ERROR boom"],
  ["US/Eastern", "error", "2026-11-29T17:00:00.000Z", "2026-11-29 12:00:00 US/Eastern ERROR boom"],
  [
    "America/Argentina/Buenos_Aires",
    "error",
    "2026-11-29T15:00:00.000Z",
    "2026-11-29 12:00:00 America/Argentina/Buenos_Aires ERROR boom",
  ],
  ["Etc/GMT-3", "error", "2026-11-29T09:00:00.000Z", "2026-11-29 12:00:00 Etc/GMT-3 ERROR boom"],
  ["WITA", "error", "2026-11-29T04:00:00.000Z", "2026-11-29 12:00:00 WITA ERROR boom"],
  ["1 digit d", "error", "2026-11-09T12:00:00.000Z", "2026-11-9 12:00:00 ERROR boom"],
  ["1 digit month", "error", "2026-09-09T12:00:00.000Z", "2026-9-9 12:00:00 ERROR boom"],
  ["1 digit hour", "error", "2026-11-29T09:00:00.000Z", "2026-11-29 9:00:00 ERROR boom"],
  ["dot time", "error", NOON, "2026-11-29 12.00.00 ERROR boom"],
  ["korean", "error", NOON, "2026년 11월 29일 12:00:00 ERROR boom"],
  ["japanese", "error", NOON, "2026年11月29日 12:00:00 ERROR boom"],
  ["spanish", "error", NOON, "29 de noviembre de 2026 12:00:00 ERROR boom"],
  ["klog in JSON", "error", NOON, '{"ts":1795953600000,"caller":"x.go:1","msg":"boom","err":"x"}'],
  ["klog in JSON, ordinary", "info", NOON, '{"ts":1795953600000,"caller":"x.go:1","msg":"error count is 0","v":2}'],
  ["a status of a job", "unknown", NOON, '{"time":"2026-11-29T12:00:00Z","status":"failed","message":"job ended"}'],
  ["tags of Datadog", "unknown", NOON, '{"time":"2026-11-29T12:00:00Z","tags":["env:prod"],"message":"ready"}'],
  ["a path that holds a number", "unknown", NOON, "2026-11-29T12:00:00Z moved /GET/500 away"],
  ["a place that is none", "error", NOON, "2026-11-29 12:00:00 Shop/Cart ERROR boom"],
  [
    "iis http err",
    "error",
    NOON,
    "2026-11-29 12:00:00 10.0.0.1 55555 10.0.0.2 443 HTTP/1.1 GET /x - 503 1 ConnLimit Pool",
  ],
  [
    "mikrotik",
    "error",
    NOON,
    "nov/29/2026 12:00:00 system,error,critical login failure for user admin from 10.0.0.1 via ssh",
  ],
  [
    "nextcloud",
    "error",
    NOON,
    '{"reqId":"x","level":3,"time":"2026-11-29T12:00:00+00:00","remoteAddr":"10.0.0.1","user":"bob","app":"core","method":"GET","url":"/x","message":"boom"}',
  ],
  [
    "nextcloud warn",
    "warn",
    NOON,
    '{"reqId":"x","level":2,"time":"2026-11-29T12:00:00+00:00","app":"core","method":"GET","url":"/x","message":"slow"}',
  ],
  [
    "gitea router",
    "error",
    NOON,
    "2026/11/29 12:00:00 router: completed GET /x for 10.0.0.1:0, 500 Internal Server Error in 12.1ms @ x.go:1(y)",
  ],
  [
    "lager old",
    "error",
    NOON,
    '{"timestamp":"1795953600.000000000","source":"rep","message":"rep.boom","log_level":2,"data":{}}',
  ],
  [
    "oauth2-proxy access",
    "error",
    NOON,
    '10.0.0.1:5 - abc - bob [2026/11/29 12:00:00] shop.test GET / "/x" HTTP/1.1 "curl" 502 12 0.001',
  ],
  ["keydb", "warn", NOON, "1:7:M 29 Nov 2026 12:00:00.000 # boom"],
  [
    "passenger",
    "error",
    NOON,
    "[ E 2026-11-29 12:00:00.0000 7/T1 age/Cor/App/Implementation.cpp:221 ]: Could not spawn process",
  ],
  [
    "roarr",
    "error",
    NOON,
    '{"context":{"logLevel":50},"message":"boom","sequence":"0","time":1795953600000,"version":"2.0.0"}',
  ],
  [
    "tslog",
    "error",
    NOON,
    '{"0":"boom","_meta":{"date":"2026-11-29T12:00:00.000Z","logLevelId":5,"logLevelName":"ERROR"}}',
  ],
  ["signale", "error", undefined, "✖  error     boom"],
  ["unreal", "error", NOON, "[2026.11.29-12.00.00:000][  0]LogNet: Error: boom"],
  [
    "CloudNativePG",
    "fatal",
    NOON,
    '{"level":"info","ts":"2026-11-29T12:00:00.000Z","logger":"postgres","msg":"record","record":{"error_severity":"FATAL","message":"x"}}',
  ],
  ["a list in a sentence", "unknown", NOON, "2026-11-29T12:00:00Z counted orders, error pages and more"],
];

test.each(ROWS)("%s is %s at %s", (_, level, time, lines) => {
  const reader = new EntryReader("text", DEFAULT_FIELDS, REFERENCE);
  const pushed = lines.split("\n").map((line) => reader.push(line));
  const entries = [...pushed, reader.end()].filter((entry) => entry !== undefined);
  expect(entries).toHaveLength(1);
  const { timeMs } = entries[0] ?? {};
  expect([entries[0]?.level, timeMs === undefined ? undefined : new Date(timeMs).toISOString()]).toEqual([level, time]);
});
