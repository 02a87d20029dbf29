/** Crashes and stack traces in plain lines: how they begin, and which lines go on with them. */
import type { Level } from "./levels.js";

/** A program that ends says so at the beginning of a line. */
const ENDS =
  /^(?:panic: |fatal error: |thread '[^']{0,100}' (?:\(\d+\) )?panicked at |Segmentation fault|Bus error|Aborted \(core dumped\)|terminate called |SIG(?:SEGV|ABRT|BUS|ILL)\b|\*\*\* (?:Error in|stack smashing)|free\(\): |malloc\(\): |FATAL ERROR: |# A fatal error has been detected|Out of memory: Kill)/;
const RAISES =
  /^(?:Traceback \(most recent call last\)|Exception in thread |Unhandled [Ee]xception|Uncaught \S|Exception Details: |Unhandled promise rejection)/;
/** An exception's name and its message, or its trace. */
export const RAISED = /\b(?:unhandled|uncaught|traceback|panic:|panic serving)|\b\w*(?:Error|Exception)\b(?::|\s+at\b)/;
const EXCEPTION = /^(?:[a-z_$][\w$]*\.)+[A-Z][\w$]*(?:Error|Exception)\b(?::|$)/;
/** A line that continues the one before it: a stack trace's. */
export const CONTINUATION =
  /^(?:\s+\S|at |Caused by:|Traceback |\.\.\. \d+ more|[})\]]|[\w.$]+(?:Error|Exception)(?::|$))/;

/** The level of a line that begins a crash: `fatal` where the program ended, `error` where something was raised. */
export function crashLevel(line: string): Level | undefined {
  if (ENDS.test(line)) return "fatal";
  return RAISES.test(line) || EXCEPTION.test(line) ? "error" : undefined;
}

type Language = "python" | "go" | "other";
const GO =
  /^(?:goroutine \d+|\S{1,300}\(.{0,300}\)$|created by |exit status |\[signal |panic: |\t|r[a-z\d]{1,3} +0x|main\.|runtime\.)/;
const CHAIN = /^(?:During handling of the above exception|The above exception was the direct cause)/;
const RUST = /^(?:note: |stack backtrace:|\s*\d+: |\s+at )/;

/** Follows a trace from line to line: what belongs to it does not look alike in every language. */
export class Trace {
  #language: Language | undefined;
  /** Python: the exception was told, so that only another one that it led to goes on. */
  #told = false;
  #chained = false;
  /** Rust says why on the line behind the place. */
  #oneMore = false;

  begin(line: string): void {
    this.#language = line.startsWith("Traceback ")
      ? "python"
      : /^(?:panic: |fatal error: |goroutine )/.test(line)
        ? "go"
        : "other";
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
    const isReason = this.#oneMore && crashLevel(line) === undefined;
    this.#oneMore = false;
    return isReason || RUST.test(line) || (CONTINUATION.test(line) && !line.startsWith("Traceback "));
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
