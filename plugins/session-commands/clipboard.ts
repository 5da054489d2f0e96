import { type Exec, type HostInfo, isGantryError } from "gantry/sdk";

interface Parts {
  readonly exec: Exec | undefined;
  readonly env: HostInfo["env"];
  readonly cwd: string;
}

type Program = readonly [file: string, ...args: string[]];

/** Puts a text into the clipboard by the first program that can; its name, or `undefined` where there is none. */
export async function toClipboard(text: string, { exec, env, cwd }: Parts): Promise<string | undefined> {
  for (const [file, ...args] of programsFor(env, process.platform)) {
    const isDone = await exec
      ?.run({ file, args, cwd, input: text, env: displays(env), timeoutMs: 5_000, maxBytes: 4096 })
      .then(({ exitCode, isTimedOut }) => exitCode === 0 && !isTimedOut)
      .catch((thrown: unknown) => {
        if (isGantryError(thrown)) return false;
        throw thrown;
      });
    if (isDone) return file;
  }
  return undefined;
}

function programsFor(env: HostInfo["env"], platform: NodeJS.Platform): readonly Program[] {
  if (platform === "darwin") return [["pbcopy"]];
  if (platform === "win32") return [["clip.exe"]];
  return [
    ...(env.WAYLAND_DISPLAY ? [["wl-copy"] as const] : []),
    ...(env.DISPLAY
      ? ([
          ["xclip", "-selection", "clipboard"],
          ["xsel", "--clipboard", "--input"],
        ] as const)
      : []),
    ...(env.WSL_DISTRO_NAME ? [["clip.exe"] as const] : []),
    // Passes it on to the terminal around it.
    ...(env.TMUX ? [["tmux", "load-buffer", "-w", "-"] as const] : []),
  ];
}

function displays(env: HostInfo["env"]): Readonly<Record<string, string>> {
  const names = ["DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "XAUTHORITY", "TMUX"];
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}
