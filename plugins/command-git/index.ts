import { definePlugin, Exec, Files, lazy, manifest, optional, Settings } from "gantry/sdk";

const group = "Project";
const isPrompt = true;
const target = "[staged|branch|commit|a..b|path|#pull request] [what to look for]";

export const commandGit = manifest({
  name: "command-git",
  description:
    "Shows what has changed, and has the model commit, review, test and explain, beginning from what git says.",
  needs: { files: Files, exec: Exec, settings: optional(Settings) },
  commands: {
    diff: {
      description: "Show what has changed: not committed, and by prompt",
      argumentHint: "[staged|branch|commit]",
      group,
      isImmediate: true,
    },
    changes: {
      description: "Show the files that tools have changed, and for which prompt",
      argumentHint: "[part of a path]",
      group,
      isImmediate: true,
    },
    commit: {
      description: "Commit what has changed, as this repository words it",
      argumentHint: "[hint]",
      group,
      isPrompt,
    },
    "commit-push-pr": { description: "Commit, push, and open a pull request", argumentHint: "[hint]", group, isPrompt },
    review: {
      description: "Review a change",
      argumentHint: target,
      group,
      aliases: ["code-review"],
      help: "Without a target: what is not committed, or else the branch.\n/review staged\n/review #12",
      isPrompt,
    },
    "security-review": { description: "Look for weaknesses in a change", argumentHint: target, group, isPrompt },
    simplify: { description: "Make a change simpler, and keep what it does", argumentHint: target, group, isPrompt },
    "pr-comments": {
      description: "Read what was said of a pull request, or act on it",
      argumentHint: "[number]",
      group,
      help: "Asks GitHub's program gh.",
    },
    init: {
      description: "Write CLAUDE.md for this project, or improve it",
      argumentHint: "[what matters]",
      group,
      isPrompt,
    },
    verify: { description: "Show by running it that a change works", argumentHint: "[what to show]", group, isPrompt },
    run: { description: "Start the project and look at what it does", argumentHint: "[how]", group, isPrompt },
    test: { description: "Run the tests that fit, and see to what fails", argumentHint: "[what]", group, isPrompt },
    explain: { description: "Explain a file, a part, or the project", argumentHint: "[what]", group, isPrompt },
    debug: { description: "Find the cause of what goes wrong", argumentHint: "[what goes wrong]", group, isPrompt },
  },
});

export default definePlugin(
  commandGit,
  lazy(() => import("./command-git.ts")),
);
