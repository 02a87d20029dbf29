#!/usr/bin/env node
/** The program `autoops`: parses, calls one command, prints, exits. */
import { EXIT } from "../../vocabulary/codes.js";
import { createPrinter } from "./print.js";
import { runProgram } from "./program.js";
import type { Session } from "./session.js";

const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
    interrupt.abort();
  });
}
// A reader that goes away (`| head`) is no error of ours; what finds no room on standard error is lost, and work goes on.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(EXIT.interrupted);
    if (stream === process.stderr) return;
    // Nothing that is said now would reach the reader; a script must not take what there is for the whole.
    process.stderr.write(`error standard output cannot be written (${error.code ?? error.message})\n`);
    process.exit(EXIT.problems);
  });
}

function openSession({ json, input }: { json: boolean; input: boolean }): Session {
  const { env, stdin, stdout, stderr } = process;
  const plain = (env.NO_COLOR ?? "") !== "";
  return {
    environment: env,
    print: createPrinter({ stdout, stderr, json, plain, dumb: env.TERM === "dumb" }),
    canAsk: input && !json && stdin.isTTY === true && stdout.isTTY === true,
    interrupt: interrupt.signal,
    stdin,
    stdout,
  };
}

const exit = await runProgram(process.argv.slice(2), openSession);
// What was written must have left before the process ends: a pipe takes it in parts.
await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((sent) => stream.write("", sent))));
// What a signal broke off fails with whatever it fell over; a script shall see that somebody ended it.
process.exit(interrupt.signal.aborted && exit !== EXIT.done ? EXIT.interrupted : exit);
