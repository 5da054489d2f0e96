import { definePlugin, later, lazy, Models, manifest } from "gantry/sdk";

export const sessionGoal = manifest({
  name: "session-goal",
  description: "Keeps a session at work: until a condition holds, or again and again.",
  needs: { models: later(Models) },
  commands: {
    goal: {
      description: "Keep the model at work until a condition holds",
      argumentHint: "[condition|clear]",
      group: "Session",
      help: "The session's model judges, at the end of each turn, from the conversation. It goes on at most eight times for one prompt.\n/goal npm test passes",
    },
    loop: {
      description: "Send a prompt again and again while the session is open",
      argumentHint: "[interval] <prompt> | stop",
      aliases: ["proactive"],
      group: "Session",
      help: "Every ten minutes unless told otherwise, for a week at most. What is still at work is not disturbed.\n/loop 5m Look whether the build is green\n/loop stop",
    },
  },
  taps: { turnStop: true },
});

export default definePlugin(
  sessionGoal,
  lazy(() => import("./session-goal.ts")),
);
