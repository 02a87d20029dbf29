/** Where contents are kept by name: a folder of this machine, or a bucket. */

export interface ContentStore {
  /** Keeps the bytes under the name; bytes that are there already are replaced. */
  put(name: string, bytes: Buffer): Promise<void>;
  /** Keeps the bytes unless something is there under the name: then false, and nothing changes. One of many who try at once has true. */
  add(name: string, bytes: Buffer): Promise<boolean>;
  /** Undefined where there is nothing under the name. */
  get(name: string): Promise<Buffer | undefined>;
}
