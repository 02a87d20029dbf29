/** Lines of programs that write no level, or a time of their own kind: machines, proxies, clouds, other languages. */
import { expect, test } from "vitest";
import { DEFAULT_FIELDS, EntryReader } from "../../../../src/activities/tools/logs/entries.js";
import type { LevelOrUnknown } from "../../../../src/activities/tools/logs/levels.js";

const REFERENCE = Date.parse("2026-11-29T12:10:00Z");
const NOON = "2026-11-29T12:00:00.000Z";

/** Program, level, time (undefined where the line has none), line. */
const ROWS: ReadonlyArray<readonly [string, LevelOrUnknown, string | undefined, string]> = [
  ["mysql old 1 digit hour", "error", "2026-11-29T09:00:00.000Z", "261129  9:00:00 [ERROR] mysqld: boom"],
  [
    "mysql json",
    "error",
    NOON,
    '{ "prio" : 1, "err_code" : 10119, "subsystem" : "Server", "SQL_state" : "HY000", "source_file" : "x.cc", "function" : "f", "msg" : "Aborting", "time" : "2026-11-29T12:00:00.000000Z", "err_symbol" : "ER_ABORTING", "label" : "Error" }',
  ],
  ["mysql x", "fatal", NOON, "12:00:00 UTC - mysqld got signal 11 ;"],
  ["erlang crash", "error", NOON, "=CRASH REPORT==== 29-Nov-2026::12:00:00.000000 ==="],
  [
    "systemd scope",
    "warn",
    NOON,
    "Nov 29 12:00:00 web-1 systemd[1]: nginx.service: Main process exited, code=exited, status=1/FAILURE",
  ],
  [
    "systemd oom",
    "error",
    NOON,
    "Nov 29 12:00:00 web-1 systemd[1]: app.service: A process of this unit has been killed by the OOM killer.",
  ],
  [
    "systemd timeout",
    "warn",
    NOON,
    "Nov 29 12:00:00 web-1 systemd[1]: app.service: State 'stop-sigterm' timed out. Killing.",
  ],
  [
    "systemd start too quick",
    "warn",
    NOON,
    "Nov 29 12:00:00 web-1 systemd[1]: app.service: Start request repeated too quickly.",
  ],
  ["slog json +2", "info", NOON, '{"time":"2026-11-29T12:00:00Z","level":"INFO+2","msg":"note"}'],
  ["slog json warn+1", "warn", NOON, '{"time":"2026-11-29T12:00:00Z","level":"WARN+1","msg":"note"}'],
  ["slog offset level", "error", NOON, "time=2026-11-29T12:00:00.000Z level=ERROR+4 msg=boom"],
  [
    "websphere",
    "error",
    NOON,
    "[11/29/26 12:00:00:000 UTC] 00000001 WsServerImpl  E   WSVR0009E: Error occurred during startup",
  ],
  [
    "rails lograge",
    "error",
    NOON,
    "I, [2026-11-29T12:00:00.000000 #7]  INFO -- : method=GET path=/cart format=html controller=C action=show status=500 duration=12.2",
  ],
  ["rails started", "unknown", NOON, 'Started GET "/cart" for 10.0.0.1 at 2026-11-29 12:00:00 +0000'],
  [
    "windows csv",
    "error",
    NOON,
    "Error,11/29/2026 12:00:00 PM,Service Control Manager,7031,None,The X service terminated unexpectedly.",
  ],
  ["windows csv2", "warn", NOON, '"Warning","11/29/2026 12:00:00 PM","disk","153","None"'],
  [
    "windows json Get-WinEvent",
    "error",
    NOON,
    '{"TimeCreated":"2026-11-29T12:00:00Z","Id":7031,"LevelDisplayName":"Error","Level":2,"ProviderName":"SCM","Message":"terminated"}',
  ],
  [
    "windows PS date",
    "error",
    NOON,
    '{"TimeCreated":"\\/Date(1795953600000)\\/","Id":7031,"LevelDisplayName":"Error","Level":2,"Message":"terminated"}',
  ],
  [
    "windows xml",
    "error",
    NOON,
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='SCM'/><EventID>7031</EventID><Level>2</Level><TimeCreated SystemTime='2026-11-29T12:00:00.0000000Z'/></System></Event>",
  ],
  ["lambda timeout", "error", NOON, "2026-11-29T12:00:00.000Z 8f5abc Task timed out after 3.00 seconds"],
  [
    "uwsgi",
    "error",
    NOON,
    "[pid: 7|app: 0|req: 1/1] 10.0.0.1 () {30 vars in 400 bytes} [Sun Nov 29 12:00:00 2026] GET /cart => generated 9 bytes in 1 msecs (HTTP/1.1 500) 2 headers in 80 bytes",
  ],
  [
    "kubectl get events",
    "warn",
    undefined,
    "5m          Warning   BackOff     pod/web-1   Back-off restarting failed container",
  ],
  [
    "postgres json",
    "error",
    NOON,
    '{"timestamp":"2026-11-29 12:00:00.000 UTC","pid":7,"error_severity":"ERROR","state_code":"42P01","message":"relation does not exist"}',
  ],
  ["postgres german", "error", NOON, "2026-11-29 12:00:00.000 UTC [71] FEHLER:  Relation »x« existiert nicht"],
  ["oracle", "error", undefined, "ORA-00600: internal error code, arguments: [1]"],
  ["haproxy nosrv", "error", NOON, "Nov 29 12:00:00 lb haproxy[7]: backend b has no server available!"],
  ["cisco", "error", NOON, "Nov 29 12:00:00.000: %LINK-3-UPDOWN: Interface Gi0/1, changed state to down"],
  ["cisco asa", "warn", NOON, "Nov 29 2026 12:00:00: %ASA-4-106023: Deny tcp src"],
  ["fortigate", "warn", NOON, 'date=2026-11-29 time=12:00:00 devname="fw" level="warning" msg="x"'],
  [
    "fortigate err",
    "error",
    NOON,
    'date=2026-11-29 time=12:00:00 devname="fw" devid="F" logid="01" type="event" level="error" vd="root" msg="x"',
  ],
  [
    "aws alb",
    "error",
    NOON,
    'https 2026-11-29T12:00:00.000000Z app/x/50 10.0.0.1:2817 10.0.0.2:80 0.000 0.001 0.000 502 502 34 366 "GET https://x/ HTTP/1.1" "curl" ECDHE TLSv1.2 arn',
  ],
  [
    "cloudfront",
    "error",
    NOON,
    "2026-11-29\t12:00:00\tFRA2\t2390\t10.0.0.1\tGET\td1.cloudfront.net\t/x\t502\t-\tcurl\t-\t-\tError",
  ],
  [
    "gcp http",
    "error",
    NOON,
    '{"severity":"INFO","timestamp":"2026-11-29T12:00:00.000Z","httpRequest":{"requestMethod":"GET","status":502}}',
  ],
  ["azure app", "error", NOON, '{"TimeGenerated":"2026-11-29T12:00:00.000Z","SeverityLevel":3,"Message":"boom"}'],
  [
    "heroku",
    "error",
    NOON,
    '2026-11-29T12:00:00.000000+00:00 heroku[router]: at=error code=H12 desc="Request timeout" method=GET path="/" status=503',
  ],
  ["fern", "error", NOON, "[2026-11-29][12:00:00][shop::cart][ERROR] boom"],
  ["absl", "error", NOON, "E0000 00:00:1795953600.000000    7 x.cc:1] boom"],
  [
    "k8s audit",
    "error",
    NOON,
    '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","stage":"ResponseComplete","requestReceivedTimestamp":"2026-11-29T12:00:00.000000Z","verb":"get","responseStatus":{"code":500}}',
  ],
  ["minecraft", "error", NOON, "[12:00:00] [Server thread/ERROR]: boom"],
  ["ES date locale", "error", NOON, "29 nov. 2026 12:00:00 ERROR boom"],
  ["de date", "error", NOON, "29. Nov 2026 12:00:00 ERROR boom"],
  ["de month okt/dez", "error", "2026-11-29T12:00:00.000Z", "29.11.2026, 12:00:00 FEHLER boom"],
  ["month dot", "error", NOON, "Nov. 29, 2026 12:00:00 ERROR boom"],
  ["epoch us", "error", NOON, "1795953600000000 ERROR boom"],
  ["time in two fields", "error", NOON, '{"date":"2026-11-29","time":"12:00:00","level":"error","msg":"x"}'],
  ["minus sign", "error", NOON, "2026-11-29T09:00:00−03:00 ERROR boom"],
  ["systemd started", "unknown", NOON, "Nov 29 12:00:00 web-1 systemd[1]: Started nginx.service - A web server."],
  [
    "systemd, ended well",
    "unknown",
    NOON,
    "Nov 29 12:00:00 web-1 systemd[1]: app.service: Main process exited, code=exited, status=0/SUCCESS",
  ],
  [
    "Tomcat in Chinese",
    "error",
    NOON,
    "29-Nov-2026 12:00:00.000 严重 [main] org.apache.catalina.core.StandardContext.startInternal boom",
  ],
  ["JUL in German", "error", NOON, "29.11.2026 12:00:00 SCHWERWIEGEND: boom"],
  ["JUL in French", "warn", NOON, "29 nov. 2026 12:00:00 AVERTISSEMENT: lent"],
  ["PostgreSQL in French", "error", NOON, "2026-11-29 12:00:00.000 UTC [71] ERREUR:  la relation n'existe pas"],
  ["May in German", "error", "2026-05-03T12:00:00.000Z", "3. Mai 2026 12:00:00 ERROR boom"],
  ["December in German", "error", "2025-12-03T12:00:00.000Z", "03. Dez 2025 12:00:00 ERROR boom"],
  ["July in French", "error", "2026-07-03T12:00:00.000Z", "03 juil. 2026 12:00:00 ERROR boom"],
  [
    "Windows, an informational event",
    "info",
    NOON,
    '{"TimeCreated":"2026-11-29T12:00:00Z","Id":7036,"Level":4,"ProviderName":"SCM","Message":"entered the running state"}',
  ],
  ["Azure, critical", "fatal", NOON, '{"TimeGenerated":"2026-11-29T12:00:00.000Z","SeverityLevel":4,"Message":"boom"}'],
  [
    "Event Viewer, information",
    "info",
    NOON,
    "Information,11/29/2026 12:00:00 PM,Service Control Manager,7036,None,entered the running state",
  ],
  [
    "WebSphere, a warning",
    "warn",
    NOON,
    "[11/29/26 12:00:00:000 UTC] 00000001 ThreadMonitor W   WSVR0605W: Thread may be hung",
  ],
  ["Cisco, informational", "info", NOON, "Nov 29 12:00:00.000: %SYS-6-LOGGINGHOST_STARTSTOP: Logging to host started"],
  [
    "pairs of a request that went well",
    "info",
    NOON,
    '2026-11-29T12:00:00.000000+00:00 heroku[router]: at=info method=GET path="/error" status=200',
  ],
  ["pairs of no request", "unknown", NOON, "2026-11-29T12:00:00Z job done status=500 rows"],
  [
    "events of a cluster, ordinary",
    "info",
    undefined,
    "12m         Normal    Scheduled   pod/web-1   Successfully assigned shop/web-1 to node-1",
  ],
  [
    "a field that nobody listed",
    "error",
    NOON,
    '{"eventTimestamp":"2026-11-29T12:00:00Z","level":"error","message":"boom"}',
  ],
  [
    "a time of something else",
    "error",
    undefined,
    '{"certificateExpiryDate":"2026-11-01T12:00:00Z","level":"error","message":"boom"}',
  ],
  ["nanoseconds", "error", NOON, "1795953600000000000 ERROR boom"],
  ["an id of sixteen digits", "error", undefined, "4929123412341234 ERROR declined"],
];

test.each(ROWS)("%s is %s at %s", (_, level, time, line) => {
  const reader = new EntryReader("text", DEFAULT_FIELDS, REFERENCE);
  const entries = [reader.push(line), reader.end()].filter((entry) => entry !== undefined);
  expect(entries).toHaveLength(1);
  const { timeMs } = entries[0] ?? {};
  expect([entries[0]?.level, timeMs === undefined ? undefined : new Date(timeMs).toISOString()]).toEqual([level, time]);
});
