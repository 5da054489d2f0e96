/** Skills that an agent has from the beginning. */
import type { AgentDefinition, SessionView, SetupContext } from "gantry/sdk";
import { readFrontmatter } from "gantry/sdk/kit/frontmatter";
import { PROMPT_BYTES } from "gantry/sdk/kit/prompt-files";
import { decodeText, plainText } from "gantry/sdk/kit/text-file";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { agents } from "./index.ts";

type Use = Pick<SetupContext<typeof agents>["use"], "skills" | "files">;

/** Their texts as they are written: a command in them does not run. */
export async function skillTexts(
  { name, skills: wanted = [] }: AgentDefinition,
  session: SessionView,
  use: Use,
): Promise<string | undefined> {
  if (!wanted.length) return undefined;
  const known = (await (await use.skills?.())?.list(session)) ?? [];
  const files = await use.files();
  const texts: string[] = [];
  for (const one of wanted) {
    const skill = known.find((all) => all.name === one.replace(/^\//, "") && all.isForModel);
    const read = skill && (await files.read(skill.path, { maxBytes: PROMPT_BYTES }).catch(() => undefined));
    const decoded = read && decodeText(read.bytes);
    if (decoded)
      texts.push(
        `# ${skill.name}\n\n${readFrontmatter(plainText(decoded.text).text, { isLenient: true }).body.trim()}`,
      );
    else
      session.notify({
        level: "warning",
        plugin: "agents",
        text: visibleLine(`The agent ${name} wants the skill ${one}, which there is not.`),
      });
  }
  return texts.length ? texts.join("\n\n") : undefined;
}
