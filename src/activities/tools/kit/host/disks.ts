/** How full the file systems of this machine are. Those of other machines are left alone: one that is gone hangs. */
import { statfs } from "node:fs/promises";
import type { Mount } from "./proc-format.js";

export interface Disk {
  path: string;
  type: string;
  total_bytes: number;
  free_bytes: number;
  used_percent: number;
  inodes_used_percent: number | null;
}

const LOCAL_TYPES = new Set([
  "bcachefs",
  "btrfs",
  "erofs",
  "exfat",
  "ext2",
  "ext3",
  "ext4",
  "f2fs",
  "jfs",
  "msdos",
  "ntfs3",
  "overlay",
  "reiserfs",
  "tmpfs",
  "vfat",
  "xfs",
  "zfs",
]);
const REMOTE_TYPES = /^(?:9p|afs|ceph|cifs|fuse\..*|glusterfs|gfs2|lustre|nfs4?|ocfs2|smb3?|virtiofs)$/;
/** Read-only images are full by nature. */
const DIRECTORIES_OF_THE_SYSTEM = /^\/(?:dev|proc|run|sys)(?:\/|$)/;

/** The fullest first. `remote`: paths that were not looked at. */
export async function readDisks(all: readonly Mount[]): Promise<{ disks: Disk[]; remote: string[] }> {
  const remote = all.filter(({ type }) => REMOTE_TYPES.test(type)).map(({ path }) => path);
  const seen = new Set<string>();
  const disks: Disk[] = [];
  for (const { device, path, type } of all) {
    if (!LOCAL_TYPES.has(type) || DIRECTORIES_OF_THE_SYSTEM.test(path)) continue;
    // One device mounted at several places (files bound into a container) is one disk.
    const key = device.startsWith("/") ? device : `${type}:${path}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const disk = await statfs(path).then(
      ({ bsize, blocks, bfree, bavail, files, ffree }): Disk => ({
        path,
        type,
        total_bytes: blocks * bsize,
        free_bytes: bavail * bsize,
        // As df has it: what only the superuser may use counts for neither side.
        used_percent: percent(blocks - bfree, blocks - bfree + bavail),
        inodes_used_percent: files === 0 ? null : percent(files - ffree, files),
      }),
      () => undefined,
    );
    if (disk !== undefined && disk.total_bytes > 0) disks.push(disk);
  }
  return { disks: disks.sort((a, b) => b.used_percent - a.used_percent), remote };
}

/** Of a whole, with one decimal; 0 where there is no whole. */
export function percent(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.round((part / whole) * 1_000) / 10;
}
