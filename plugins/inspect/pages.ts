/** What the host and the session are made of, as blocks. */
import type { Block, HostReport, PromptSection, ToolInfo } from "gantry/sdk";
import { z } from "gantry/sdk";
import { toolTokens } from "gantry/sdk/kit/context-contents";
import { textTokens } from "gantry/sdk/kit/tokens";
import { visibleLine } from "gantry/sdk/kit/visible";
import { additions, milliseconds } from "./plugins.ts";

export function pluginBlocks({ plugins, bootMs, generation }: HostReport): readonly Block[] {
  return [
    {
      type: "text",
      lines: [`${plugins.length} plugins, generation ${generation}; the host was ready after ${milliseconds(bootMs)}.`],
    },
    {
      type: "table",
      head: ["plugin", "state", "load", "setup", "adds"],
      rows: plugins.map((plugin) => [
        plugin.name,
        [{ text: plugin.state, tone: plugin.state === "failed" ? "bad" : plugin.state === "active" ? "good" : "dim" }],
        milliseconds(plugin.loadMs),
        milliseconds(plugin.setupMs),
        visibleLine(additions(plugin), 120),
      ]),
    },
  ];
}

export function promptBlocks(sections: readonly PromptSection[]): readonly Block[] {
  if (sections.length === 0) return [{ type: "text", lines: ["There is no prompt before the first turn."] }];
  const sum = sections.reduce((total, { text }) => total + textTokens(text), 0);
  return [
    { type: "text", lines: [`About ${sum} tokens in ${sections.length} sections.`] },
    {
      type: "table",
      head: ["section", "plugin", "cached", "tokens"],
      rows: sections.map(({ key, owner = "-", cache, text }) => [key, owner, cache, String(textTokens(text))]),
    },
  ];
}

export function toolBlocks(tools: readonly ToolInfo[]): readonly Block[] {
  const sum = tools.reduce((total, tool) => total + toolTokens(tool), 0);
  return [
    { type: "text", lines: [`${tools.length} tools, about ${sum} tokens with every request.`] },
    {
      type: "table",
      head: ["tool", "plugin", "tokens"],
      rows: tools.map((tool) => [tool.name, tool.owner, String(toolTokens(tool))]),
    },
  ];
}

export function tapBlocks({ hooks }: HostReport): readonly Block[] {
  return Object.entries(hooks).flatMap(([hook, taps]): readonly Block[] => [
    { type: "text", lines: [[{ text: hook, tone: "strong" }, taps.length ? "" : "  nobody"]] },
    {
      type: "table",
      rows: taps.map(({ plugin, only, because }, at) => [
        `${at + 1}.`,
        plugin,
        only ? `only ${only.join(", ")}` : "",
        because,
      ]),
    },
  ]);
}

/** One tool as the model is told of it. */
export function schemaBlocks({ name, owner, description, input }: ToolInfo): readonly Block[] {
  const schema =
    "jsonSchema" in input ? input.jsonSchema : z.toJSONSchema(input, { io: "input", unrepresentable: "any" });
  return [
    {
      type: "fields",
      fields: [
        { name: "tool", value: name },
        { name: "plugin", value: owner },
      ],
    },
    { type: "text", lines: description.split("\n") },
    { type: "code", text: JSON.stringify(schema, null, 2), language: "json" },
  ];
}
