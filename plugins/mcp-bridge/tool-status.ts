import type { McpToolStatus } from "gantry/sdk";
import type { ListedTool } from "./connection.ts";

/** A tool, as the status of its server shows it. */
export function toolStatus({ name, description, annotations }: ListedTool): McpToolStatus {
  const { readOnlyHint, destructiveHint, openWorldHint } = annotations ?? {};
  const hints = {
    ...(readOnlyHint !== undefined && { readOnly: readOnlyHint }),
    ...(destructiveHint !== undefined && { destructive: destructiveHint }),
    ...(openWorldHint !== undefined && { openWorld: openWorldHint }),
  };
  return {
    name,
    ...(description !== undefined && { description }),
    ...(Object.keys(hints).length > 0 && { annotations: hints }),
  };
}
