import type { Command, Sandbox, SessionView } from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import { completions } from "gantry/sdk/kit/completions";
import { type SaveParts, saveSetting } from "gantry/sdk/kit/save-setting";
import { visibleLine } from "gantry/sdk/kit/visible";

/** `/sandbox`: whether commands are confined, whether they can be, and the switch. */
export function createSandbox(sandbox: Sandbox | undefined, parts: SaveParts): Command {
  return answering({
    async run(args, session) {
      if (!sandbox) return "No plugin confines commands here; exec-sandbox does.";
      const word = args.trim().toLowerCase();
      if (word === "" || word === "status")
        return `${await stateText(sandbox, session)} /sandbox on and /sandbox off switch it.`;
      if (word !== "on" && word !== "off")
        return `/sandbox takes on, off or status: "${visibleLine(word, 40)}" is none of them.`;
      const saved = await saveSetting(parts, "sandbox.enabled", word === "on");
      return `${await stateText(sandbox, session)} ${saved}`;
    },
    complete: (args) => completions(args, ["on", "off", "status"]),
  });
}

async function stateText(sandbox: Sandbox, session: SessionView): Promise<string> {
  const { isOn, problem, isRequired, mayBeLeft, notices } = await sandbox.state(session);
  if (!isOn) return "Commands are not confined.";
  const otherwise = isRequired
    ? "No command runs until it is."
    : "Commands run unconfined, and are asked for as usual.";
  const said = [
    problem === undefined
      ? "Commands are confined: they write in the session's folders alone."
      : `The sandbox is not available: ${visibleLine(problem)} ${otherwise}`,
    ...(problem === undefined && !mayBeLeft ? ["None may leave it."] : []),
    ...notices.map((notice) => visibleLine(notice)),
  ];
  return said.join(" ");
}
