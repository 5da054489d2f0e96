import { release, type } from "node:os";
import { perSession, type SessionView, type Setup } from "gantry/sdk";
import { type GitState, gitState } from "gantry/sdk/kit/git-state";
import { visible } from "gantry/sdk/kit/visible";
import type { contextEnv } from "./index.ts";

/** What is told of a session stays as it was at its first turn, so that the prefix stays cached; changes are told apart. */
const setup: Setup<typeof contextEnv> = () => {
  const first = perSession((session) => look(session));
  return {
    taps: {
      promptBuild: async (draft, { session }) => {
        const [then, now] = await Promise.all([first(session), look(session)]);
        const next = draft.with({ key: "env", cache: "session", text: describe(then) });
        const changes = differences(then, now);
        return changes ? next.with({ key: "env-changes", cache: "turn", text: changes }) : next;
      },
    },
  };
};
export default setup;

interface Surroundings {
  readonly cwd: string;
  readonly further: readonly string[];
  readonly date: string;
  readonly git: GitState | undefined;
}

async function look({ cwd, folders }: SessionView): Promise<Surroundings> {
  return {
    cwd,
    further: folders.filter((folder) => folder !== cwd),
    date: today(),
    git: await gitState(cwd),
  };
}

function describe({ cwd, further, date, git }: Surroundings): string {
  return [
    "Environment, as the session began:",
    `- Working directory: ${oneLine(cwd)}`,
    ...(further.length ? [`- Further folders: ${further.map(oneLine).join(", ")}`] : []),
    `- Git: ${describeGit(git)}`,
    `- Platform: ${process.platform} (${type()} ${release()})`,
    `- Date: ${date}`,
  ].join("\n");
}

function differences(then: Surroundings, now: Surroundings): string | undefined {
  const lines = [
    ...(now.date === then.date ? [] : [`The date is now ${now.date}.`]),
    ...(describeGit(now.git) === describeGit(then.git) ? [] : [`Git is now: ${describeGit(now.git)}.`]),
    ...(now.further.join("\n") === then.further.join("\n")
      ? []
      : [`The further folders are now: ${now.further.map(oneLine).join(", ") || "none"}.`]),
  ];
  return lines.length ? lines.join("\n") : undefined;
}

function describeGit(git: GitState | undefined): string {
  if (!git) return "not a repository";
  return git.branch === undefined ? "repository, no branch checked out" : `repository, branch ${oneLine(git.branch)}`;
}

function today(): string {
  const now = new Date();
  const two = (part: number) => String(part).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** A folder's or a branch's name may not write lines of its own into the prompt. */
function oneLine(name: string): string {
  return visible(name).replaceAll("\n", "<U+000A>").slice(0, 500);
}
