/** A disk of its own that is soon full. Mounting one needs the rights of root; where a test has none, it says so and is left out. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SmallDisk {
  fill(): void;
  /** Makes room again. */
  empty(): void;
  remove(): void;
}

/** At a folder, which is made where there is none. */
export function mountSmallDisk(folder: string, kilobytes = 256): SmallDisk {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k,mode=700`, "tmpfs", folder], { stdio: "ignore" });
  const filler = join(folder, ".filler");
  return {
    fill() {
      for (let bytes = kilobytes * 1_024; bytes >= 1; bytes = Math.floor(bytes / 2)) {
        try {
          writeFileSync(filler, Buffer.alloc(bytes), { flag: "a" });
        } catch {
          // A smaller piece may still fit.
        }
      }
    },
    empty: () => rmSync(filler, { force: true }),
    remove: () => void execFileSync("umount", [folder]),
  };
}

export function canMount(): boolean {
  const there = mkdtempSync(join(tmpdir(), "autoops-mount-"));
  try {
    mountSmallDisk(there, 64).remove();
    return true;
  } catch {
    return false;
  } finally {
    rmSync(there, { recursive: true, force: true });
  }
}
