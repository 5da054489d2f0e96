import type { Command, CommandSession, Completion, RunCommand, Setup } from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import { completions } from "gantry/sdk/kit/completions";
import { createCommit, createCommitPushPr } from "./commit.ts";
import { createChanges, createDiff } from "./diff.ts";
import type { commandGit } from "./index.ts";
import type { Kit } from "./kit.ts";
import { createPrComments } from "./pr-comments.ts";
import { readProject } from "./project.ts";
import { findRepository } from "./repository.ts";
import { createReview, createSecurityReview, createSimplify } from "./review.ts";
import { changesIn } from "./session-changes.ts";
import { createDebug, createExplain, createInit, createRun, createTest, createVerify } from "./work.ts";

const setup: Setup<typeof commandGit> = ({ host, use }) => {
  const kit: Kit = { ...use, host, find: (session) => findRepository(session, { ...use, host }) };

  /** Branches, and what else the command knows. */
  const completeRefs =
    (...words: readonly string[]) =>
    async (args: string, session: CommandSession): Promise<readonly Completion[]> => {
      const found = await kit.find(session);
      if (found.kind !== "repository") return [];
      const { text } = await found.repository.git(
        "for-each-ref",
        "--count=100",
        "--format=%(refname:short)",
        "refs/heads",
        "refs/remotes",
      );
      return completions(args, [...words, ...text.split("\n").filter(Boolean)]);
    };
  const completeFiles = (args: string, session: CommandSession) =>
    completions(args, new Set(changesIn(session).map(({ path }) => path.replace(`${session.cwd}/`, ""))));
  const completeCommands = async (args: string, session: CommandSession) =>
    completions(
      args,
      (await readProject(kit.files, session.cwd)).commands.map((command) => command.split("  #")[0] ?? ""),
    );

  const refs = (run: RunCommand, ...words: readonly string[]): Command =>
    answering({ run, complete: completeRefs(...words) });
  return {
    commands: {
      diff: refs(createDiff(kit), "staged"),
      changes: answering({ run: createChanges(kit), complete: completeFiles }),
      commit: answering(createCommit(kit)),
      "commit-push-pr": answering(createCommitPushPr(kit)),
      review: refs(createReview(kit), "staged", "branch"),
      "security-review": refs(createSecurityReview(kit), "staged", "branch"),
      simplify: refs(createSimplify(kit), "staged", "branch"),
      "pr-comments": answering(createPrComments(kit)),
      init: answering(createInit(kit)),
      verify: answering(createVerify(kit)),
      run: answering({ run: createRun(kit), complete: completeCommands }),
      test: answering({ run: createTest(kit), complete: completeFiles }),
      explain: answering(createExplain(kit)),
      debug: answering(createDebug(kit)),
    },
  };
};

export default setup;
