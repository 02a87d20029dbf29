/** A façade on loopback over staged runs, with sign-in: real keys in a real file, and notes of everything that was called. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Access } from "../../../../src/client/http/access/authenticator.js";
import { createFacade } from "../../../../src/client/http/facade.js";
import type { FacadeOptions } from "../../../../src/client/http/options.js";
import type { Answered, RunHappening, Runs } from "../../../../src/client/runs.js";
import { type ApiKeys, createApiKeys } from "../../../../src/platform/api-keys.js";
import { createLog } from "../../../../src/platform/log.js";
import type { AuditEntry } from "../../../../src/schema/audit.js";
import { ROLES, type Role } from "../../../../src/vocabulary/roles.js";
import { GATED } from "../../support/stack.js";

/** Notes each call; answers for every run, whose events end at once. */
export function stagedRuns(calls: Array<[string, ...unknown[]]>, changes: Partial<Runs> = {}): Runs {
  const note =
    <A extends unknown[], T>(name: string, value: (...args: A) => T) =>
    (...args: A): Promise<Answered<T>> => {
      calls.push([name, ...args]);
      return Promise.resolve({ ok: true, value: value(...args) });
    };
  return {
    start: note("start", () => ({ runId: "r1", runKey: "k1", isNew: true })),
    plan: note("plan", () => ({ ok: true, graph: GATED as never, playbook: "test", score: 1, notices: [] })),
    list: note("list", () => ({ runs: [] })),
    view: note("view", (runId) => ({ view: { runId } as never, source: "worker" as const, waitsForWorker: false })),
    report: note("report", () => undefined),
    async *happenings(...args): AsyncGenerator<RunHappening> {
      calls.push(["happenings", ...args]);
      yield { id: "0.1", atMs: 1, kind: "run-ended", text: "the run ended", status: "succeeded" };
    },
    inbox: note("inbox", () => []),
    decide: note("decide", ({ runId, node }) => ({ runId, node, counted: true, result: "accepted" as const })),
    cancel: note("cancel", (runId) => ({ runId })),
    hasWorker: note("hasWorker", () => true),
    ...changes,
  };
}

/** Groups named after the role that the policy gives them. */
export const ROLE_GROUPS: Record<string, Role[]> = Object.fromEntries(ROLES.map((role) => [`${role}s`, [role]]));

export interface Serving {
  server: Server;
  url: string;
  keys: ApiKeys;
  calls: Array<[string, ...unknown[]]>;
  audited: AuditEntry[];
  access: Access;
  /** A key of a person in these groups. */
  key(subject: string, ...groups: string[]): Promise<string>;
  stop(): Promise<void>;
}

export async function startServing(
  more: Partial<Omit<FacadeOptions, "access" | "runs">> & { access?: Partial<Access>; runs?: Partial<Runs> } = {},
): Promise<Serving> {
  const home = mkdtempSync(join(tmpdir(), "autoops-facade-"));
  const calls: Serving["calls"] = [];
  const audited: AuditEntry[] = [];
  const now = more.access?.now ?? Date.now;
  const keys = createApiKeys(join(home, "api-keys.json"), now);
  const note = async (entry: AuditEntry) => void audited.push(entry);
  const access: Access = {
    apiKeys: keys,
    roles: async () => ROLE_GROUPS,
    audit: { note, record: note },
    now,
    ...more.access,
  };
  const options = { operator: "ann", staticDir: "/nonexistent", log: createLog("fatal"), requestsPerMinute: 100_000 };
  const app = createFacade({ ...options, ...more, access, runs: stagedRuns(calls, more.runs) });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys,
    calls,
    audited,
    access,
    async key(subject, ...groups) {
      const made = await keys.create({ subject, groups, createdBy: "test" });
      if (!made.ok) throw new Error(made.problems[0]?.message);
      return made.value.key;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
