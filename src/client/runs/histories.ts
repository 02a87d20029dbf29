/** The histories of a run: page by page, waiting for more, along the chain of executions that continued as new. */
import type { temporal } from "@temporalio/proto";
import { WORKFLOWS } from "../../vocabulary/names.js";
import type { RunsOptions } from "./context.js";
import { promptly } from "./deadline.js";
import { type RunStart, startOf } from "./fold/start.js";
import { Fold } from "./fold.js";
import { opened } from "./opened.js";
import type { HistoryEvent } from "./payloads.js";
import { isNotFound, isTimeOut } from "./temporal-errors.js";

type Page = temporal.api.workflowservice.v1.IGetWorkflowExecutionHistoryResponse;

export interface Execution {
  /** Temporal's own run id of this execution. */
  executionId: string;
  start: RunStart;
  /** Whether it goes on, as Temporal said it a moment ago. */
  isOpen: boolean;
}

/** `WORKFLOW_EXECUTION_STATUS_RUNNING` */
const RUNNING = 1;
/** Milliseconds that one wait for more events may take: the server answers an empty page before. */
const LONG_POLL_MS = 65_000;

/** Throws what Temporal throws. */
export class Histories {
  readonly #client: RunsOptions["client"];
  readonly #namespace: string;

  constructor({ client, namespace }: Pick<RunsOptions, "client" | "namespace">) {
    this.#client = client;
    this.#namespace = namespace;
  }

  /** The executions of a run, the first one first, as far as Temporal still keeps them; undefined where it is no run. */
  async chain(runId: string): Promise<Execution[] | undefined> {
    const { workflowService: service } = this.#client;
    const described = { namespace: this.#namespace, execution: { workflowId: runId } };
    const { workflowExecutionInfo: info } = await promptly(this.#client, () =>
      service.describeWorkflowExecution(described),
    );
    const executions: Execution[] = [];
    let executionId = info?.execution?.runId ?? undefined;
    while (executionId !== undefined) {
      const start = await this.#startIn(runId, executionId);
      if (start === undefined || start.workflowType !== WORKFLOWS.runGraph) break;
      executions.unshift({ executionId, start, isOpen: executions.length === 0 && info?.status === RUNNING });
      executionId = start.continuedFrom;
    }
    return executions.length === 0 ? undefined : executions;
  }

  /** Folds what one execution has done until now. */
  async fold(runId: string, executionId: string, position: number): Promise<Fold> {
    const folded = new Fold(runId, position);
    let nextPageToken: Uint8Array | undefined;
    do {
      const before = nextPageToken;
      const answer: Page = await promptly(this.#client, () =>
        this.#page(runId, executionId, { nextPageToken: before }),
      );
      const { history } = await opened(answer, this.#client);
      for (const event of history?.events ?? []) folded.add(event);
      nextPageToken = tokenOf(answer);
    } while (nextPageToken !== undefined);
    folded.endTask();
    return folded;
  }

  /** The events of one execution by page; after the last one known it waits for more, until the execution ends. */
  async *follow(runId: string, executionId: string, signal: AbortSignal): AsyncGenerator<HistoryEvent[]> {
    let nextPageToken: Uint8Array | undefined;
    while (!signal.aborted) {
      let answer: Page;
      try {
        const wait = () => this.#page(runId, executionId, { waitNewEvent: true, nextPageToken });
        answer = await this.#abortable(signal, () => this.#client.withDeadline(Date.now() + LONG_POLL_MS, wait));
      } catch (error) {
        if (signal.aborted) return;
        if (isTimeOut(error)) continue;
        throw error;
      }
      const events = (await opened(answer, this.#client)).history?.events ?? [];
      if (events.length > 0) yield events;
      nextPageToken = tokenOf(answer);
      if (nextPageToken === undefined) return;
    }
  }

  #page(workflowId: string, runId: string | undefined, rest: object): Promise<Page> {
    const asked = { namespace: this.#namespace, execution: { workflowId, runId }, ...rest };
    return this.#client.workflowService.getWorkflowExecutionHistory(asked);
  }

  /** An earlier execution may be gone already: history is kept for a time only. */
  async #startIn(runId: string, executionId: string): Promise<RunStart | undefined> {
    try {
      const answer = await promptly(this.#client, () => this.#page(runId, executionId, { maximumPageSize: 1 }));
      const { history } = await opened(answer, this.#client);
      const first = history?.events?.[0];
      return first === undefined ? undefined : startOf(first, runId);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** A signal of its own for each call: the SDK leaves its listener on the one that it is given. */
  async #abortable<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    const own = new AbortController();
    const abort = () => own.abort();
    signal.addEventListener("abort", abort);
    try {
      return await this.#client.withAbortSignal(own.signal, call);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }
}

function tokenOf(page: Page): Uint8Array | undefined {
  return page.nextPageToken && page.nextPageToken.length > 0 ? page.nextPageToken : undefined;
}
