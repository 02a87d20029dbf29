/**
 * A scripted OpenAI-compatible server over real HTTP on 127.0.0.1. What its fixtures cannot say (a refusal, a body that is
 * no completion, no answer at all) is answered under `/raw/v1` by a handler of the test's own.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type ChatCompletionRequest, LLMock } from "@copilotkit/aimock";

export interface ModelServer {
  /** What goes into `base_url`. */
  url: string;
  /** The same server where `raw` answers. */
  rawUrl: string;
  /** Each answer in turn, the last one again and again. Text is the model's answer; anything else goes out as JSON. */
  answers(...answers: unknown[]): void;
  /** An error for every call. */
  fails(status: number, options?: { retryAfter?: number; code?: string }): void;
  raw(handler: (request: IncomingMessage, response: ServerResponse) => void): void;
  requests(): ChatCompletionRequest[];
  /** Everything that was said to the model, as text. */
  said(): string;
  calls(): number;
  reset(): void;
  stop(): Promise<void>;
}

export const USAGE = { prompt_tokens: 1_000, completion_tokens: 200, total_tokens: 1_200 };

export async function startModelServer(): Promise<ModelServer> {
  const mock = new LLMock({ port: 0, host: "127.0.0.1", journalMaxEntries: 0 });
  let handler: Parameters<ModelServer["raw"]>[0] = (_, response) => response.writeHead(404).end();
  let rawCalls = 0;
  mock.mount("/raw", {
    handleRequest: (request, response) => {
      rawCalls++;
      handler(request, response);
      // A question that nobody reads would keep its connection open.
      request.resume();
      return Promise.resolve(true);
    },
  });
  const url = await mock.start();
  // The journal of the mock leaves out bodies over 64 KB: a question with all tools is longer.
  let asked: ChatCompletionRequest[] = [];
  const requests = () => [...asked];
  return {
    url: `${url}/v1`,
    rawUrl: `${url}/raw/v1`,
    answers(...answers) {
      let next = 0;
      mock.on({ endpoint: "chat" }, (request) => {
        asked.push(request);
        const answer = answers[Math.min(next++, answers.length - 1)];
        const content = typeof answer === "string" ? answer : JSON.stringify(answer);
        return { content, usage: USAGE };
      });
    },
    fails(status, { retryAfter, code } = {}) {
      const error = { message: `scripted ${status}`, type: "scripted", ...(code === undefined ? {} : { code }) };
      mock.on({ endpoint: "chat" }, (request) => {
        asked.push(request);
        return { error, status, ...(retryAfter === undefined ? {} : { retryAfter }) };
      });
    },
    raw(given) {
      handler = given;
    },
    requests,
    said: () => JSON.stringify(requests().map(({ messages }) => messages)),
    calls: () => requests().length + rawCalls,
    reset() {
      mock.clearFixtures();
      mock.clearRequests();
      asked = [];
      rawCalls = 0;
    },
    stop: () => mock.stop(),
  };
}
