/** `/review`, `/security-review` and `/simplify`: what is looked at, and what is looked for. */
import { isAbsolute, relative, resolve } from "node:path";
import { type Exec, PluginError, type RunCommand, type SessionView } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";
import { wish } from "./commit.ts";
import { type FileDiff, parseDiff } from "./diffs.ts";
import { branchFacts, diffFacts, FACTS_ARE_FRESH, fact, stateFacts, withoutFacts } from "./facts.ts";
import { askGh } from "./gh.ts";
import type { Kit } from "./kit.ts";
import { baseOf, type Repository, sinceLeaving, uncommitted } from "./repository.ts";

const REVIEW = [
  "Review the change below as the colleague who has to live with it.",
  "- Look for what is wrong: logic that fails for some input, lost errors, races, leaks, wrong assumptions about callers, missing tests for what the change promises, and what breaks for those who use it.",
  "- Read the surrounding code before you claim anything: open callers, callees and tests. Drop what you cannot show.",
  "- Report each finding with file:line, what happens and for which input, how sure you are, and the smallest mend. The gravest first; taste is no finding.",
  "- If there is nothing to find, say so in one sentence. Change nothing unless the person asks for it.",
].join("\n");

const SECURITY = [
  "Look at the change below for weaknesses that somebody could use. Only what this change brings in or makes reachable counts.",
  "- Follow data that others control from where it comes in to where it does something: shells, queries, paths, templates, deserialisers, addresses that are fetched, redirects, markup, regular expressions.",
  "- Look at who may do what: missing checks, checks in the wrong place, identifiers of others, secrets in code or logs, weak randomness and comparisons, what an agent or a hook would run.",
  "- For each finding: file:line, severity, who attacks, the input that shows it step by step, and the mend. Leave out what you cannot show a way to, and things such as missing limits that only cost time.",
  "- If you find nothing, say what you looked at. Change nothing.",
].join("\n");

const SIMPLIFY = [
  "Make the change below simpler without changing what it does.",
  "- Look for what the code base has already and the change writes anew, for branches that cannot be reached, state that can be derived, names that mislead, work done twice, and abstractions with one user.",
  "- Make the edits, smallest first, and keep what the tests and callers rely on. Leave alone what the change does not touch.",
  "- Run the project's tests and checks for what you touched, then say in a few lines what became simpler.",
].join("\n");

/** What is looked at, and how it is called. */
interface Subject {
  readonly name: string;
  readonly facts: string;
}

export const createReview = (kit: Kit): RunCommand => over(kit, REVIEW, "look");
export const createSecurityReview = (kit: Kit): RunCommand => over(kit, SECURITY, "look");
export const createSimplify = (kit: Kit): RunCommand => over(kit, SIMPLIFY, "path");

function over(kit: Kit, task: string, kind: "look" | "path"): RunCommand {
  return async (args, session) => {
    const found = await kit.find(session);
    if (found.kind !== "repository") {
      if (args.trim() === "" && found.kind === "none")
        return "There is no git repository here. Name a file or a folder to look at.";
      return {
        prompt: [task, args.trim() && `Look at: ${args.trim()}`, withoutFacts(found)].filter(Boolean).join("\n\n"),
      };
    }
    const { repository } = found;
    const [word = "", ...rest] = args.trim().split(/\s+/);
    const named = word === "" ? undefined : await subjectOf(word, repository, session, kit);
    const subject = named ?? (await usual(repository));
    if (!subject)
      return `Nothing differs: nothing is uncommitted, and the branch has nothing that ${repository.main ?? "its main branch"} has not.`;
    const said = named ? rest.join(" ") : args;
    const about = kind === "look" ? `What is looked at: ${subject.name}.` : `The change: ${subject.name}.`;
    return { prompt: [task, about, wish(said), FACTS_ARE_FRESH, subject.facts].filter(Boolean).join("\n\n") };
  };
}

/** What is not committed; or else what the branch has brought. */
async function usual(repository: Repository): Promise<Subject | undefined> {
  const work = await uncommitted(repository);
  if (work.length) return { name: "everything that is not committed", facts: await withState(repository, work) };
  return branchSubject(repository);
}

async function branchSubject(repository: Repository): Promise<Subject | undefined> {
  const base = await baseOf(repository);
  const files = base ? await sinceLeaving(repository, base.commit) : [];
  if (!base || files.length === 0) return undefined;
  const facts = [await branchFacts(repository), await withState(repository, files)].join("\n");
  return {
    name: `the branch ${visibleLine(repository.branch ?? "", 80)} against ${visibleLine(base.name, 80)}`,
    facts,
  };
}

/** A pull request, `staged`, `branch`, a range, a commit, a file or folder; `undefined` for words that are a wish. */
async function subjectOf(
  word: string,
  repository: Repository,
  session: SessionView,
  { exec, files }: Kit,
): Promise<Subject | undefined> {
  const pull = /^#?(\d+)$/.exec(word)?.[1] ?? /^https:\/\/[^\s/]+\/[^\s]+\/pull\/(\d+)/.exec(word)?.[1];
  if (pull !== undefined) return pullRequest(pull, session, exec);
  if (word === "staged")
    return {
      name: "what is staged",
      facts: await withState(repository, some(await repository.diff("--cached"), "Nothing is staged.")),
    };
  if (word === "branch") {
    const subject = await branchSubject(repository);
    if (!subject) throw nothing("The branch has nothing that its main branch has not.");
    return subject;
  }
  const range = /^(.+?)\.\.\.?(.+)$/.exec(word);
  if (range) {
    const [from, to] = await Promise.all([repository.commit(range[1] ?? ""), repository.commit(range[2] ?? "")]);
    return {
      name: word,
      facts: await withState(repository, some(await repository.diff(from, to), `Nothing differs in ${word}.`)),
    };
  }
  const path = isAbsolute(word) ? word : resolve(session.cwd, word);
  if (await files.stat(path)) return pathSubject(word, path, repository);
  const commit = await repository.commit(word).catch(() => undefined);
  if (commit === undefined) return undefined;
  const parent = await repository.commit(`${commit}^`).catch(() => emptyTree(repository));
  const diff = await repository.diff(parent, commit);
  return { name: `the commit ${word}`, facts: await withState(repository, some(diff, `Nothing differs in ${word}.`)) };
}

async function pathSubject(word: string, path: string, repository: Repository): Promise<Subject> {
  const inside = relative(repository.top, path);
  const isUnder = (file: FileDiff) => file.path === inside || inside === "" || file.path.startsWith(`${inside}/`);
  const files = (await uncommitted(repository)).filter(isUnder);
  const name = visibleLine(word, 200);
  if (files.length === 0)
    return { name: `${name} as it is; nothing in it is uncommitted, so read it`, facts: await stateFacts(repository) };
  return { name: `what is not committed in ${name}`, facts: await withState(repository, files) };
}

async function pullRequest(number: string, session: SessionView, exec: Exec): Promise<Subject> {
  const [about, diff] = await Promise.all([
    askGh(exec, session.cwd, "pr", "view", number, "--json", "title,body,author,baseRefName,headRefName,url"),
    askGh(exec, session.cwd, "pr", "diff", number, "--color=never"),
  ]);
  const files = some(parseDiff(diff), `The pull request ${number} changes nothing.`);
  return {
    name: `the pull request ${number}`,
    facts: [fact("pull-request", about), diffFacts("pull-request-diff", files)].join("\n"),
  };
}

/** What the first commit is compared with. */
async function emptyTree({ git }: Repository): Promise<string> {
  return (await git("hash-object", "-t", "tree", "--stdin")).text.trim();
}

async function withState(repository: Repository, files: readonly FileDiff[]): Promise<string> {
  return [await stateFacts(repository), diffFacts("git-diff", files)].join("\n");
}

function some(files: readonly FileDiff[], otherwise: string): readonly FileDiff[] {
  if (files.length === 0) throw nothing(otherwise);
  return files;
}

function nothing(text: string): PluginError {
  return new PluginError("GANTRY_GIT_NOTHING", text, "/diff shows what has changed.");
}
