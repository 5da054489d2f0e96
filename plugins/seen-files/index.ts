import { definePlugin, type Entry, type FileStamp, SeenFiles } from "gantry/sdk";
import { folded } from "gantry/sdk/kit/fold";

const PLUGIN = "seen-files";

interface Look {
  readonly stamp: FileStamp;
  readonly isPartial: boolean;
}

/** Light enough to be one file: it only remembers, and the log does that. */
export default definePlugin({
  name: PLUGIN,
  description: "Remembers which files a session has read, so that an edit knows whether they have changed.",
  provides: { seenFiles: SeenFiles },
  setup: () => ({
    services: {
      seenFiles: {
        note(session, path, stamp, isPartial) {
          const known = looksIn(session).get(path);
          const isSame = known?.stamp.hash === stamp.hash && known.stamp.mtimeMs === stamp.mtimeMs;
          // Whoever has seen all of it does not know less after another look at a part.
          const stillPartial = isPartial && (known?.stamp.hash !== stamp.hash || known.isPartial);
          if (isSame && known.isPartial === stillPartial) return;
          session.record(PLUGIN, "seen", { path, stamp, isPartial: stillPartial });
        },
        seen: (session, path) => looksIn(session).get(path),
      },
    },
  }),
});

const looksIn = folded(() => new Map<string, Look>(), take);

function take(looks: Map<string, Look>, entry: Entry): void {
  if (entry.type !== "plugin" || entry.plugin !== PLUGIN || entry.kind !== "seen") return;
  const { path, stamp, isPartial } = (entry.data ?? {}) as Partial<Look> & { readonly path?: unknown };
  if (typeof path === "string" && stamp) looks.set(path, { stamp, isPartial: isPartial !== false });
}
