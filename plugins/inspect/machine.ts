import { constants } from "node:fs";
import { access, mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { messageOf } from "gantry/sdk";
import type { Check, Patient } from "./doctor.ts";

const OLDEST_NODE = [20, 19] as const;

export function nodeVersion(version: string): Check {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isRecent = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  if (isRecent) return { name: "node", state: "ok", text: `Node ${version}.` };
  return {
    name: "node",
    state: "fail",
    text: `Node ${version} is too old.`,
    remedy: `Install Node ${OLDEST_NODE.join(".")} or newer.`,
  };
}

/** Tries to write, since permission bits do not tell of full disks and read-only mounts. */
export async function stateFolder(folder: string): Promise<Check> {
  const name = "state folder";
  try {
    const trial = await mkdtemp(path.join(await existingPart(folder), ".gantry-doctor-"));
    await rm(trial, { recursive: true });
    return { name, state: "ok", text: `${folder} can be written.` };
  } catch (cause) {
    return {
      name,
      state: "fail",
      text: `${folder} cannot be written: ${messageOf(cause)}.`,
      remedy: "Set GANTRY_HOME to a folder that you may write.",
    };
  }
}

async function existingPart(folder: string): Promise<string> {
  const isThere = await access(folder, constants.F_OK).then(
    () => true,
    () => false,
  );
  return isThere || folder === path.dirname(folder) ? folder : existingPart(path.dirname(folder));
}

export function terminal({ host }: Patient): Check {
  const name = "terminal";
  const { TERM = "", LC_ALL, LC_CTYPE, LANG } = host.info.env;
  const stdout = host.stdout as { isTTY?: boolean; columns?: number };
  if (!stdout.isTTY) return { name, state: "ok", text: "Output goes to no terminal: use -p." };
  const locale = LC_ALL || LC_CTYPE || LANG || "";
  if (process.platform !== "win32" && !/utf-?8/i.test(locale)) {
    return {
      name,
      state: "warn",
      text: `The locale ${locale || "(none)"} is not UTF-8, so some characters may look wrong.`,
      remedy: "Set LANG to a UTF-8 locale, such as C.UTF-8.",
    };
  }
  return { name, state: "ok", text: `${TERM || "A terminal"}, ${stdout.columns ?? "?"} columns.` };
}
