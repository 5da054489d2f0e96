/** `/init`, `/verify`, `/run`, `/test`, `/explain` and `/debug`: prompts that begin with what the folder and the session say. */
import { isAbsolute, resolve } from "node:path";
import { type RunCommand, type SessionView, textOf } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";
import { wish } from "./commit.ts";
import { sumOf } from "./diffs.ts";
import { FACTS_ARE_FRESH, fact, stateFacts } from "./facts.ts";
import type { Kit } from "./kit.ts";
import { projectFacts, readProject } from "./project.ts";
import { uncommitted } from "./repository.ts";

const MOST_FAILURES = 8;
const MOST_OF_FAILURE = 2_000;

const INIT = [
  "Write down what an agent has to know to work in this project, in CLAUDE.md at its top.",
  "- What cannot be seen from the files alone comes first: how to build, run, test and check (one test alone, too), the order in which things have to be done, and what goes wrong if they are not.",
  "- Then how the parts hang together: what needs reading several files to understand, and which rules the code keeps without saying so.",
  "- Take over what README, the guides below and rules for other agents say, where it is still true. Check commands by what the files declare; do not invent any.",
  "- No general advice, no list of every file. Under 200 lines; a fact that changes often is named by the file that holds it.",
].join("\n");
const IMPROVE =
  "- There is a CLAUDE.md: read it, keep what is right, mend what is wrong, add what is missing, and show the person what you change.";

const VERIFY = [
  "Show that the change does what it shall, by running it.",
  "- Say in a sentence what must be seen for it to count as working, then make that happen: start the program as a user would, drive it, look at what comes out. Passing tests are not enough where the thing itself can be run.",
  "- Try what is near: wrong input, nothing, too much, twice, and what worked before.",
  "- End with what you ran, what you saw, and what you could not check. If something fails, say so before you mend it.",
].join("\n");

const RUN = [
  "Start this project as somebody would who uses it.",
  "- Take the way that it declares itself; install nothing that is there already. What goes on running goes into the background, and you wait for it to be ready.",
  "- Look at what it does (output, page, answer of the service), and report how it was started, where it can be reached and how it is stopped.",
].join("\n");

const TEST = [
  "Run the tests that fit, and see to what fails.",
  "- Take the project's own way to test. If something is named below, begin with the tests for that; otherwise with those for what has changed, then all.",
  "- For a failure, find out whether the code or the test is wrong before you change either. Never weaken a test to make it pass.",
  "- End with the commands, what passed, what failed and why.",
].join("\n");

const EXPLAIN = [
  "Explain how this works, to somebody who programs and has not seen it.",
  "- Read before you explain; name the places as file:line.",
  "- First what it is for, in two sentences; then the way of one real case through it; then what is surprising, and why it may be so.",
  "- Change nothing.",
].join("\n");

const DEBUG = [
  "Find the cause of what goes wrong.",
  "- Reproduce it first, as small as you can. Then say what you expected, what happened, and two or three causes that would explain it, the likeliest first.",
  "- Test each by looking (logs, values, a bisected history), not by changing code. Go on until one cause explains everything that was seen.",
  "- Mend the cause and not its sign, with a test that failed before, and take out what you put in to look.",
].join("\n");

export const createInit =
  (kit: Kit): RunCommand =>
  async (args, session) => {
    const project = await readProject(kit.files, session.cwd);
    if (project.names.length === 0) return "There is nothing in this folder yet that a guide could be about.";
    const isThere = project.guides.some((guide) => guide.endsWith("CLAUDE.md"));
    return { prompt: join(isThere ? `${INIT}\n${IMPROVE}` : INIT, wish(args), FACTS_ARE_FRESH, projectFacts(project)) };
  };

export const createVerify = (kit: Kit): RunCommand => onProject(kit, VERIFY);
export const createRun = (kit: Kit): RunCommand => onProject(kit, RUN);
export const createTest = (kit: Kit): RunCommand => onProject(kit, TEST);

export const createExplain =
  (kit: Kit): RunCommand =>
  async (args, session) => {
    const what = args.trim();
    if (what === "")
      return {
        prompt: join(
          EXPLAIN,
          "What: this project as a whole.",
          FACTS_ARE_FRESH,
          projectFacts(await readProject(kit.files, session.cwd)),
        ),
      };
    const stat = await kit.files.stat(isAbsolute(what) ? what : resolve(session.cwd, what));
    const found = stat ? await kit.find(session) : undefined;
    const log =
      found?.kind === "repository" && found.repository.hasCommits
        ? await found.repository.git("log", "-8", "--no-show-signature", "--no-color", "--format=%h %as %s", "--", what)
        : undefined;
    const kind = stat ? `What: the ${stat.kind} ${what}` : `What: ${what}`;
    return { prompt: join(EXPLAIN, kind, log?.text ? `${FACTS_ARE_FRESH}\n\n${fact("git-log", log.text)}` : "") };
  };

export const createDebug =
  (kit: Kit): RunCommand =>
  async (args, session) => {
    const failures = failuresIn(session);
    if (args.trim() === "" && failures.length === 0)
      return "No tool has failed in this session. Say what goes wrong: /debug the build hangs.";
    const said = args.trim() ? `What goes wrong: ${args.trim()}` : "What goes wrong: see what failed in this session.";
    const facts = failures.length ? `${FACTS_ARE_FRESH}\n\n${failures.join("\n")}` : "";
    return { prompt: join(DEBUG, said, facts, await changesFact(kit, session)) };
  };

function onProject(kit: Kit, said: string): RunCommand {
  return async (args, session) => {
    const facts = [projectFacts(await readProject(kit.files, session.cwd)), await changesFact(kit, session)];
    return { prompt: join(said, wish(args), FACTS_ARE_FRESH, facts.filter(Boolean).join("\n")) };
  };
}

/** What has changed, by name: what is wanted of the model is to run it, not to read it. */
async function changesFact({ find }: Kit, session: SessionView): Promise<string> {
  const found = await find(session);
  if (found.kind !== "repository") return "";
  const files = await uncommitted(found.repository);
  const lines = files.slice(0, 100).map(({ path, kind, added, removed }) => `${path} (${kind}, +${added} -${removed})`);
  return [await stateFacts(found.repository), fact("not-committed", [sumOf(files), ...lines].join("\n"))].join("\n");
}

/** The last calls that failed, oldest first. */
function failuresIn({ entries }: SessionView): readonly string[] {
  const inputs = new Map<string, unknown>();
  for (const entry of entries) {
    if (entry.type !== "assistant") continue;
    for (const block of entry.message.content) if (block.type === "tool_use") inputs.set(block.id, block.input);
  }
  const failed = entries.flatMap((entry) =>
    entry.type === "tool_result" && entry.outcome === "error" ? [{ entry, input: inputs.get(entry.toolUseId) }] : [],
  );
  return failed.slice(-MOST_FAILURES).map(({ entry, input }) => {
    const said = textOf(entry.content);
    const shown = said.length > MOST_OF_FAILURE ? `…${said.slice(-MOST_OF_FAILURE)}` : said;
    return fact("failed-call", `${entry.tool} ${visibleLine(JSON.stringify(input ?? {}), 400)}\n${shown}`);
  });
}

function join(...parts: readonly string[]): string {
  return parts.filter(Boolean).join("\n\n");
}
