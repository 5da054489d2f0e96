import type { Step } from "../conversation.ts";
import { type Plan, type PlanContext, Stopped } from "../plan.ts";
import { fenced } from "../say.ts";
import { readFile } from "../steps.ts";
import { scriptsIn } from "../summaries/summarise-json.ts";

/** Runs a command and shows what it wrote. A command that fails is an answer too; one that was refused is none. */
export function* run(command: string): Plan {
  const step: Step = yield { tool: "Bash", input: { command } };
  const output = step.text.trim();
  if (step.isError && !/^Exit code \d+/.test(output)) {
    throw new Stopped(`I could not run \`${command}\`:\n\n${output || "(no reason given)"}`);
  }
  const said = `\`${command}\` ${step.isError ? "failed" : "ran"}:\n\n${fenced(output)}`;
  return { said, saved: `${output}\n` };
}

/** Runs what the project itself calls its tests, its build or its linter. */
export function* runScript(purpose: string, context: PlanContext): Plan {
  const { text } = yield* readFile("package.json", context);
  const scripts = scriptsIn(text);
  const script = [purpose, `${purpose}:unit`, `${purpose}:all`].find((name) => scripts.includes(name));
  if (script) return yield* run(script === "test" ? "npm test" : `npm run ${script}`);
  const known = scripts.length ? `It has: ${scripts.join(", ")}.` : "It has no scripts.";
  throw new Stopped(`package.json has no script "${purpose}". ${known} Say \`run <command>\` to run something else.`);
}
