/** Senders of alerts as monitoring has them: each delivery is sent again until it was taken, wherever a façade answers. */
import { setTimeout as pause } from "node:timers/promises";

export interface StormAlert {
  kind: string;
  n: number;
}

export interface Sending {
  /** Where façades listen; each try goes to the next. */
  urls: readonly string[];
  hook: string;
  token: string;
  /** Seconds over which the deliveries are spread. */
  seconds: number;
  senders: number;
  /** Told after each delivery that was taken. */
  onTaken?(count: number): void;
}

export interface Sent {
  /** Tries that no façade answered with 202. */
  refused: number;
  taken: number;
}

const TRIES_MAX = 400;

/** In an order that the seed gives. */
export function shuffled<T>(all: readonly T[], seed: number): T[] {
  let state = seed;
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  const out = [...all];
  for (let at = out.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [out[at], out[other]] = [out[other] as T, out[at] as T];
  }
  return out;
}

export function deliveriesOf(alerts: readonly StormAlert[], size: number): StormAlert[][] {
  return Array.from({ length: Math.ceil(alerts.length / size) }, (_, at) => alerts.slice(at * size, (at + 1) * size));
}

const bodyOf = (alerts: readonly StormAlert[]): string =>
  JSON.stringify({
    version: "4",
    status: "firing",
    alerts: alerts.map(({ kind, n }) => ({
      status: "firing",
      labels: { alertname: kind, n: String(n) },
      annotations: {},
      fingerprint: `${kind}-${n}`,
      startsAt: "2026-11-30T03:00:00Z",
    })),
  });

export async function sendAll(deliveries: readonly StormAlert[][], sending: Sending): Promise<Sent> {
  const { seconds, senders } = sending;
  const startedMs = Date.now();
  const sent: Sent = { refused: 0, taken: 0 };
  const queue = deliveries.map((alerts, index) => ({
    alerts,
    atMs: startedMs + (index * seconds * 1_000) / deliveries.length,
  }));
  const work = async (number: number): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (next.atMs > Date.now()) await pause(next.atMs - Date.now());
      const refused = await sendUntilTaken(next.alerts, sending, number);
      sent.refused += refused;
      sent.taken += 1;
      sending.onTaken?.(sent.taken);
    }
  };
  await Promise.all(Array.from({ length: senders }, (_, number) => work(number)));
  return sent;
}

async function sendUntilTaken(alerts: readonly StormAlert[], sending: Sending, first: number): Promise<number> {
  const { urls, hook, token } = sending;
  const init = { method: "POST", headers: { authorization: `Bearer ${token}` }, body: bodyOf(alerts) };
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const url = urls[(first + tries) % urls.length] ?? "";
    const answer = await fetch(`${url}/hooks/${hook}`, init).catch(() => undefined);
    await answer?.arrayBuffer().catch(() => undefined);
    if (answer?.status === 202) return tries;
    await pause(100);
  }
  throw new Error(`a delivery was not taken in ${TRIES_MAX} tries`);
}
