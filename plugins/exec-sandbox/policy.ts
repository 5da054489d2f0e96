import { isAbsolute, join, resolve } from "node:path";
import { type HostInfo, type Settings, type SettingsLayer, z } from "gantry/sdk";

/** What the settings say of confinement. Paths are absolute. */
export interface Policy {
  readonly isOn: boolean;
  readonly isRequired: boolean;
  readonly isAutoAllowed: boolean;
  readonly mayBeLeft: boolean;
  readonly isWeaker: boolean;
  readonly excludedCommands: readonly string[];
  readonly allowWrite: readonly string[];
  readonly denyWrite: readonly string[];
  readonly denyRead: readonly string[];
  readonly allowRead: readonly string[];
  readonly isNetworkOpen: boolean;
  /** Sockets of the machine's services that may be reached; `all` leaves them as they are. */
  readonly sockets: readonly string[] | "all";
  /** The administrator's own bubblewrap. */
  readonly bwrapPath: string | undefined;
  /** What is asked for and not done. */
  readonly notices: readonly string[];
}

/** Whether commands are to be confined. Asked for every call, so it is read alone. */
export function isSandboxOn(settings: Settings): boolean {
  return settings.get("sandbox.enabled", z.boolean()) === true;
}

export function readPolicy(settings: Settings, host: Pick<HostInfo, "home">): Policy {
  const notices: string[] = [];
  const flag = (key: string, otherwise: boolean) => settings.get(`sandbox.${key}`, z.boolean()) ?? otherwise;
  const texts = (key: string, only?: SettingsLayer) =>
    settings
      .layers(`sandbox.${key}`, z.array(z.string()))
      .filter(({ layer }) => only === undefined || layer === only)
      .flatMap(({ value, root }) => value.map((text) => ({ text, root })));
  const paths = (key: string, only?: SettingsLayer) =>
    texts(key, only).flatMap(({ text, root }) => {
      const path = readPath(text, root, host.home);
      if (path === undefined) notices.push(unenforceable(`sandbox.filesystem.${key.replace(/^.*\./, "")}`, text));
      return path === undefined ? [] : [path];
    });
  const managedIf = (key: string) => (flag(key, false) ? "managed" : undefined);

  const domains = texts("network.allowedDomains", managedIf("network.allowManagedDomainsOnly")).map(({ text }) => text);
  const isNetworkOpen = domains.includes("*");
  if (domains.length > 0 && !isNetworkOpen) notices.push(CLOSED_DOMAINS);
  const denied = texts("network.deniedDomains");
  if (isNetworkOpen && denied.length > 0) notices.push(OPEN_DOMAINS);

  return {
    isOn: isSandboxOn(settings),
    isRequired: flag("failIfUnavailable", false),
    isAutoAllowed: flag("autoAllowBashIfSandboxed", true),
    mayBeLeft: flag("allowUnsandboxedCommands", true),
    isWeaker: flag("enableWeakerNestedSandbox", false),
    excludedCommands: texts("excludedCommands").map(({ text }) => text),
    allowWrite: paths("filesystem.allowWrite"),
    denyWrite: paths("filesystem.denyWrite"),
    denyRead: paths("filesystem.denyRead"),
    allowRead: paths("filesystem.allowRead", managedIf("filesystem.allowManagedReadPathsOnly")),
    // A list that cannot be enforced host by host opens nothing.
    isNetworkOpen: isNetworkOpen && denied.length === 0,
    sockets: flag("network.allowAllUnixSockets", false) ? "all" : paths("network.allowUnixSockets"),
    bwrapPath: settings.layers("sandbox.bwrapPath", z.string()).find(({ layer }) => layer === "managed")?.value,
    notices,
  };
}

const CLOSED_DOMAINS =
  'sandbox.network.allowedDomains names hosts, which needs a proxy plugin that is not there: the network stays off. Only "*" opens it, as a whole.';
const OPEN_DOMAINS =
  "sandbox.network.deniedDomains names hosts, which needs a proxy plugin that is not there: the network stays off.";

function unenforceable(key: string, text: string): string {
  return `${key} has the pattern ${JSON.stringify(text)}, which does not count: only paths without *, ? and [ can be enforced.`;
}

/** `/abs`, `~/home`, `./relative to the settings`; a folder is meant with all in it, so `/**` at the end says nothing more. */
function readPath(text: string, root: string, home: string): string | undefined {
  const plain = text.trim().replace(/(?<=.)\/\*{1,2}$/, "");
  if (plain === "" || /[*?[\0]/.test(plain)) return undefined;
  if (plain === "~" || plain.startsWith("~/")) return join(home, plain.slice(1));
  return isAbsolute(plain) ? resolve(plain) : resolve(root, plain);
}
