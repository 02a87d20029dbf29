/** Crashes and stack traces in plain lines: how they begin, and which lines go on with them. */
import type { Level } from "./levels.js";

/** A program that ends says so at the beginning of a line. */
const ENDS =
  /^(?:panic: |fatal error: |thread '[^']{0,100}' (?:\(\d+\) )?panicked at |Segmentation fault|Bus error|Aborted \(core dumped\)|terminate called |SIG(?:SEGV|ABRT|BUS|ILL)\b|\*\*\* (?:Error in|stack smashing)|free\(\): |malloc\(\): |FATAL ERROR: |# A fatal error has been detected|Out of memory: Kill|(?:PHP )?(?:Fatal|Parse) error: +(?:Uncaught |syntax error))/;
/** Node and Deno begin with the place, on a line of its own: `/app/server.js:12`, `node:events:502`. */
const PLACE = /^(?:node:[a-z_/]{1,80}|(?:file:\/\/|\/|[A-Za-z]:\\)[^\s:]{0,200}\.[cm]?[jt]sx?):\d{1,6}$/;
const RAISES =
  /^(?:Traceback \(most recent call last\)|Exception in thread |Unhandled [Ee]xception|Uncaught \S|Exception Details: |Unhandled promise rejection|\*\* \([A-Z][\w.]{1,80}Error\) | {2}File "[^"]{1,200}", line \d+$|\S{1,200}\.rb:\d+:in ['`].{1,300} \([A-Z][\w:]{1,80}\)$)/;
/** An exception's name and its message, or its trace. */
export const RAISED = /\b(?:unhandled|uncaught|traceback|panic:|panic serving)|\b\w*(?:Error|Exception)\b(?::|\s+at\b)/;
const EXCEPTION = /^(?:[a-z_$][\w$]*\.)+[A-Z][\w$]*(?:Error|Exception)\b(?::|$)/;
/** A line that continues the one before it: a stack trace's. */
export const CONTINUATION =
  /^(?:\s+\S|at |Caused by:|Traceback |\.\.\. \d+ more|[})\]]|[\w.$]+(?:Error|Exception)(?::|$))/;

/** The level of a line that begins a crash: `fatal` where the program ended, `error` where something was raised. */
export function crashLevel(line: string): Level | undefined {
  if (ENDS.test(line) || PLACE.test(line)) return "fatal";
  return RAISES.test(line) || EXCEPTION.test(line) ? "error" : undefined;
}

/** Its level stands at the head of a line that has no time. */
const LED =
  /^\[?(?:(ERROR|SEVERE|Error|error)|(FATAL|CRITICAL|CRIT|EMERG|ALERT|PANIC)|(WARN|WARNING|Warning|warning))\]?(?::|[ \t]+(?=\[?[A-Za-z(])(?!counts?\b|total\b|rate\b))/;

/** The level of an undated line that begins with it: such a line is an entry, whatever quiet line stands before it. */
export function headLevel(line: string): Level | undefined {
  const [, error, fatal, warn] = LED.exec(line) ?? [];
  if (error !== undefined) return "error";
  if (fatal !== undefined) return "fatal";
  return warn === undefined ? undefined : "warn";
}

type Language = "python" | "go" | "node" | "other";
const GO =
  /^(?:goroutine \d+|\S{1,300}\(.{0,300}\)$|created by |exit status |\[signal |panic: |\t|r[a-z\d]{1,3} +0x|main\.|runtime\.)/;
const CHAIN = /^(?:During handling of the above exception|The above exception was the direct cause)/;
const RUST = /^(?:note: |stack backtrace:|\s*\d+: |\s+at )/;
const PHP = /^(?:#\d+ |Stack trace:$)/;
/** What an entry of its own begins with, so that it is no message of an exception. */
const OWN_ENTRY = /^(?:\{"|\[?\d{4}-\d\d-\d\d[T ])/;
/** Node: lines of source and of the message, before its trace. */
const BEFORE_TRACE_MAX = 40;
const NODE_REST = /^(?:\s|[})\]]|Emitted '|Node\.js v\d|Require stack:$|- (?:\/|[A-Z]:))/;

function languageOf(line: string): Language {
  if (/^(?:Traceback | {2}File ")/.test(line)) return "python";
  if (PLACE.test(line)) return "node";
  return /^(?:panic: |fatal error: |goroutine )/.test(line) ? "go" : "other";
}

/** Follows a trace from line to line: what belongs to it does not look alike in every language. */
export class Trace {
  #language: Language | undefined;
  /** Python: the exception was told, so that only another one that it led to goes on. */
  #told = false;
  #chained = false;
  /** Rust says why on the line behind the place. */
  #oneMore = false;
  /** Node: how many lines of source and message may still come. */
  #before = 0;

  begin(line: string): void {
    this.#language = languageOf(line);
    this.#before = BEFORE_TRACE_MAX;
    this.#told = false;
    this.#chained = false;
    this.#oneMore = line.startsWith("thread '");
  }

  end(): void {
    this.#language = undefined;
  }

  get isOpen(): boolean {
    return this.#language !== undefined;
  }

  continues(line: string): boolean {
    if (this.#language === undefined) return false;
    const goes = this.#goesOn(line);
    if (!goes) this.end();
    return goes;
  }

  #goesOn(line: string): boolean {
    if (this.#language === "python") return this.#python(line);
    if (this.#language === "go") return GO.test(line);
    if (this.#language === "node") return this.#node(line);
    const isReason = this.#oneMore && crashLevel(line) === undefined;
    this.#oneMore = false;
    return isReason || RUST.test(line) || PHP.test(line) || (CONTINUATION.test(line) && !line.startsWith("Traceback "));
  }

  #node(line: string): boolean {
    if (OWN_ENTRY.test(line)) return false;
    if (/^Node\.js v\d/.test(line)) {
      this.end();
      return true;
    }
    if (/^\s+at /.test(line)) this.#before = 0;
    else if (this.#before > 0) this.#before--;
    return this.#before > 0 || NODE_REST.test(line);
  }

  #python(line: string): boolean {
    if (/^\s/.test(line)) return true;
    if (CHAIN.test(line)) this.#chained = true;
    else if (line.startsWith("Traceback ")) {
      if (!this.#chained) return false;
      this.#chained = false;
      this.#told = false;
    } else if (this.#told) return false;
    else this.#told = true;
    return true;
  }
}
