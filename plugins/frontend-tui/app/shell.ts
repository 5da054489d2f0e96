/** A command that the person runs themselves, with `!` before it: the same tool, the same rules. */
import { type Session, type Tools, textOf } from "gantry/sdk";

/** What to tell the agent of it; `undefined` where nobody runs commands. */
export async function runShell(
  tools: Tools | undefined,
  session: Session,
  command: string,
): Promise<string | undefined> {
  const tool = tools?.list(session).find(({ permission }) => permission && "command" in permission);
  if (!tools || !tool?.permission || !("command" in tool.permission)) return undefined;
  const input = { [tool.permission.command]: command };
  const { content } = await tools.call(session, { name: tool.name, input, origin: "user" });
  return `<bash-input>${command}</bash-input>\n<bash-stdout>${textOf(content)}</bash-stdout>`;
}
