import { LOG_VERSION } from "gantry/sdk";

/** A record as it was parsed, before it is checked. */
export type RawRecord = Readonly<Record<string, unknown>>;

/** What makes a record of a version one of the next; a file keeps what it says, its records are brought up as they are read. */
export type Migrations = Readonly<Record<number, (record: RawRecord) => RawRecord>>;

export const MIGRATIONS: Migrations = {
  // Version 2 adds records that change which others count; those of version 1 mean what they meant.
  1: (record) => record,
};

/** A record of `version` as this program knows it. */
export function migrated(
  record: RawRecord,
  version: number,
  migrations: Migrations = MIGRATIONS,
  to: number = LOG_VERSION,
): RawRecord {
  let current = record;
  for (let at = version; at < to; at++) current = migrations[at]?.(current) ?? current;
  return current;
}
