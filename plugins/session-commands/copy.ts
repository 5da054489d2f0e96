/** `/copy`: the last answers, or pieces of code in them, into the clipboard. */
import { join } from "node:path";
import { type Command, type CommandAnswer, PluginError, type SessionView, textOf } from "gantry/sdk";
import { listPanel } from "gantry/sdk/kit/panels";
import { visibleLine } from "gantry/sdk/kit/visible";
import { toClipboard } from "./clipboard.ts";
import type { Uses } from "./commands.ts";

const ARGS = /^(\d+)?\s*(?:(all|code)(?:\s+(\d+))?)?$/;

export function createCopy({
  exec,
  files,
  host,
}: Pick<Uses, "exec" | "files" | "host">): Exclude<Command, (...args: never[]) => unknown> {
  async function copy(text: string, what: string, session: SessionView): Promise<string> {
    const program = await toClipboard(text, { exec: await exec?.(), env: host.env, cwd: session.cwd });
    if (program !== undefined) return `${what} is copied, ${text.length} characters.`;
    const file = join(host.stateFolder, "copied.txt");
    await files.write(file, Buffer.from(text), { mode: 0o600 });
    return `No program for the clipboard was found, so ${what.charAt(0).toLowerCase()}${what.slice(1)} is in ${file}.`;
  }

  return {
    async run(args, session): Promise<CommandAnswer> {
      const [, nth = "1", which, number] = ARGS.exec(args.trim()) ?? [undefined, "0"];
      if (nth === "0") throw usage(args);
      const answer = answersOf(session).at(-Number(nth));
      if (answer === undefined) return "There is no such answer yet.";
      const pieces = codeIn(answer);
      if (which === "code" && number === undefined && pieces.length !== 1)
        return `The answer has ${pieces.length} pieces of code: /copy ${nth} code 1 copies the first.`;
      if (which === "code") {
        const piece = pieces[Number(number ?? 1) - 1];
        return piece ? copy(piece.text, "The code", session) : `The answer has ${pieces.length} pieces of code.`;
      }
      if (which === "all" || !pieces.length || !session.isInteractive) return copy(answer, "The answer", session);
      return {
        panel: {
          ...(await listPanel({
            title: "Copy",
            load: () => [
              { id: "0", title: "The whole answer", detail: `${answer.length} characters` },
              ...pieces.map(({ language, text }, at) => ({
                id: String(at + 1),
                title: visibleLine(text, 80),
                detail: [language, `${text.split("\n").length} lines`].filter(Boolean).join(", "),
                group: "Code",
              })),
            ],
            preview: ({ id }) => {
              const { text, language } = pieces[Number(id) - 1] ?? { text: answer, language: "markdown" };
              return [{ type: "code", text, language }];
            },
            actions: [
              {
                key: "enter",
                label: "copy",
                run: ({ id }) =>
                  copy(pieces[Number(id) - 1]?.text ?? answer, id === "0" ? "The answer" : "The code", session),
              },
            ],
          })),
          text: `/copy ${nth} all copies the whole answer, /copy ${nth} code NUMBER one of its ${pieces.length} pieces of code.`,
        },
      };
    },
    complete: (args, session) => {
      const pieces = codeIn(answersOf(session).at(-1) ?? "");
      const all = pieces.map(({ text }, at) => ({ args: `1 code ${at + 1}`, description: visibleLine(text, 60) }));
      return all.filter((one) => one.args.startsWith(args.trim()));
    },
  };
}

/** What the model has said, an answer for each prompt. */
function answersOf({ entries }: SessionView): readonly string[] {
  const answers: string[] = [];
  let isNew = true;
  for (const entry of entries) {
    if (entry.type === "user" && !entry.isMeta) isNew = true;
    const said = entry.type === "assistant" ? textOf(entry.message.content).trim() : "";
    if (!said) continue;
    // What was said before a tool is no answer yet.
    if (isNew) answers.push(said);
    else answers[answers.length - 1] = said;
    isNew = false;
  }
  return answers;
}

/** The fenced pieces of a text. */
function codeIn(answer: string): readonly { readonly language: string; readonly text: string }[] {
  const fences = answer.matchAll(/^ {0,3}(`{3,}|~{3,})([^\n`]*)\n([\s\S]*?)\n? {0,3}\1[`~]*\s*$/gm);
  return [...fences].map(([, , info = "", text = ""]) => ({ language: info.trim().split(/\s/)[0] ?? "", text }));
}

function usage(args: string): PluginError {
  return new PluginError(
    "GANTRY_COPY_USAGE",
    `/copy cannot tell what "${visibleLine(args.trim(), 60)}" means.`,
    "/copy 2 copies the answer before the last one, /copy 1 code 3 the third piece of code of the last.",
  );
}
