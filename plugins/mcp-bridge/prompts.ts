/** A server's prompts as slash commands: `/mcp__server__prompt first second`. */
import { type Contribution, type McpPrompt, textOf } from "gantry/sdk";
import type { Bridge } from "./bridge.ts";
import { cutText, promptName } from "./names.ts";

type Commands = NonNullable<Contribution["commands"]>;

export function promptCommands(bridge: Bridge): Commands {
  const commands: Record<string, Commands[string]> = {};
  for (const { named, prompts } of bridge.servers.values()) {
    for (const listed of prompts) {
      const name = promptName(named.name, String(listed.name));
      if (Object.hasOwn(commands, name)) continue;
      commands[name] = commandOf(bridge, named.name, listed);
    }
  }
  return commands;
}

function commandOf(bridge: Bridge, server: string, listed: Readonly<Record<string, unknown>>): Commands[string] {
  const wanted = (Array.isArray(listed.arguments) ? listed.arguments : []) as readonly {
    name: string;
    required?: boolean;
  }[];
  const hint = wanted.map(({ name, required }) => (required ? `<${name}>` : `[${name}]`)).join(" ");
  const prompt = String(listed.name);
  return {
    description: cutText(
      typeof listed.description === "string" ? listed.description : `The prompt ${prompt} of ${server}.`,
    ),
    ...(hint && { argumentHint: hint }),
    isPrompt: true,
    async run(args) {
      const values = argumentsIn(args, wanted);
      const missing = wanted.filter(({ name, required }) => required && values[name] === undefined);
      if (missing.length)
        return `/${promptName(server, prompt)} ${hint}: ${missing.map(({ name }) => name).join(", ")} is missing.`;
      const { messages } = await bridge.prompt(server, prompt, values);
      const parts = messages.map(({ role, content }) =>
        role === "assistant" ? `(assistant) ${textOf(content)}` : textOf(content),
      );
      return { prompt: parts.join("\n\n") };
    },
  };
}

/** Words by position, the last argument takes the rest; `"two words"` are one. */
export function argumentsIn(
  text: string,
  wanted: readonly Pick<McpPrompt["arguments"][number], "name">[],
): Record<string, string> {
  const words = [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
  const values: Record<string, string> = Object.create(null);
  for (const [index, { name }] of wanted.entries()) {
    const isLast = index === wanted.length - 1;
    const value = isLast ? words.slice(index).join(" ") : words[index];
    if (value) values[name] = value;
  }
  return values;
}
