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
          note(session, realPath, stamp, isPartial) {
            const known = seenIn(session).get(realPath);
            // Whoever has seen all of it does not know less after another look at a part.
            const knowsAll = known?.stamp.hash === stamp.hash && !known.isPartial;
            seenIn(session).set(realPath, { stamp, isPartial: isPartial && !knowsAll });
          },
          seen: (session, realPath) => seenIn(session).get(realPath),
        },
      },
    };
  },
});
