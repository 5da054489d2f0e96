/** What a folder says of the project in it: what it is made with, and the commands that it declares. */
import { join } from "node:path";
import { type Files, isGantryError, z } from "gantry/sdk";
import { fact } from "./facts.ts";

const MOST_BYTES = 256 * 1024;
const MOST_NAMES = 100;
const MOST_COMMANDS = 40;

/** A file that tells what a project is made with, and what it can be asked to do. */
const MARKS: readonly (readonly [name: string, kind: string, commands: (text: string) => readonly string[]])[] = [
  ["package.json", "Node", scripts],
  ["Makefile", "make", targets],
  ["justfile", "just", (text) => [...text.matchAll(/^([\w-]+)[^:=\n]*:(?!=)/gm)].map(([, name]) => `just ${name}`)],
  ["Taskfile.yml", "Task", (text) => [...text.matchAll(/^ {2}([\w:-]+):\s*$/gm)].map(([, name]) => `task ${name}`)],
  ["Cargo.toml", "Rust", () => ["cargo build", "cargo test", "cargo clippy"]],
  ["go.mod", "Go", () => ["go build ./...", "go test ./...", "go vet ./..."]],
  ["pyproject.toml", "Python", pythonTools],
  ["setup.py", "Python", () => []],
  ["requirements.txt", "Python", () => []],
  ["tox.ini", "Python", () => ["tox"]],
  ["pom.xml", "Maven", () => ["mvn test", "mvn package"]],
  ["build.gradle", "Gradle", () => ["gradle test", "gradle build"]],
  ["build.gradle.kts", "Gradle", () => ["gradle test", "gradle build"]],
  ["Gemfile", "Ruby", () => ["bundle exec rake"]],
  ["composer.json", "PHP", scripts],
  ["CMakeLists.txt", "CMake", () => ["cmake --build build", "ctest --test-dir build"]],
  ["mix.exs", "Elixir", () => ["mix test"]],
  ["deno.json", "Deno", () => ["deno test"]],
  ["docker-compose.yml", "Docker Compose", () => ["docker compose up"]],
  ["Dockerfile", "Docker", () => []],
];

const LOCKS: Readonly<Record<string, string>> = {
  "pnpm-lock.yaml": "pnpm",
  "yarn.lock": "yarn",
  "bun.lock": "bun",
  "bun.lockb": "bun",
};

/** Files that tell an agent, or a person, how things are done here. */
const GUIDES = [
  "CLAUDE.md",
  ".claude/CLAUDE.md",
  "AGENTS.md",
  "GEMINI.md",
  ".cursorrules",
  ".cursor/rules",
  ".windsurfrules",
  ".github/copilot-instructions.md",
  "README.md",
  "CONTRIBUTING.md",
  ".github/workflows",
  ".gitlab-ci.yml",
];

export interface Project {
  /** Names in the folder; folders end in `/`. */
  readonly names: readonly string[];
  readonly kinds: readonly string[];
  readonly commands: readonly string[];
  readonly guides: readonly string[];
}

export async function readProject(files: Files, folder: string): Promise<Project> {
  const listed = await files.list(folder);
  const here = new Set(listed.map(({ name }) => name));
  const kinds = new Set<string>();
  const commands: string[] = [];
  const runner = Object.entries(LOCKS).find(([lock]) => here.has(lock))?.[1];
  for (const [name, kind, read] of MARKS) {
    if (!here.has(name)) continue;
    kinds.add(kind);
    const said = read((await textOf(files, join(folder, name))) ?? "");
    commands.push(...said.map((command) => (runner && kind === "Node" ? command.replace(/^npm/, runner) : command)));
  }
  const guides: string[] = [];
  for (const guide of GUIDES) if (await files.stat(join(folder, guide))) guides.push(guide);
  return {
    names: listed
      .filter(({ name }) => name !== ".git")
      .map(({ name, kind }) => (kind === "folder" ? `${name}/` : name)),
    kinds: [...kinds],
    commands: commands.slice(0, MOST_COMMANDS),
    guides,
  };
}

export function projectFacts({ names, kinds, commands, guides }: Project): string {
  const more = names.length - MOST_NAMES;
  const shown = [...names.slice(0, MOST_NAMES), ...(more > 0 ? [`and ${more} more`] : [])];
  return [
    fact("folder", shown.join("\n")),
    fact("made-with", kinds.join(", ") || "nothing that is known by its files"),
    fact("declared-commands", commands.join("\n") || "none"),
    fact("guides", guides.join("\n") || "none"),
  ].join("\n");
}

/** The text of a small file; `undefined` where there is none that can be read. */
export async function textOf(files: Files, path: string): Promise<string | undefined> {
  try {
    return Buffer.from((await files.read(path, { maxBytes: MOST_BYTES })).bytes).toString("utf8");
  } catch (thrown) {
    if (isGantryError(thrown)) return undefined;
    throw thrown;
  }
}

const scriptsSchema = z.object({ scripts: z.record(z.string(), z.unknown()) });

function scripts(text: string): readonly string[] {
  const isComposer = /"(?:require|autoload)"\s*:/.test(text) && !/"(?:dependencies|devDependencies)"\s*:/.test(text);
  const found = scriptsSchema.safeParse(jsonOf(text));
  return Object.entries(found.data?.scripts ?? {}).map(
    ([name, line]) =>
      `${isComposer ? "composer" : "npm"} run ${name}${typeof line === "string" ? `  # ${line.slice(0, 120)}` : ""}`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function targets(text: string): readonly string[] {
  return [...text.matchAll(/^([a-zA-Z][\w.-]*)\s*:(?!=)/gm)].map(([, name]) => `make ${name}`);
}

function pythonTools(text: string): readonly string[] {
  const known = ["pytest", "ruff", "mypy", "black", "tox", "hatch", "poetry"];
  return known.filter((tool) => text.includes(`[tool.${tool}`)).map((tool) => (tool === "ruff" ? "ruff check" : tool));
}
