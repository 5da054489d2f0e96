/** The first lines: what this is, which model answers, and what to do without a key. */
import type { FrontendHost, Session } from "gantry/sdk";
import { visible, visibleLine } from "gantry/sdk/kit/visible";
import type { PaintOptions } from "../paint/blocks.ts";
import { cut } from "../paint/width.ts";
import { noticeLines, type Painting, saidLines } from "./lines.ts";

/** The provider that answers where there is neither a key nor a local model. */
const OFFLINE = "offline";

/** `before` is the session that this one is a copy of, where it was made just now. */
export function paintingOfGreeting({ info, notices }: FrontendHost, session: Session, before?: string): Painting {
  const { provider, id } = session.model;
  const count = session.messages.length;
  const going = before
    ? `You are in a copy of the conversation now, after ${count} messages. /resume ${before.slice(0, 8)} goes back to the first one.`
    : count
      ? `Going on after ${count} messages.`
      : "";
  return (options) => greetingLines(options, { info, notices, provider, id, going });
}

interface Greeting extends Pick<FrontendHost, "info" | "notices"> {
  readonly provider: string;
  readonly id: string;
  readonly going: string;
}

function greetingLines(options: PaintOptions, { info, notices, provider, id, going }: Greeting): string[] {
  const { theme, width } = options;
  return [
    "",
    cut(`  ${theme.style("accent", "Gantry", { bold: true })} ${theme.style("dim", info.version)}`, width),
    cut(`  ${theme.style("dim", visibleLine(`${provider}/${id}`))}`, width),
    cut(`  ${theme.style("dim", visible(info.cwd))}`, width),
    ...(going ? saidLines(going, "text", options) : []),
    ...(provider === OFFLINE ? ["", ...firstSteps(options)] : []),
    ...notices.flatMap((notice) => noticeLines(notice, options)),
  ];
}

function firstSteps(options: PaintOptions): string[] {
  return saidLines(
    [
      "No key and no local model was found, so the small planner that comes with Gantry answers. It needs no network: ask it to list, find, read, count or edit, and it uses the real tools.",
      "For a real model, set ANTHROPIC_API_KEY or OPENAI_API_KEY, type /login, or start Ollama, LM Studio or llama.cpp; then start again.",
    ].join("\n"),
    "text",
    options,
  );
}
