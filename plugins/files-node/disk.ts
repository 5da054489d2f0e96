import * as fs from "node:fs";
import { promisify } from "node:util";

/**
 * The few calls of the file system that this plugin makes, in one place so that a test can let each of them fail.
 *
 * What asks where something lies, and of what kind it is, is asked at once: it takes some 5 µs, the way to another thread and back 60 µs
 * (docs/benchmarks.md), and judging one command takes a dozen. Contents are read and written by other threads.
 */
export const disk = {
  open: promisify(fs.open) as (path: string, flags: number, mode?: number) => Promise<number>,
  fstat: async (fd: number): Promise<fs.Stats> => fs.fstatSync(fd),
  read: (fd: number, into: Uint8Array, offset: number, length: number): Promise<number> =>
    new Promise((resolve, reject) => {
      fs.read(fd, into, offset, length, null, (error, count) => (error ? reject(error) : resolve(count)));
    }),
  write: (fd: number, from: Uint8Array, offset: number, length: number): Promise<number> =>
    new Promise((resolve, reject) => {
      fs.write(fd, from, offset, length, null, (error, count) => (error ? reject(error) : resolve(count)));
    }),
  fsync: promisify(fs.fsync),
  fchmod: promisify(fs.fchmod),
  fchown: promisify(fs.fchown),
  close: promisify(fs.close),
  stat: async (path: string): Promise<fs.Stats> => fs.statSync(path),
  lstat: async (path: string): Promise<fs.Stats> => fs.lstatSync(path),
  rename: promisify(fs.rename),
  link: promisify(fs.link),
  unlink: promisify(fs.unlink),
  mkdir: promisify(fs.mkdir) as (path: string) => Promise<void>,
  rmdir: promisify(fs.rmdir) as (path: string) => Promise<void>,
  readlink: async (path: string): Promise<string> => fs.readlinkSync(path),
  realpath: async (path: string): Promise<string> => fs.realpathSync.native(path),
  readdir: async (path: string, options: { readonly withFileTypes: true }): Promise<fs.Dirent[]> =>
    fs.readdirSync(path, options),
};

export type Disk = typeof disk;
