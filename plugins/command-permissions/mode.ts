import {
  type Command,
  PERMISSION_MODES,
  type PermissionMode,
  type Permissions,
  PluginError,
  type SessionView,
} from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import { completions } from "gantry/sdk/kit/completions";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { listPanel } from "gantry/sdk/kit/panels";
import { type SaveParts, saveSetting } from "gantry/sdk/kit/save-setting";
import { visibleLine } from "gantry/sdk/kit/visible";

const MEANINGS: Readonly<Record<PermissionMode, string>> = {
  default: "reads run, all else is asked for",
  acceptEdits: "edits of the session's own files run, too",
  plan: "nothing is changed until a plan is approved",
  auto: "a classifier answers in your place",
  dontAsk: "what would be asked for is refused",
  bypassPermissions: "everything runs that no rule forbids",
};

/** `/mode`: what runs without asking, from here on. */
export function createMode(permissions: Permissions | undefined, parts: SaveParts): Command {
  return answering({
    async run(args, session) {
      const modes = having(permissions);
      const word = args.trim();
      if (word === "status") return said(modes.mode(session));
      if (word) return enter(modes, session, named(word));
      return {
        panel: await listPanel({
          title: "Modes",
          load: () =>
            PERMISSION_MODES.map((mode) => ({
              id: mode,
              title: mode,
              detail: MEANINGS[mode],
              isCurrent: modes.mode(session) === mode,
            })),
          actions: [
            { key: "enter", label: "enter", run: ({ id }) => enter(modes, session, named(id)) },
            {
              key: "s",
              label: "for new sessions",
              run: async ({ id }) => ({ stay: await saveSetting(parts, "permissions.defaultMode", named(id)) }),
            },
          ],
        }),
      };
    },
    complete: (args) => completions(args, Object.entries(MEANINGS)),
  });
}

/** `/plan`: the mode, and what to plan as the prompt. */
export function createPlan(permissions: Permissions | undefined): Command {
  return answering(async (args, session) => {
    const what = args.trim();
    const now = await enter(having(permissions), session, "plan");
    return what ? { prompt: what } : now;
  });
}

async function enter(permissions: Permissions, session: SessionView, mode: PermissionMode): Promise<string> {
  await permissions.setMode(session, mode);
  return said(permissions.mode(session));
}

function said(mode: PermissionMode): string {
  return `The mode is ${mode}: ${MEANINGS[mode]}.`;
}

function named(word: string): PermissionMode {
  const lower = word.toLowerCase();
  const mode = lower === "manual" ? "default" : PERMISSION_MODES.find((one) => one.toLowerCase() === lower);
  if (mode) return mode;
  throw new PluginError(
    "GANTRY_MODE_NAME",
    `There is no mode "${visibleLine(word, 60)}".${didYouMean(word, PERMISSION_MODES)}`,
    `There are: ${PERMISSION_MODES.join(", ")}.`,
  );
}

function having(permissions: Permissions | undefined): Permissions {
  if (permissions) return permissions;
  throw new PluginError(
    "GANTRY_MODE_ABSENT",
    "No plugin has permission modes here.",
    "Turn on the plugin permit-modes.",
  );
}
