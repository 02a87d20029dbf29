/** The checkout service's log: JSON lines in a file that rotates by size (`.1` plain, older ones gzipped). */
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const ROTATE_AT_BYTES = 1_000_000;
/** Rotated files that are kept; older ones are deleted. */
const KEPT = 5;

export type Fields = Record<string, string | number | undefined>;

export class ShopLog {
  readonly path: string;
  #file: number;
  #bytes: number;

  constructor(dir: string) {
    this.path = join(dir, "checkout.log");
    this.#file = openSync(this.path, "a", 0o600);
    this.#bytes = fstatSync(this.#file).size;
  }

  write(level: "info" | "warn" | "error", message: string, fields: Fields = {}): void {
    const line = `${JSON.stringify({ time: new Date().toISOString(), level, message, service: "checkout", ...fields })}\n`;
    const bytes = Buffer.byteLength(line);
    if (this.#bytes + bytes > ROTATE_AT_BYTES) this.#rotate();
    writeSync(this.#file, line);
    this.#bytes += bytes;
  }

  close(): void {
    closeSync(this.#file);
  }

  #rotate(): void {
    closeSync(this.#file);
    rmSync(`${this.path}.${KEPT}.gz`, { force: true });
    for (let number = KEPT - 1; number >= 2; number--) {
      if (existsSync(`${this.path}.${number}.gz`))
        renameSync(`${this.path}.${number}.gz`, `${this.path}.${number + 1}.gz`);
    }
    if (existsSync(`${this.path}.1`)) {
      writeFileSync(`${this.path}.2.gz`, gzipSync(readFileSync(`${this.path}.1`)), { mode: 0o600 });
    }
    renameSync(this.path, `${this.path}.1`);
    this.#file = openSync(this.path, "a", 0o600);
    this.#bytes = 0;
  }
}
