/** One follow of a run for all who watch it: each of them sees everything once and in order, from where they were. */
import { compareIds } from "../runs/happenings.js";
import type { RunHappening, Runs } from "../runs.js";

interface Feed {
  /** All that happened since the run began. */
  readonly happened: RunHappening[];
  /** Set once nothing more will come. */
  end?: { error?: unknown };
  /** Settles when there is more, or the end. */
  news: Promise<void>;
  watchers: number;
  readonly stop: AbortController;
}

/** `onNews` is called with the run before anybody is told what happened in it. */
export function shareHappenings(
  follow: Runs["happenings"],
  onNews: (runId: string) => void = () => undefined,
): Runs["happenings"] {
  const feeds = new Map<string, Feed>();

  function open(runId: string): Feed {
    const feed: Feed = { happened: [], news: Promise.resolve(), watchers: 0, stop: new AbortController() };
    feeds.set(runId, feed);
    void fill(runId, feed);
    return feed;
  }

  async function fill(runId: string, feed: Feed): Promise<void> {
    let tell = renew(feed);
    try {
      for await (const happening of follow(runId, { signal: feed.stop.signal })) {
        feed.happened.push(happening);
        onNews(runId);
        const told = tell;
        tell = renew(feed);
        told();
      }
      feed.end = {};
    } catch (error) {
      // Whoever comes back begins a new one.
      feed.end = { error };
      forget(runId, feed);
    }
    tell();
  }

  function forget(runId: string, feed: Feed): void {
    if (feeds.get(runId) === feed) feeds.delete(runId);
  }

  return async function* happenings(runId, { after, signal }) {
    const feed = feeds.get(runId) ?? open(runId);
    feed.watchers++;
    const left = aborted(signal);
    try {
      let index = 0;
      while (signal?.aborted !== true) {
        const next = feed.happened[index];
        if (next !== undefined) {
          index++;
          if (after === undefined || compareIds(next.id, after) > 0) yield next;
        } else if (feed.end === undefined) await Promise.race([feed.news, left.promise]);
        else if (feed.end.error === undefined) return;
        else throw feed.end.error;
      }
    } finally {
      left.clear();
      feed.watchers--;
      if (feed.watchers === 0) {
        forget(runId, feed);
        feed.stop.abort();
      }
    }
  };
}

function renew(feed: Feed): () => void {
  let tell = (): void => undefined;
  feed.news = new Promise((resolve) => {
    tell = resolve;
  });
  return tell;
}

function aborted(signal: AbortSignal | undefined): { promise: Promise<void>; clear(): void } {
  let leave = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    leave = resolve;
  });
  signal?.addEventListener("abort", leave);
  return { promise, clear: () => signal?.removeEventListener("abort", leave) };
}
