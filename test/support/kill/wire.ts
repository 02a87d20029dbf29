/**
 * The wire between a worker and Temporal: a gRPC proxy that can keep back one call, on its way there or its answer on
 * the way back. So a worker can be killed at a moment that no other signal shows.
 */
import { once } from "node:events";
import * as http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

/** Which calls are kept back, and on which way. */
export interface Hold {
  /** Such as `RespondActivityTaskCompleted`. */
  method: string;
  /** `there`: the server never hears of it. `back`: the server has taken it in, and the worker never learns. */
  way: "there" | "back";
  /** Looks at the encoded request. */
  matches(request: Buffer): boolean;
}

export interface Wire {
  address: string;
  /** Keeps back every call that matches from now on; resolves when the first one is held. */
  hold(hold: Hold): Promise<void>;
  close(): Promise<void>;
}

interface Holding extends Hold {
  held(): void;
}

/** Stands between whoever connects to `address` and the server at `upstream`. */
export async function startWire(upstream: string): Promise<Wire> {
  const holdings: Holding[] = [];
  const sessions = new Set<http2.Http2Session>();
  const server = http2.createServer();
  server.on("session", (session) => {
    const beyond = http2.connect(`http://${upstream}`);
    for (const each of [session, beyond]) {
      sessions.add(each);
      each.on("error", () => undefined);
      each.on("close", () => sessions.delete(each));
    }
    // Who is gone here must be gone there too: the server would hand work to a dead worker otherwise.
    session.on("close", () => beyond.destroy());
    beyond.on("close", () => session.destroy());
    session.on("stream", (stream, headers) => void pass(stream, headers, beyond, holdings));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: (hold) => new Promise((held) => holdings.push({ ...hold, held })),
    async close() {
      for (const session of sessions) session.destroy();
      if (server.listening) await new Promise((closed) => server.close(closed));
    },
  };
}

async function pass(
  stream: http2.ServerHttp2Stream,
  headers: http2.IncomingHttpHeaders,
  beyond: http2.ClientHttp2Session,
  holdings: readonly Holding[],
): Promise<void> {
  stream.on("error", () => undefined);
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk as Buffer);
  } catch {
    return;
  }
  const body = Buffer.concat(chunks);
  const method = String(headers[":path"]).split("/").at(-1);
  const holding = holdings.find((each) => each.method === method && each.matches(messageIn(body)));
  if (holding?.way === "there") return holding.held();
  if (stream.destroyed || beyond.destroyed) return;
  const call = beyond.request(headers);
  call.on("error", () => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR));
  stream.on("close", () => call.close(http2.constants.NGHTTP2_CANCEL));
  if (holding === undefined) answer(call, stream);
  else call.on("end", () => holding.held()).resume();
  call.end(body);
}

function answer(call: http2.ClientHttp2Stream, stream: http2.ServerHttp2Stream): void {
  let trailers: http2.IncomingHttpHeaders = {};
  call.on("trailers", (received) => {
    trailers = received;
  });
  call.on("response", (received, flags) => {
    if (stream.destroyed) return;
    const isAll = (flags & http2.constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    stream.respond(received, { endStream: isAll, waitForTrailers: !isAll });
    if (isAll) return;
    stream.on("wantTrailers", () => stream.sendTrailers(trailers));
    call.pipe(stream);
  });
}

/** gRPC puts five bytes before the message: whether it is packed, and its length. */
function messageIn(body: Buffer): Buffer {
  const message = body.subarray(5);
  return body[0] === 1 ? gunzipSync(message) : message;
}
