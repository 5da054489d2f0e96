/** The records of a session as lines, for a program that keeps sessions in a store of its own. */
import { join } from "node:path";
import type { HostInfo, Session, WireMirror } from "gantry/sdk";

export interface Mirror {
  /** What has been recorded since the last time. */
  lines(): readonly WireMirror[];
}

const MOST_LETTERS = 200;

/** A session that goes on is kept already as far as it goes; one that begins or is a copy is not. */
export function createMirror(session: Session, { claudeFolder }: HostInfo, isKept = !beganHere(session)): Mirror {
  const filePath = join(claudeFolder, "projects", projectKey(session.cwd), `${session.id}.jsonl`);
  let told = isKept ? session.allEntries.length : 0;
  return {
    lines() {
      const entries = session.allEntries.slice(told);
      told += entries.length;
      return entries.length ? [{ type: "transcript_mirror", filePath, entries }] : [];
    },
  };
}

/** How agent SDKs name the sessions of a folder. */
function projectKey(cwd: string): string {
  const name = cwd.replace(/[^a-zA-Z0-9]/g, "-");
  return name.length <= MOST_LETTERS ? name : `${name.slice(0, MOST_LETTERS)}-${hash(cwd)}`;
}

function hash(text: string): string {
  let sum = 0;
  for (let at = 0; at < text.length; at++) sum = (sum * 31 + text.charCodeAt(at)) | 0;
  return Math.abs(sum).toString(36);
}

function beganHere({ allEntries: [first] }: Session): boolean {
  return first !== undefined && Date.parse(first.timestamp) >= Math.floor(performance.timeOrigin);
}
