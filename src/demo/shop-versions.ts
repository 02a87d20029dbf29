/** Which version of the checkout service answers, since when, and the deployment record that says so. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isVersion, type Version } from "./pricing.js";

interface Deployment {
  version: string;
  deployed_at: string;
  by: string;
}

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

const KEPT_DEPLOYMENTS = 50;
const KEPT_KEYS = 1_000;

export class ShopVersions {
  readonly path: string;
  current: Version = "1";
  #deployments: Deployment[];
  readonly #answered = new Map<string, { asked: string; answer: Answer }>();

  constructor(dir: string, by: string) {
    this.path = join(dir, "deployments.json");
    this.#deployments = readRecord(this.path);
    this.#record(by);
  }

  /** Switches once for each key: the same key and wish get the same answer again, another wish is refused. */
  switchTo(wish: { version?: unknown; by?: unknown }, key?: string): Answer {
    const asked = JSON.stringify([wish.version, wish.by]);
    const before = key === undefined ? undefined : this.#answered.get(key);
    if (before !== undefined) {
      if (before.asked === asked) return before.answer;
      return { status: 422, body: { error: "this Idempotency-Key was used for another request" } };
    }
    const answer = this.#switch(wish);
    if (key !== undefined) {
      const oldest = this.#answered.keys().next();
      if (this.#answered.size >= KEPT_KEYS && !oldest.done) this.#answered.delete(oldest.value);
      this.#answered.set(key, { asked, answer });
    }
    return answer;
  }

  #switch({ version, by }: { version?: unknown; by?: unknown }): Answer {
    if (!isVersion(version)) return { status: 400, body: { error: 'version must be "1" or "2"' } };
    const before = this.current;
    if (version !== before) {
      this.current = version;
      this.#record(typeof by === "string" ? by.slice(0, 100) : "unknown");
    }
    return { status: 200, body: { version, before, changed: version !== before } };
  }

  #record(by: string): void {
    const entry = { version: this.current, deployed_at: new Date().toISOString(), by };
    this.#deployments = [entry, ...this.#deployments].slice(0, KEPT_DEPLOYMENTS);
    // Readers see the old record or the new one, never half of one.
    writeFileSync(`${this.path}.new`, `${JSON.stringify({ deployments: this.#deployments }, null, 2)}\n`, {
      mode: 0o600,
    });
    renameSync(`${this.path}.new`, this.path);
  }
}

function readRecord(path: string): Deployment[] {
  try {
    const { deployments } = JSON.parse(readFileSync(path, "utf8")) as { deployments?: Deployment[] };
    return Array.isArray(deployments) ? deployments : [];
  } catch {
    return [];
  }
}
