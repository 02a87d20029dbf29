/** The answer of a look at a cluster for programs (`--json`). */

interface StateCause {
  code: string;
  object: { kind: string; namespace: string | null; name: string };
  what: string;
  score: number;
  affects: string[];
  evidence: Array<{ object: string; from: string; text: string }>;
  confirm: string;
  next: string;
  changed?: string | null;
  explained_by: string | null;
}

/** What `kubernetes_state` and `autoRCA` returned, as far as it is shown. */
export interface ClusterAnswer {
  healthy: boolean;
  cluster: string;
  namespace: string | null;
  causes: StateCause[];
  symptoms: StateCause[];
  notices: StateCause[];
  unreadable: Array<{ kind: string; namespace: string | null; message: string }>;
  certainty: string | null;
  rule: string | null;
}

type Output = Record<string, unknown>;
const isOutput = (value: unknown): value is Output => typeof value === "object" && value !== null;

/** The first look counts: a later one tells what a remedy did. */
export function clusterAnswerOf(outputs: readonly unknown[]): ClusterAnswer | undefined {
  const state = outputs.find((one) => isOutput(one) && typeof one.healthy === "boolean" && Array.isArray(one.causes));
  if (!isOutput(state)) return undefined;
  const verdict = outputs.find((one) => isOutput(one) && typeof one.certainty === "string" && "set_aside" in one);
  const { certainty = null, rule = null } = isOutput(verdict) ? (verdict as Partial<ClusterAnswer>) : {};
  const { healthy, cluster, namespace, causes, symptoms, notices, unreadable } = state as unknown as ClusterAnswer;
  return { healthy, cluster, namespace, causes, symptoms, notices, unreadable, certainty, rule };
}
