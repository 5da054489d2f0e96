/** Skills that an agent has from the beginning. */
import { type AgentDefinition, type SessionView, type SetupContext, z } from "gantry/sdk";
import { readFrontmatter } from "gantry/sdk/kit/frontmatter";
import { PROMPT_BYTES } from "gantry/sdk/kit/prompt-files";
import { promptPlaces } from "gantry/sdk/kit/prompt-places";
import { readSkills } from "gantry/sdk/kit/prompt-shelf";
import { decodeText, plainText } from "gantry/sdk/kit/text-file";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { agents } from "./index.ts";

type Parts = Pick<SetupContext<typeof agents>, "host" | "use"> & { readonly managed: string };

/** Their texts as they are written: a command in them does not run. */
export async function skillTexts(
  { name, skills: wanted = [] }: AgentDefinition,
  session: SessionView,
  { host, use, managed }: Parts,
): Promise<string | undefined> {
  if (!wanted.length) return undefined;
  // Not by the service: whoever has skills may want to start agents.
  const { files: known } = await readSkills(promptPlaces(host, "skills", managed), host);
  const off = use.settings?.get("skillOverrides", z.record(z.string(), z.unknown())) ?? {};
  const files = await use.files();
  const texts: string[] = [];
  for (const one of wanted) {
    const found = known.get(one.replace(/^\//, ""));
    const skill =
      found?.isForModel && !["off", "user-invocable-only"].includes(String(off[found.name])) ? found : undefined;
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
