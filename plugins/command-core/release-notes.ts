import fs from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "gantry/sdk";
import { pagePanel } from "gantry/sdk/kit/panels";
import { visibleLine } from "gantry/sdk/kit/visible";

interface Notes {
  readonly version: string;
  readonly text: string;
}

/** `/release-notes`: what the package's own change log says of the newest version, of one, or of all. */
export const releaseNotes: Command = {
  async run(args) {
    const all = readNotes(import.meta.dirname);
    const wanted = args.trim().replace(/^v(?=\d)/, "");
    const chosen =
      wanted === "all"
        ? all
        : all.filter(({ version }) => !wanted || version.toLowerCase() === wanted.toLowerCase()).slice(0, 1);
    if (!all.length) return "This copy of Gantry has no change log.";
    if (!chosen.length) {
      const known = all.map(({ version }) => version).join(", ");
      return `There are no notes of a version ${visibleLine(JSON.stringify(wanted), 60)}. There are: ${known}.`;
    }
    const parts = chosen.map(({ version, text }) => ({
      title: version,
      load: () => [{ type: "markdown", text } as const],
    }));
    return { panel: await pagePanel({ title: "Release notes", parts }) };
  },
  complete: (args) =>
    ["all", ...readNotes(import.meta.dirname).map(({ version }) => version)]
      .filter((version) => version.toLowerCase().startsWith(args.trim().toLowerCase()))
      .map((version) => ({ args: version })),
};

/** The change log lies in the package's own folder, a few above this file, wherever that has been bundled to. */
export function readNotes(from: string): readonly Notes[] {
  for (let folder = from; dirname(folder) !== folder; folder = dirname(folder)) {
    const file = join(folder, "CHANGELOG.md");
    if (fs.existsSync(join(folder, "package.json")))
      return fs.existsSync(file) ? parse(fs.readFileSync(file, "utf8")) : [];
  }
  return [];
}

function parse(text: string): readonly Notes[] {
  return text
    .split(/^(?=## )/m)
    .slice(1)
    .map((section) => ({
      version: /^## \[?([^\]\s]+)/.exec(section)?.[1] ?? "",
      text: section.trim(),
    }));
}
