import type { FileView } from "../results.ts";
import { counted } from "../say.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What a package says of itself. */
export function summarisePackage({ text }: FileView): string | undefined {
  const data = parse(text);
  if (!isFields(data)) return undefined;
  const name = textOf(data.name) || "a package without a name";
  const version = textOf(data.version) && ` ${textOf(data.version)}`;
  const description = textOf(data.description) && `: ${textOf(data.description)}`;
  return [
    `the package ${name}${version}${description}`,
    ...line("Scripts", entries(data.scripts)),
    ...line("Dependencies", keys(data.dependencies)),
    ...line("Development dependencies", keys(data.devDependencies)),
    ...line("Peer dependencies", keys(data.peerDependencies)),
    ...line("Programs", isFields(data.bin) ? keys(data.bin) : [textOf(data.bin)].filter(Boolean)),
    ...line("Needs", entries(data.engines)),
    ...line("License", [textOf(data.license)].filter(Boolean)),
  ].join("\n");
}

export function summariseJson({ text, lines }: FileView): string | undefined {
  const data = parse(text);
  if (Array.isArray(data)) return `a JSON list of ${counted(data.length, "item")}.`;
  if (!isFields(data)) return undefined;
  const described = Object.entries(data).map(([key, value]) => `- ${key}: ${describe(value)}`);
  const more = described.length > 30 ? [`- … and ${described.length - 30} more`] : [];
  return [
    `a JSON object of ${counted(lines, "line")} with ${counted(described.length, "key")}:`,
    "",
    ...described.slice(0, 30),
    ...more,
  ].join("\n");
}

/** The names of a package's scripts. */
export function scriptsIn(text: string): readonly string[] {
  const data = parse(text);
  return isFields(data) ? keys(data.scripts) : [];
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isFields(value)) return `${Object.keys(value).length} keys`;
  const shown = JSON.stringify(value);
  return shown.length > 80 ? `${shown.slice(0, 80)}…` : shown;
}

function line(label: string, values: readonly string[]): readonly string[] {
  return values.length ? [`- ${label}${values.length > 1 ? ` (${values.length})` : ""}: ${values.join(", ")}`] : [];
}

function entries(value: unknown): readonly string[] {
  return isFields(value) ? Object.entries(value).map(([key, said]) => `${key} (\`${String(said)}\`)`) : [];
}

function keys(value: unknown): readonly string[] {
  return isFields(value) ? Object.keys(value) : [];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A file that is no JSON, or was not read whole, is summarised as text. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
