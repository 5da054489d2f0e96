import * as fs from "node:fs";
import { promisify } from "node:util";

/** The few calls of the file system that this plugin makes, in one place so that a test can let each of them fail. */
export const disk = {
  open: promisify(fs.open) as (path: string, flags: number, mode?: number) => Promise<number>,
  fstat: promisify(fs.fstat) as (fd: number) => Promise<fs.Stats>,
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
  stat: promisify(fs.stat) as (path: string) => Promise<fs.Stats>,
  lstat: promisify(fs.lstat) as (path: string) => Promise<fs.Stats>,
  rename: promisify(fs.rename),
  link: promisify(fs.link),
  unlink: promisify(fs.unlink),
  mkdir: promisify(fs.mkdir) as (path: string) => Promise<void>,
  rmdir: promisify(fs.rmdir) as (path: string) => Promise<void>,
  readlink: promisify(fs.readlink) as (path: string) => Promise<string>,
  realpath: promisify(fs.realpath.native) as (path: string) => Promise<string>,
  readdir: promisify(fs.readdir) as (path: string, options: { readonly withFileTypes: true }) => Promise<fs.Dirent[]>,
};

export type Disk = typeof disk;
