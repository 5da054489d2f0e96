/** Changes of permissions as the field writes them, for hooks and programs that answer in a person's place. */
import {
  type Call,
  PERMISSION_MODES,
  type PermissionRules,
  type Permissions,
  type RememberedAnswers,
  type RuleDestination,
  rootOf,
  type SessionView,
  z,
} from "gantry/sdk";

/** A change, as {@link permissionUpdateSchema} lets it through. */
export type PermissionUpdate =
  | { readonly type: "setMode"; readonly mode: string }
  | {
      readonly type: "addDirectories" | "removeDirectories";
      readonly directories: readonly string[];
      readonly destination?: string | undefined;
    }
  | {
      readonly type: "addRules" | "replaceRules" | "removeRules";
      readonly rules: readonly { readonly toolName: string; readonly ruleContent?: string | undefined }[];
      readonly behavior: "allow" | "deny" | "ask";
      readonly destination: string;
    };

/** Who has a say in permissions, where somebody has. */
export interface PermissionOwners {
  readonly permissions: Permissions | undefined;
  readonly rules: (() => Promise<PermissionRules>) | undefined;
  readonly remembered: (() => Promise<RememberedAnswers>) | undefined;
  /** One more folder for the session. Absent where nobody may speak for the person in this. */
  readonly addFolder?: ((folder: string) => Promise<void>) | undefined;
  /** One folder less, of those that were added. */
  readonly removeFolder?: ((folder: string) => Promise<void>) | undefined;
}

const DESTINATIONS: Readonly<Record<string, RuleDestination>> = {
  session: "session",
  localSettings: "local",
  projectSettings: "project",
  userSettings: "user",
};

/** The schema of a change. Made when somebody asks: most runs never read one. */
export function permissionUpdateSchema() {
  const destination = z.enum(["session", "localSettings", "projectSettings", "userSettings"]);
  const ruleUpdate = z.object({
    type: z.enum(["addRules", "replaceRules", "removeRules"]),
    rules: z.array(z.object({ toolName: z.string(), ruleContent: z.string().optional() })),
    behavior: z.enum(["allow", "deny", "ask"]),
    destination,
  });
  const modeUpdate = z.object({ type: z.literal("setMode"), mode: z.string(), destination: destination.optional() });
  const folderUpdate = z.object({
    type: z.enum(["addDirectories", "removeDirectories"]),
    directories: z.array(z.string()),
    destination: destination.optional(),
  });
  return z.discriminatedUnion("type", [ruleUpdate, modeUpdate, folderUpdate]);
}

/** What a yes to the call could be widened to, as changes that whoever answers may hand back. */
export async function permissionSuggestions(
  { rules, remembered }: PermissionOwners,
  session: SessionView,
  call: Call,
): Promise<readonly PermissionUpdate[]> {
  const offered = (await remembered?.())?.offer(session, call) ?? (await rules?.())?.suggest(session, call);
  if (!offered) return [];
  return [{ type: "addRules", rules: offered.rules.map(asParts), behavior: "allow", destination: "session" }];
}

/** Carries out one change, for the session that the person speaks with. Rejects, in words, where it cannot be. */
export async function applyPermissionUpdate(
  owners: PermissionOwners,
  from: SessionView,
  update: PermissionUpdate,
): Promise<void> {
  const session = rootOf(from);
  const { permissions, rules, remembered } = owners;
  if (update.type === "setMode") {
    if (!permissions) throw new Error("no plugin knows modes");
    const mode = update.mode === "manual" ? "default" : update.mode;
    return permissions.setMode(session, z.enum(PERMISSION_MODES).parse(mode));
  }
  if (!("rules" in update)) return changeFolders(owners, session, update);
  if (update.type === "replaceRules") throw new Error("rules can be added and removed, not replaced");
  const written = update.rules.map(({ toolName, ruleContent }) =>
    ruleContent ? `${toolName}(${ruleContent})` : toolName,
  );
  const destination = DESTINATIONS[update.destination] ?? "session";
  const isRemoval = update.type === "removeRules";
  if (remembered)
    return (await remembered()).write(session, { behavior: update.behavior, rules: written, destination, isRemoval });
  if (isRemoval || update.behavior !== "allow" || destination !== "session" || !rules) {
    throw new Error("no plugin keeps rules");
  }
  (await rules()).allow(session, written);
}

async function changeFolders(
  { addFolder, removeFolder }: PermissionOwners,
  session: SessionView,
  { type, directories, destination = "session" }: Extract<PermissionUpdate, { readonly directories: unknown }>,
): Promise<void> {
  const change = type === "removeDirectories" ? removeFolder : addFolder;
  if (!change) throw new Error("the folders of a session are chosen when it starts (--add-dir)");
  for (const directory of directories) await change(directory);
  if (destination === "session") return;
  const how = type === "removeDirectories" ? "taken away" : "added";
  const text = `${directories.join(", ")}: ${how} for this session alone. What others work in, /add-dir --user and --add-dir say.`;
  session.notify({ level: "info", text });
}

function asParts(rule: string) {
  const [, toolName = rule, ruleContent] = /^([^(]+)\(([\s\S]*)\)$/.exec(rule) ?? [];
  return { toolName, ...(ruleContent !== undefined && { ruleContent }) };
}
