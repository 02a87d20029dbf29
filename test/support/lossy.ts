/** A way to a server on which answers get lost: the server has done what was asked, and nobody hears of it. */
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface Seen {
  method: string;
  /** With its query. */
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
  status: number;
}
export interface Lossy {
  url: string;
  /** What reached the server, in order. */
  seen: Seen[];
  /** The next request of this method whose path fits is carried out, and its answer is lost. */
  loseAnswer(method: string, path: RegExp): void;
  /** The next such request is answered so in the server's place. */
  answerInstead(
    method: string,
    path: RegExp,
    answer: { status: number; headers?: Record<string, string>; body?: string },
  ): void;
  stop(): Promise<void>;
}

export async function lossyWay(to: string): Promise<Lossy> {
  const target = new URL(to);
  const seen: Seen[] = [];
  const planned: Array<{
    method: string;
    path: RegExp;
    answer?: { status: number; headers?: Record<string, string>; body?: string };
  }> = [];
  const server = createServer(async (incoming, outgoing) => {
    let body = "";
    for await (const chunk of incoming) body += chunk;
    const { method = "", url = "", headers } = incoming;
    const at = planned.findIndex((one) => one.method === method && one.path.test(url));
    const [plan] = at < 0 ? [] : planned.splice(at, 1);
    if (plan?.answer !== undefined) {
      seen.push({ method, path: url, headers, body, status: plan.answer.status });
      outgoing.writeHead(plan.answer.status, plan.answer.headers).end(plan.answer.body ?? "");
      return;
    }
    const forwarded = httpRequest(
      { host: target.hostname, port: target.port, method, path: url, headers: { ...headers, host: target.host } },
      async (answer) => {
        const chunks: Buffer[] = [];
        for await (const chunk of answer) chunks.push(chunk as Buffer);
        seen.push({ method, path: url, headers, body, status: answer.statusCode ?? 0 });
        if (plan !== undefined) incoming.socket.destroy();
        else outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(Buffer.concat(chunks));
      },
    );
    forwarded.on("error", () => outgoing.writeHead(502).end());
    forwarded.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    loseAnswer: (method, path) => void planned.push({ method, path }),
    answerInstead: (method, path, answer) => void planned.push({ method, path, answer }),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
