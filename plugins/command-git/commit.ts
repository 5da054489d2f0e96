/** `/commit` and `/commit-push-pr`. */
import type { RunCommand } from "gantry/sdk";
import { branchFacts, diffFacts, FACTS_ARE_FRESH, stateFacts, withoutFacts } from "./facts.ts";
import type { Kit } from "./kit.ts";
import { type Repository, uncommitted } from "./repository.ts";

const COMMITTING = [
  "Commit the changes.",
  "- If something is staged, commit what is staged and leave the rest, unless the request says otherwise. Otherwise stage the files that belong together, by name: never everything at once, and nothing that holds secrets (.env, keys, tokens).",
  "- Changes that have nothing to do with each other become commits of their own.",
  "- Write the message as this repository's last commits are written: the first line says what the change does and why it was wanted. Pass it so that no shell expands it (a quoted heredoc).",
  "- Do not amend, do not skip hooks, do not change git's configuration, do not push. If a hook fails, mend what it complains about and commit anew.",
  "- End with git status, and tell the person in one or two sentences what was committed.",
].join("\n");

const OPENING = [
  "Then open a pull request:",
  "- If the branch is the main branch, make a branch with a telling name before you commit.",
  "- Push it with upstream set; never force.",
  "- If a pull request of this branch is open (gh pr view), update its description; otherwise make one with gh pr create: a title under 70 characters, and a body with what changes and why, and how it was tested. All commits of the branch count, not the last alone.",
  "- Where gh is not there or not signed in, push, and give the address at which the person can open it.",
  "- End with the address of the pull request.",
].join("\n");

export const createCommit =
  (kit: Kit): RunCommand =>
  async (args, session) => {
    const found = await kit.find(session);
    if (found.kind === "none")
      return "There is no git repository here, so there is nothing to commit. git init makes one.";
    if (found.kind === "unasked")
      return { prompt: [COMMITTING, wish(args), withoutFacts(found)].filter(Boolean).join("\n\n") };
    const { repository } = found;
    const facts = await workFacts(repository);
    if (facts === undefined) return "Nothing has changed since the last commit.";
    return { prompt: [COMMITTING, wish(args), FACTS_ARE_FRESH, facts].filter(Boolean).join("\n\n") };
  };

export const createCommitPushPr =
  (kit: Kit): RunCommand =>
  async (args, session) => {
    const found = await kit.find(session);
    if (found.kind === "none") return "There is no git repository here, so there is nothing to push.";
    const steps = [COMMITTING.replace(", do not push", ""), OPENING, wish(args)];
    if (found.kind === "unasked") return { prompt: [...steps, withoutFacts(found)].filter(Boolean).join("\n\n") };
    const { repository } = found;
    const remotes = await repository.git("remote");
    if (remotes.text.trim() === "")
      return "The repository has no remote to push to. git remote add origin ADDRESS adds one.";
    const work = await workFacts(repository);
    const facts = [work ?? `${await stateFacts(repository)}\nNothing is uncommitted.`, await branchFacts(repository)];
    return { prompt: [...steps, FACTS_ARE_FRESH, facts.join("\n")].filter(Boolean).join("\n\n") };
  };

/** State and differences; `undefined` where nothing has changed. */
async function workFacts(repository: Repository): Promise<string | undefined> {
  const [all, staged] = await Promise.all([uncommitted(repository), repository.diff("--cached")]);
  if (all.length === 0) return undefined;
  const parts = staged.length
    ? [diffFacts("git-diff-staged", staged), diffFacts("git-diff-unstaged", await repository.diff())]
    : [diffFacts("git-diff", all)];
  return [await stateFacts(repository), ...parts].join("\n");
}

export function wish(args: string): string {
  const said = args.trim();
  return said && `The person adds: ${said}`;
}
