/** What a {@link GantryError} is made of. */
export interface ErrorParts {
  /** `GANTRY_AREA_WHAT`; never reused for another meaning. */
  readonly code: `GANTRY_${string}`;
  /** One sentence that names the offending value. */
  readonly message: string;
  /** What to do next, or the nearest valid choice. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

/**
 * An error that a person can act on: a stable code, one sentence, a remedy.
 *
 * Recognise it with {@link isGantryError}: `instanceof` fails where two copies of the sdk are loaded.
 */
export class GantryError extends Error {
  readonly code: ErrorParts["code"];
  readonly remedy: string | undefined;
  readonly isGantryError = true;

  constructor(parts: ErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = "GantryError";
    this.code = parts.code;
    this.remedy = parts.remedy;
  }
}

/**
 * Whether a thrown value is a {@link GantryError}, from whichever copy of the sdk.
 *
 * @example
 * const isThere = await exec.run({ file: "git", args: ["--version"], cwd: "/" }).then(
 *   () => true,
 *   (thrown) => {
 *     if (isGantryError(thrown) && thrown.code === "GANTRY_EXEC_ABSENT") return false;
 *     throw thrown;
 *   },
 * );
 */
export function isGantryError(value: unknown): value is GantryError {
  return value instanceof Error && (value as { isGantryError?: unknown }).isGantryError === true;
}

/**
 * The error a plugin throws when it cannot do its work.
 *
 * @example
 * throw new PluginError("GANTRY_WEATHER_CITY", `There is no city "${city}".`, "Give the name in English.");
 */
export class PluginError extends GantryError {
  constructor(code: ErrorParts["code"], message: string, remedy?: string, cause?: unknown) {
    super({ code, message, ...(remedy === undefined ? {} : { remedy }), cause });
    this.name = "PluginError";
  }
}

/**
 * A failure that the model should read and act on: its message becomes the tool's error result as it stands.
 * Say what was wrong and what to do next.
 *
 * @example
 * throw new ToolError(`There is no city "${city}". Give its name in English.`);
 */
export class ToolError extends Error {
  readonly isToolError = true;
  /** The structured result that goes with the failure, if there is one (see {@link ToolOutput}). */
  readonly data: unknown;

  constructor(message: string, data?: unknown) {
    super(message);
    this.name = "ToolError";
    this.data = data;
  }
}

/** Whether a thrown value is a {@link ToolError}, from whichever copy of the sdk. */
export function isToolError(value: unknown): value is ToolError {
  return value instanceof Error && (value as { isToolError?: unknown }).isToolError === true;
}

/** The text of any thrown value, never empty. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message || thrown.name;
  return String(thrown) || "unknown error";
}
