/** Pictures that are pasted: from the clipboard, or as the path of a file that was dropped on the terminal. */
import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { type Exec, type ImageBlock, PluginError } from "gantry/sdk";

export interface Clipboard {
  /** The picture in the clipboard. `undefined`: there is none. Rejects where no program could look. */
  image(): Promise<ImageBlock | undefined>;
  /** The path of a picture, where a pasted text is nothing else. */
  pathIn(text: string): string | undefined;
  imageAt(path: string): Promise<ImageBlock | undefined>;
}

interface ClipboardOptions {
  readonly exec: Exec | undefined;
  readonly cwd: string;
  readonly platform?: NodeJS.Platform;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Providers take no larger ones. */
const MOST_BYTES = 5 << 20;
const TIMEOUT_MS = 5000;
const TYPES: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
};
const POWERSHELL =
  "Add-Type -AssemblyName System.Windows.Forms,System.Drawing;" +
  "$i=[Windows.Forms.Clipboard]::GetImage();" +
  "if($i){$m=New-Object IO.MemoryStream;$i.Save($m,[Drawing.Imaging.ImageFormat]::Png);[Convert]::ToBase64String($m.ToArray())}";
const APPLESCRIPT = "get the clipboard as «class PNGf»";

/** Programs that can tell, in the order in which they are asked; what they print is base64, hexadecimal or the picture itself. */
interface Reader {
  readonly file: string;
  readonly args: readonly string[];
  readonly prints: "base64" | "applescript" | "bytes";
}

export function createClipboard({
  exec,
  cwd,
  platform = process.platform,
  env = process.env,
}: ClipboardOptions): Clipboard {
  async function image(): Promise<ImageBlock | undefined> {
    const readers = readersFor(platform, env);
    let hasAsked = false;
    for (const reader of exec ? readers : []) {
      const bytes = await printed(reader).then(
        (read) => {
          hasAsked = true;
          return read;
        },
        () => undefined,
      );
      const type = bytes && typeOf(bytes);
      if (bytes && type) return imageOf(bytes, type);
    }
    if (hasAsked) return undefined;
    throw new PluginError(
      "GANTRY_TUI_CLIPBOARD",
      "No program here can read a picture from the clipboard.",
      `Install ${[...new Set(readers.map(({ file }) => file))].join(" or ")}, or drop the file on the terminal.`,
    );
  }

  async function printed({ file, args, prints }: Reader): Promise<Buffer | undefined> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const result = await (exec as Exec).run({
      file,
      args,
      cwd,
      env: displayOf(env),
      timeoutMs: TIMEOUT_MS,
      maxBytes: 1,
      onOutput(chunk, stream) {
        if (stream === "stderr" || size > MOST_BYTES * 3) return;
        size += chunk.length;
        chunks.push(chunk);
      },
    });
    if (result.exitCode !== 0 || size === 0 || size > MOST_BYTES * 3) return undefined;
    const bytes = Buffer.concat(chunks);
    if (prints === "bytes") return bytes;
    const text = bytes.toString("latin1").trim();
    if (prints === "base64") return Buffer.from(text, "base64");
    return Buffer.from(/PNGf([0-9A-F]+)/.exec(text)?.[1] ?? "", "hex");
  }

  return {
    image,
    pathIn(text) {
      const path = pathOf(text.trim());
      return path !== undefined && Object.hasOwn(TYPES, extname(path).toLowerCase()) ? path : undefined;
    },
    async imageAt(path) {
      const found = await stat(path).catch(() => undefined);
      if (!found?.isFile() || found.size > MOST_BYTES) return undefined;
      const bytes = await readFile(path);
      const type = typeOf(bytes);
      return type === undefined ? undefined : imageOf(bytes, type);
    },
  };
}

function readersFor(platform: NodeJS.Platform, env: Readonly<Record<string, string | undefined>>): readonly Reader[] {
  const powershell: Reader = {
    file: "powershell.exe",
    args: ["-NoProfile", "-NonInteractive", "-STA", "-Command", POWERSHELL],
    prints: "base64",
  };
  if (platform === "win32") return [powershell];
  if (platform === "darwin") {
    return [
      { file: "pngpaste", args: ["-"], prints: "bytes" },
      { file: "osascript", args: ["-e", APPLESCRIPT], prints: "applescript" },
    ];
  }
  const wayland: Reader = { file: "wl-paste", args: ["--type", "image/png"], prints: "bytes" };
  const x11: Reader = { file: "xclip", args: ["-selection", "clipboard", "-t", "image/png", "-o"], prints: "bytes" };
  const own = env.WAYLAND_DISPLAY ? [wayland, x11] : [x11, wayland];
  return env.WSL_DISTRO_NAME ? [powershell, ...own] : own;
}

/** Where the clipboard is: the filtered environment need not have it. */
function displayOf(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const names = ["DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR"];
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

/** Terminals put quotes around a path with blanks, or strokes before them, or write it as a URL. */
function pathOf(text: string): string | undefined {
  if (text.includes("\n") || text === "") return undefined;
  const quoted = /^(['"])(.*)\1$/.exec(text)?.[2];
  const path = quoted ?? (process.platform === "win32" ? text : text.replace(/\\(.)/g, "$1"));
  if (quoted === undefined && /(?<!\\)\s/.test(text)) return undefined;
  try {
    if (path.startsWith("file:")) return fileURLToPath(path);
  } catch {
    return undefined;
  }
  if (path.startsWith("~/")) return homedir() + path.slice(1);
  return /^(?:\/|[A-Za-z]:[\\/])/.test(path) ? path : undefined;
}

/** By what it begins with: a name says nothing. */
function typeOf(bytes: Buffer): string | undefined {
  const head = bytes.subarray(0, 12).toString("latin1");
  if (head.startsWith("\x89PNG")) return "image/png";
  if (head.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (head.startsWith("GIF8")) return "image/gif";
  return head.startsWith("RIFF") && head.endsWith("WEBP") ? "image/webp" : undefined;
}

function imageOf(bytes: Buffer, media_type: string): ImageBlock | undefined {
  if (bytes.length > MOST_BYTES) return undefined;
  return { type: "image", source: { type: "base64", media_type, data: bytes.toString("base64") } };
}
