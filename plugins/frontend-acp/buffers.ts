import { methods } from "@agentclientprotocol/sdk/unstable";
import { type EditorBuffers, messageOf } from "gantry/sdk";
import { isWithin } from "gantry/sdk/kit/paths";
import { within } from "gantry/sdk/kit/within";
import type { Link } from "./link.ts";

/** How long the editor may take to say what it holds, and to save. In milliseconds. */
const READ_MS = 3_000;
const WRITE_MS = 10_000;

const NEVER = new AbortController().signal;

/** What the editor holds of the files in the session's folders. It is not asked for files elsewhere: they are none of its project. */
export function createBuffers(link: Link): EditorBuffers {
  const { peer, capabilities, writesAll } = link;
  const { readTextFile = false, writeTextFile = false } = capabilities.fs ?? {};

  function sessionFor(path: string): string | undefined {
    const { session } = link;
    return session && isWithin(path, session.folders) ? session.id : undefined;
  }

  return {
    writesAll: writesAll && writeTextFile,

    async read(path, signal = NEVER) {
      const sessionId = sessionFor(path);
      if (!readTextFile || sessionId === undefined) return undefined;
      try {
        const asked = within(READ_MS, signal, (cancellationSignal) =>
          peer.request(methods.client.fs.readTextFile, { sessionId, path }, { cancellationSignal }),
        );
        return (await asked).content.replace(/^\ufeff/, "");
      } catch (thrown) {
        if (!signal.aborted) link.log(`The editor does not say what it holds of ${path}: ${messageOf(thrown)}`);
        return undefined;
      }
    },

    async write(path, content) {
      const sessionId = sessionFor(path);
      if (!writeTextFile || sessionId === undefined) return false;
      try {
        await within(WRITE_MS, NEVER, () =>
          peer.request(methods.client.fs.writeTextFile, { sessionId, path, content }),
        );
        return true;
      } catch (thrown) {
        link.log(`The editor did not write ${path}: ${messageOf(thrown)}`);
        return false;
      }
    },
  };
}
