import { type Json, type JsonObject, PluginError, type RuleLists } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";

/** Refuses what would be no rule in a file: a broken rule forbids its whole tool, or nothing. */
export function checkRules(rules: readonly string[]): void {
  const wrong = rules.find(
    (rule) => !/^[A-Za-z*][\w*-]*(?:\(.*[^\s:*].*\)|\(\*\))?$/.test(rule) || /\p{C}/u.test(rule),
  );
  if (wrong === undefined) return;
  throw new PluginError(
    "GANTRY_PERMIT_RULE_SHAPE",
    `"${visibleLine(wrong, 200)}" is no permission rule.`,
    "Write Tool or Tool(specifier), such as Bash(npm test:*).",
  );
}

/** The settings with rules added at the end of their list. */
export function withRules(current: JsonObject, behavior: keyof RuleLists, rules: readonly string[], file: string) {
  const { permissions, list } = listOf(current, behavior, file);
  const missing = rules.filter((rule, index) => !list.includes(rule) && rules.indexOf(rule) === index);
  return missing.length ? { ...current, permissions: { ...permissions, [behavior]: [...list, ...missing] } } : current;
}

/** The settings without rules. */
export function withoutRules(current: JsonObject, behavior: keyof RuleLists, rules: readonly string[], file: string) {
  const { permissions, list } = listOf(current, behavior, file);
  const left = list.filter((rule) => typeof rule !== "string" || !rules.includes(rule));
  return left.length === list.length ? current : { ...current, permissions: { ...permissions, [behavior]: left } };
}

/** What is of another shape is the person's to correct: nothing is overwritten. */
function listOf(current: JsonObject, behavior: keyof RuleLists, file: string) {
  const { permissions = {} } = current;
  if (!isObject(permissions)) throw misshapen(file, "permissions", "an object");
  const list = permissions[behavior] ?? [];
  if (!Array.isArray(list)) throw misshapen(file, `permissions.${behavior}`, "a list");
  return { permissions, list: list as readonly Json[] };
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function misshapen(file: string, key: string, wanted: string): PluginError {
  return new PluginError(
    "GANTRY_PERMIT_FILE_SHAPE",
    `In ${file}, "${key}" is not ${wanted}, so no rule was written.`,
    "Correct the file, then answer again.",
  );
}
