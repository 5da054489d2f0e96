import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { TerminalHandle } from "@agentclientprotocol/sdk/unstable";
import {
  type ExecExit,
  type HostInfo,
  messageOf,
  newId,
  rootOf,
  type Screen,
  type Screens,
  type ToolContext,
} from "gantry/sdk";
import { realClock } from "gantry/sdk/kit/clock";
import { shellFolder } from "gantry/sdk/kit/shell-folder";
import type { Link } from "./link.ts";

/** A command that ends sooner needs no terminal: its result shows what it wrote. */
const SOON_MS = 400;

/** Most bytes that are shown of one command, and that the client keeps. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * What the editor's terminal runs: it prints a file while that grows, until the file beside it says how the command has ended. So the
 * command itself keeps its confinement, its environment and its limits, which a terminal of the editor would know nothing of.
 */
const VIEWER = `
const fs = require("node:fs");
const [file] = process.argv.slice(1);
const chunk = Buffer.alloc(65536);
const fd = fs.openSync(file, "r");
let at = 0;
const show = () => {
  const end = fs.existsSync(file + ".end") && fs.readFileSync(file + ".end", "utf8");
  for (let count; (count = fs.readSync(fd, chunk, 0, chunk.length, at)); at += count) fs.writeSync(1, chunk.subarray(0, count));
  if (end) process.exit(Number(end) || 0);
};
setInterval(show, 50);
show();
`;

/** Shows commands in terminals of the client. Nothing that goes wrong with them is of any matter to the command. */
export function createScreens(link: Link, host: HostInfo): Screens {
  return {
    open(call) {
      const screen = createScreen(call, link, join(shellFolder(host, call.session), `${newId().slice(-12)}.screen`));
      call.session.scope.own(screen.drop);
      return screen;
    },
  };
}

function createScreen(call: ToolContext, link: Link, file: string): Screen & { drop(): void } {
  let before: Uint8Array[] = [];
  let room = MOST_BYTES;
  let fd: number | undefined;
  let terminal: Promise<TerminalHandle | undefined> | undefined;
  let isOver = false;
  const cancel = realClock.after(SOON_MS, begin);

  function begin(): void {
    try {
      mkdirSync(join(file, ".."), { recursive: true, mode: 0o700 });
      fd = openSync(file, "wx", 0o600);
      for (const chunk of before) writeSync(fd, chunk);
      terminal = create().catch((thrown) => void link.log(`No terminal of the editor is there: ${messageOf(thrown)}`));
    } catch (thrown) {
      drop();
      link.log(`A command cannot be shown while it runs: ${messageOf(thrown)}`);
    }
    before = [];
  }

  async function create(): Promise<TerminalHandle> {
    const made = await link.peer.createTerminal({
      sessionId: rootOf(call.session).id,
      command: process.execPath,
      args: ["-e", VIEWER, file],
      cwd: call.session.cwd,
      outputByteLimit: MOST_BYTES,
    });
    link.terminals.set(call.id, made.id);
    link.tell({
      sessionUpdate: "tool_call_update",
      toolCallId: call.id,
      content: [{ type: "terminal", terminalId: made.id }],
    });
    return made;
  }

  function write(chunk: Uint8Array): void {
    if (isOver || room <= 0) return;
    const part = chunk.subarray(0, room);
    room -= part.length;
    try {
      if (fd === undefined) before.push(part.slice());
      else writeSync(fd, part);
    } catch (thrown) {
      room = 0;
      link.log(`A command cannot be shown any further: ${messageOf(thrown)}`);
    }
  }

  function end(exit: ExecExit | undefined): void {
    if (isOver) return;
    cancel();
    if (!terminal) {
      drop();
      return;
    }
    isOver = true;
    try {
      writeFileSync(`${file}.end`, `${exit?.exitCode ?? 1} `, { mode: 0o600 });
    } catch {
      // Released below all the same.
    }
    void letGo();
  }

  /** The client goes on showing what a terminal that was released has shown. */
  async function letGo(): Promise<void> {
    const made = await terminal;
    await made?.waitForExit().catch(() => undefined);
    await made?.release().catch(() => undefined);
    drop();
  }

  function drop(): void {
    cancel();
    isOver = true;
    if (fd !== undefined) closeSync(fd);
    fd = undefined;
    for (const one of [file, `${file}.end`]) rmSync(one, { force: true });
  }

  return { write, end, drop };
}
