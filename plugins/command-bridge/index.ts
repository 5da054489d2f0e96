import {
  definePlugin,
  lazy,
  manifest,
  optional,
  Permissions,
  Questions,
  RememberedAnswers,
  Slots,
  Tools,
  Turns,
  z,
} from "gantry/sdk";

export const commandBridge = manifest({
  name: "command-bridge",
  description:
    "Shows the live session in a browser, on this machine or through a tunnel, and lets the person go on there.",
  config: () =>
    z.object({
      port: z
        .number()
        .int()
        .min(0)
        .max(65_535)
        .default(0)
        .describe("where it listens on loopback; 0: any that is free"),
    }),
  // Taps come with the generation that turning it on makes: a session that is not shown pays nothing.
  needs: {
    tools: Tools,
    slots: Slots,
    questions: Questions,
    turns: Turns,
    permissions: optional(Permissions),
    remembered: optional(RememberedAnswers),
  },
  statusItems: { bridge: { description: "That the session can be gone on with in a browser, and on how many it is" } },
  commands: {
    bridge: {
      description: "Go on with this session in a browser, also on another device",
      argumentHint: "[on [port] [name] | off | status]",
      group: "Session",
      isImmediate: true,
      help: [
        "Whoever opens the address, on this machine alone, can do all that you can.",
        "",
        "  /bridge on             at a port that is free",
        "  /bridge on 7411        at this one, as for ssh -L",
        "  /bridge on 7411 a.net  behind a tunnel of this name",
        "  /bridge                the address, and who is there",
        "  /bridge off",
      ].join("\n"),
    },
  },
});

export default definePlugin(
  commandBridge,
  lazy(() => import("./bridge.ts")),
);
