import { definePlugin, lazy, manifest } from "gantry/sdk";

export const buddy = manifest({
  name: "buddy",
  description: "A small companion whose mood follows the work: quiet, and not there before it is hatched.",
  // It hears of the work once it is hatched, by the generation that makes: nobody else pays for it.
  commands: {
    buddy: {
      description: "Hatch a small companion, and look after it",
      argumentHint: "[hatch | pet | feed | mood | name <name> | off]",
      group: "Terminal",
      isImmediate: true,
      help: [
        "A companion in the status line, whose mood follows from what happens. It never says anything unasked.",
        "",
        "  /buddy hatch      it is there",
        "  /buddy            look at it",
        "  /buddy name Pip",
        "  /buddy off        out of the status line; hatch brings it back",
      ].join("\n"),
    },
  },
  statusItems: { buddy: { description: "The companion, once it is hatched", side: "right" } },
});

export default definePlugin(
  buddy,
  lazy(() => import("./buddy.ts")),
);
