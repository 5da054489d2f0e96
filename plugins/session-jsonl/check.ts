import { type Entry, entrySchema } from "gantry/sdk";

type Fields = Readonly<Record<string, unknown>>;

/**
 * What a parsed line is: a record, `bad`, or `other`: a record of a type that this version does not know. The schema decides; most
 * records are of a few types and told at a hundredth of its price.
 */
export function kindOf(value: unknown): "record" | "bad" | "other" {
  if (!isFields(value)) return "bad";
  if (isPlainly(value) || entrySchema.safeParse(value).success) return "record";
  return typeof value.type === "string" && !isKnownType(value.type) ? "other" : "bad";
}

/** Whether it surely is a record; never true for what the schema refuses. */
export function isPlainly(value: Fields): value is Fields & Entry {
  const { type, uuid, parentUuid, sessionId, timestamp } = value;
  if (typeof uuid !== "string" || typeof sessionId !== "string" || typeof timestamp !== "string") return false;
  if (parentUuid !== null && typeof parentUuid !== "string") return false;
  switch (type) {
    case "user":
      return (value.isMeta === undefined || typeof value.isMeta === "boolean") && isMessage(value.message, "user");
    case "assistant":
      return typeof value.model === "string" && Number.isFinite(value.ms) && isMessage(value.message, "assistant");
    case "tool_start":
      return typeof value.toolUseId === "string" && typeof value.tool === "string";
    case "tool_result":
      return (
        typeof value.toolUseId === "string" &&
        typeof value.tool === "string" &&
        (value.outcome === "ok" || value.outcome === "error") &&
        Number.isFinite(value.ms) &&
        isContent(value.content)
      );
    case "plugin":
      return typeof value.plugin === "string" && typeof value.kind === "string" && "data" in value;
    default:
      return false;
  }
}

function isMessage(value: unknown, role: string): boolean {
  return isFields(value) && value.role === role && isContent(value.content);
}

function isContent(value: unknown): boolean {
  return Array.isArray(value) && value.every((block) => isFields(block) && typeof block.type === "string");
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isKnownType(type: string): boolean {
  return entrySchema.unwrap().options.some((option) => option.shape.type.value === type);
}
