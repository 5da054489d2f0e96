/**
 * Where an administrator's files lie on this kind of machine: settings, instructions, rules, styles. The person cannot write there.
 *
 * @example
 * managedFolder("linux"); // "/etc/claude-code"
 */
export function managedFolder(platform: NodeJS.Platform): string {
  if (platform === "darwin") return "/Library/Application Support/ClaudeCode";
  return platform === "win32" ? "C:\\Program Files\\ClaudeCode" : "/etc/claude-code";
}
