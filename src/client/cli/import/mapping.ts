/** What an imported node knows while its params are mapped, and what is told of them. */
import type { Config } from "../../../schema/config.js";
import type { Json } from "../../../schema/json.js";
import { declaredFor, type Place } from "./declared-names.js";

export type Params = Record<string, Json>;
/** A key that became another one or has no equal; `hint` says what to use instead. */
export interface ImportNote {
  at: string;
  message: string;
  hint?: string;
}
export interface Surroundings {
  config: Config;
  /** Names that the person gave for sources and targets, by place. */
  given: Readonly<Record<string, string>>;
  /** Nodes that run before this one and of which tool they are, nearest first. */
  before: ReadonlyArray<{ id: string; tool: string }>;
}

/** The params of one node: each is taken once, and what nobody took has no equal. */
export class Mapping {
  readonly out: Params = {};
  readonly notes: ImportNote[] = [];
  readonly #rest: Params;

  constructor(
    readonly at: string,
    params: Params,
    readonly around: Surroundings,
  ) {
    this.#rest = { ...params };
  }

  /** The param, which counts as mapped. */
  take(key: string): Json | undefined {
    const value = this.#rest[key];
    delete this.#rest[key];
    return value;
  }

  text(key: string): string | undefined {
    const value = this.take(key);
    return typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined;
  }

  set(key: string, value: Json | undefined): void {
    if (value !== undefined) this.out[key] = value;
  }

  /** The same param under the name that it has here. */
  rename(from: string, to: string): void {
    const value = this.take(from);
    if (value === undefined) return;
    this.out[to] = value;
    if (from !== to) this.became(from, to);
  }

  became(from: string, to: string): void {
    this.notes.push({ at: `${this.at}.params.${from}`, message: `${this.at}.params.${from} became ${to}` });
  }

  lost(key: string, hint: string): void {
    if (this.take(key) !== undefined) this.tell(key, hint);
  }

  tell(key: string, hint: string): void {
    this.notes.push({
      at: `${this.at}.params.${key}`,
      message: `${this.at}.params.${key} has no equivalent and is left out`,
      hint,
    });
  }

  /** The declared name for a place; where none is, what to declare. */
  declared(place: Place, wanted?: string): string {
    const { name, isDeclared } = declaredFor(place, wanted, this.around.config, this.around.given);
    if (!isDeclared) {
      const message = `${this.at} needs a declared ${WORDS[place]}, and which one is not clear`;
      const hint = `declare one as ${name} in config.yaml, or name one with --param ${place}=NAME`;
      this.notes.push({ at: this.at, message, hint });
    }
    return name;
  }

  /** All that is left, which counts as mapped. */
  takeAll(): Params {
    return Object.fromEntries(Object.keys(this.#rest).map((key) => [key, this.take(key) ?? null]));
  }

  /** Of a tool that is not one of the Python version's: its params stay as they are. */
  keepAll(): void {
    Object.assign(this.out, this.takeAll());
  }

  /** Names everything that was not taken, with what takes its place. */
  finish(replacements: Readonly<Record<string, string>>): void {
    for (const key of Object.keys(this.#rest)) {
      this.tell(
        key,
        Object.hasOwn(replacements, key) ? (replacements[key] ?? "") : "see docs/tools.md for what the tool takes",
      );
    }
  }
}

const WORDS: Record<Place, string> = {
  logs: "source of logs",
  metrics: "source of metrics",
  traces: "source of traces",
  target: "target",
  tracker: "tracker",
  channel: "channel",
};
