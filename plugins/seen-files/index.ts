import { definePlugin, perSession, SeenFiles } from "gantry/sdk";

/** Light enough to be one file: it only remembers. */
export default definePlugin({
  name: "seen-files",
  description: "Remembers which files a session has read, so that an edit knows whether they have changed.",
  provides: { seenFiles: SeenFiles },
  setup: () => {
    const seenIn = perSession(() => new Map<string, NonNullable<ReturnType<SeenFiles["seen"]>>>());
    return {
      services: {
        seenFiles: {
          note: (session, realPath, stamp, isPartial) => void seenIn(session).set(realPath, { stamp, isPartial }),
          seen: (session, realPath) => seenIn(session).get(realPath),
        },
      },
    };
  },
});
