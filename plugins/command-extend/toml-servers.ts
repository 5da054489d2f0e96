/** The MCP servers of Codex's `config.toml`: just the part of TOML that such tables are written in. */

type Value = string | number | boolean | readonly string[] | Readonly<Record<string, string>>;

/** Tables `[mcp_servers.NAME]` and `[mcp_servers.NAME.env]` as objects; a value that is not understood leaves its server out. */
export function tomlServers(text: string): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const servers = new Map<string, Map<string, unknown>>();
  const bad = new Set<string>();
  let path: readonly string[] = [];
  for (const line of joined(text)) {
    const header = /^\[([^[\]]+)\]\s*(?:#.*)?$/.exec(line)?.[1];
    if (header !== undefined || line.startsWith("[[")) {
      path = header === undefined ? [] : keysOf(header);
      continue;
    }
    const [root, name, part] = path;
    if (root !== "mcp_servers" || name === undefined || path.length > 3) continue;
    const [, key = "", rest = ""] = /^("[^"]*"|[\w.-]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (key === "") continue;
    const value = readValue(rest.trim());
    const server = servers.get(name) ?? new Map<string, unknown>();
    servers.set(name, server);
    if (value === undefined) bad.add(name);
    else if (part === undefined) server.set(unquoted(key), value);
    else server.set(part, { ...(server.get(part) as object | undefined), [unquoted(key)]: value });
  }
  const good = [...servers].filter(([name]) => !bad.has(name));
  return Object.fromEntries(good.map(([name, server]) => [name, Object.fromEntries(server)]));
}

/** Lists that go over several lines on one. */
function joined(text: string): readonly string[] {
  const lines: string[] = [];
  let open = "";
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    if (open === "" && (line === "" || line.startsWith("#"))) continue;
    open = open === "" ? line : `${open} ${line.startsWith("#") ? "" : line}`;
    const isOpen = /=\s*\[[^\]]*$/.test(open);
    if (isOpen && open.length < 10_000) continue;
    lines.push(open);
    open = "";
  }
  return lines;
}

function keysOf(header: string): readonly string[] {
  return [...header.matchAll(/"([^"]*)"|([\w-]+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
}

function readValue(text: string): Value | undefined {
  const string = stringAt(text);
  if (string && /^\s*(?:#.*)?$/.test(string.rest)) return string.value;
  if (/^(true|false)\s*(?:#.*)?$/.test(text)) return text.startsWith("true");
  if (/^-?\d+(\.\d+)?\s*(?:#.*)?$/.test(text)) return Number.parseFloat(text);
  if (text.startsWith("[")) return listOf(text);
  return text.startsWith("{") ? tableOf(text) : undefined;
}

function stringAt(text: string): { readonly value: string; readonly rest: string } | undefined {
  const literal = /^'([^']*)'/.exec(text);
  if (literal) return { value: literal[1] ?? "", rest: text.slice(literal[0].length) };
  const basic = /^"(?:[^"\\]|\\.)*"/.exec(text)?.[0];
  if (basic === undefined) return undefined;
  try {
    return { value: JSON.parse(basic) as string, rest: text.slice(basic.length) };
  } catch {
    return undefined;
  }
}

function listOf(text: string): readonly string[] | undefined {
  const values: string[] = [];
  let rest = text.slice(1).trim();
  while (!rest.startsWith("]")) {
    const next = stringAt(rest);
    if (!next) return undefined;
    values.push(next.value);
    rest = next.rest.trim().replace(/^,\s*/, "");
  }
  return values;
}

function tableOf(text: string): Readonly<Record<string, string>> | undefined {
  const table: Record<string, string> = {};
  let rest = text.slice(1).trim();
  while (!rest.startsWith("}")) {
    const [head, key = ""] = /^("[^"]*"|[\w.-]+)\s*=\s*/.exec(rest) ?? [];
    const next = head === undefined ? undefined : stringAt(rest.slice(head.length));
    if (!next) return undefined;
    table[unquoted(key)] = next.value;
    rest = next.rest.trim().replace(/^,\s*/, "");
  }
  return table;
}

function unquoted(key: string): string {
  return key.startsWith('"') ? key.slice(1, -1) : key;
}
