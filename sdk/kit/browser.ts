/** Opens an address in the person's browser: a program and its arguments, never a shell. */
import { spawn } from "node:child_process";
import fs from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import type { HostInfo } from "gantry/sdk";
import { programFolders, workspaceOf } from "./program-folders.ts";

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ["/usr/bin/open"],
  win32: ["rundll32.exe", "url.dll,FileProtocolHandler"],
};

/**
 * Opens an address in the person's browser, without a shell and without a program of the folder that is worked in. `BROWSER` may name
 * the program. Resolves to whether one was started; what it then does is the person's to see.
 *
 * **Contract**: never rejects. Whoever calls it has checked the address, and asked the person.
 *
 * @example
 * const show = async (host: HostInfo) => openBrowser(new URL("https://example.com/docs"), host);
 */
export async function openBrowser(url: URL, host: HostInfo): Promise<boolean> {
  const [program = "", ...args] = openerOf(host);
  const file = isAbsolute(program) ? program : find(program, host);
  if (!file) return false;
  return new Promise((resolve) => {
    // A browser that is started by this stays when the host ends.
    const child = spawn(file, [...args, url.href], {
      shell: false,
      detached: process.platform !== "win32",
      stdio: "ignore",
      cwd: host.home,
      env: { ...withoutSecrets(host.env), PATH: foldersOf(host).join(delimiter) },
    });
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}

/** What it needs to find the person's desktop, and nothing that only Gantry may know. */
function withoutSecrets(env: HostInfo["env"]): HostInfo["env"] {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/KEY|TOKEN|SECRET|PASS|CREDENTIAL/i.test(name)));
}

/** `BROWSER` may name one program; a list of them, or a command, is not read. */
function openerOf({ env }: HostInfo): readonly string[] {
  if (env.BROWSER) return [env.BROWSER];
  return OPENERS[process.platform] ?? ["xdg-open"];
}

function find(program: string, host: HostInfo): string | undefined {
  if (!/^[\w.-]+$/.test(program)) return undefined;
  const folder = foldersOf(host).find((folder) => fs.existsSync(join(folder, program)));
  return folder && join(folder, program);
}

function foldersOf(host: HostInfo): readonly string[] {
  return programFolders(host.env.PATH, workspaceOf(host));
}
