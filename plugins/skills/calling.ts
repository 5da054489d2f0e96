/** Calls of skills: by their commands, and by the model through its tool. */
import {
  allow,
  type Call,
  type Files,
  messageOf,
  type RunCommand,
  type SessionView,
  type SetupContext,
  type ToolContext,
  ToolError,
  type ToolOutput,
  text,
  type Verdict,
} from "gantry/sdk";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { folderOf, type PromptFile, readPromptNow } from "gantry/sdk/kit/prompt-files";
import type { PromptHead } from "gantry/sdk/kit/prompt-head";
import type { Invocation, Invocations } from "gantry/sdk/kit/prompt-invocation";
import type { skills } from "./index.ts";
import { noteLoaded } from "./loaded.ts";
import type { Stocked } from "./stock.ts";
import type { Uses } from "./uses.ts";

const MOST_JUDGED = 100;
const MOST_IN_A_ROW = 6;

export interface Calling {
  /** What the command of a skill answers. */
  answer(name: string): RunCommand;
  vote(call: Call): Promise<Verdict | undefined>;
  call(input: SkillInput, call: ToolContext): Promise<ToolOutput>;
}

export interface SkillInput {
  readonly skill: string;
  readonly args?: string | undefined;
}

interface CallingParts {
  readonly context: SetupContext<typeof skills>;
  readonly invocations: Invocations;
  readonly files: Files;
  readonly uses: Uses;
  readonly find: (name: string) => Stocked | undefined;
  readonly all: () => readonly Stocked[];
}

export function createCalling({ context, invocations: calls, files, uses, find, all }: CallingParts): Calling {
  const { use, log } = context;
  /** What was judged is what is called, whatever the file says by then. */
  const judged = new Map<string, PromptFile>();

  function note({ file, session }: Invocation, loaded: string): void {
    noteLoaded(session, file.name, loaded);
    count(file);
  }

  function count(file: PromptFile): void {
    uses.count(file.name).catch((thrown) => log(`Not counted: ${messageOf(thrown)}`));
  }

  /** `/one /two do it`: skills in a row, and what stands behind the last, which is for each of them. */
  function rowOf(first: Stocked, typed: string): { readonly row: readonly Stocked[]; readonly args: string } {
    const row = [first];
    let args = typed;
    while (row.length < MOST_IN_A_ROW) {
      const [, name = "", rest = ""] = /^\/(\S+)(?:\s+([\s\S]*))?$/u.exec(args.trim()) ?? [];
      const next = find(name);
      if (!next?.isCommand || next.rival !== undefined) break;
      row.push(next);
      args = rest;
    }
    return { row, args };
  }

  async function invocationOf(head: PromptHead, args: string, session: SessionView): Promise<Invocation> {
    const file = await readPromptNow(head, files);
    return { file, args, session, lead: leadOf(file) };
  }

  /** Why a call is of no skill. */
  function notJudged(named: string): ToolError {
    const name = nameOf(named);
    const found = find(name);
    if (found?.isForModel) return new ToolError(`The skill ${name} has just come: call it once more.`);
    if (found) return new ToolError(`The skill ${name} is for the person alone: they call it with /${name}.`);
    const known = all().flatMap((one) => (one.isForModel ? [one.file.name] : []));
    return new ToolError(`There is no skill ${JSON.stringify(name)}.${didYouMean(name, known)}`);
  }

  return {
    answer: (name) => async (typed, session, signal) => {
      const found = find(name);
      if (!found) return `There is no skill ${name} any more.`;
      const { row, args } = rowOf(found, typed);
      const invocations = await Promise.all(row.map(({ file }) => invocationOf(file, args, session)));
      const [first] = invocations;
      const forked = first && row.length === 1 ? await calls.fork(first, { signal }) : undefined;
      if (first && forked) {
        count(first.file);
        return forked.text;
      }
      const { text, texts } = await calls.prompts(invocations);
      for (const [at, invocation] of invocations.entries()) note(invocation, texts[at] ?? "");
      return { prompt: text };
    },
    async vote(call) {
      const { skill } = call.input as SkillInput;
      const found = find(nameOf(skill));
      // Such a call fails, and says why.
      if (!found?.isForModel) return { ...allow("it changes nothing"), readsOnly: true };
      const file = await readPromptNow(found.file, files);
      judged.set(call.id, file);
      for (const id of [...judged.keys()].slice(0, -MOST_JUDGED)) judged.delete(id);
      const wants = wishesOf(file, calls.counts(file));
      // Without a vote, so that a rule may allow it; nobody else's yes is loosened by what it only reads.
      if (wants.length) return { decision: "none", reason: `it ${wants.join(", and ")}` };
      return { ...allow("it is a text to read"), readsOnly: true };
    },
    async call({ skill, args = "" }, { id, session, turn, signal, progress }) {
      const file = judged.get(id);
      judged.delete(id);
      if (!file) throw notJudged(skill);
      try {
        const invocation = { file, args, session, turn, lead: leadOf(file) };
        const forked = await calls.fork(invocation, { signal, callId: id, progress });
        if (forked) {
          count(file);
          const data = { skill: file.name, path: file.path, status: "forked", agentId: forked.run.id };
          return { content: forked.text, data };
        }
        const loaded = await calls.prompt(invocation);
        note(invocation, loaded);
        const mentions = await use.mentions?.();
        const named = (await mentions?.bring(loaded, turn)) ?? [];
        return { content: [text(loaded), ...named], data: { skill: file.name, path: file.path } };
      } catch (thrown) {
        throw new ToolError(messageOf(thrown));
      }
    },
  };
}

function leadOf(file: PromptFile): string {
  return `The files of this skill lie in ${folderOf(file)}\n\n`;
}

/** Models write it as people do, too. */
function nameOf(skill: string): string {
  return skill.trim().replace(/^\//, "");
}

/** What it would do beyond being read. */
function wishesOf(file: PromptFile, isCounted: boolean): readonly string[] {
  if (!isCounted) return [];
  const [first] = file.commands;
  const hooks = file.hooks && Object.keys(file.hooks);
  return [
    ...(first === undefined ? [] : [`runs ${JSON.stringify(first)}${file.commands.length > 1 ? " and more" : ""}`]),
    ...(file.allowedTools.length ? [`allows ${file.allowedTools.join(", ")} until your next message`] : []),
    ...(hooks?.length ? [`adds hooks to ${hooks.join(", ")}`] : []),
    ...(file.model === undefined ? [] : [`asks the model ${file.model}`]),
    ...(file.effort === undefined ? [] : [`asks for the effort ${file.effort}`]),
  ];
}
