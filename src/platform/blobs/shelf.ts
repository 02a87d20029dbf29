/** Where contents are kept by name: a folder of this machine, or a bucket. */

export interface Shelf {
  /** Keeps the bytes under the name; bytes that are there already are replaced. */
  put(name: string, bytes: Buffer): Promise<void>;
  /** Undefined where there is nothing under the name. */
  get(name: string): Promise<Buffer | undefined>;
}
