import { join } from "node:path";
import type { HostInfo } from "gantry/sdk";

const IN_HOME = [
  ".ssh .gnupg .aws .azure .kube .docker .netrc .git-credentials .pypirc .password-store .vault-token",
  ".config/gh .config/hub .config/gcloud .config/op .config/git/credentials .local/share/keyrings",
  ".terraform.d/credentials.tfrc.json .claude.json .cargo/credentials .cargo/credentials.toml",
].flatMap((line) => line.split(" "));

/** Where the machine's services listen; whoever may talk to one of them has what it has. */
const SOCKETS = ["/run", "/var/run", "/var/lib/lxd", "/var/lib/incus", "/var/snap/lxd"];
const ACCOUNTS = ["/etc/shadow", "/etc/gshadow"];

/** Credentials, the host's own state, and the machine's sockets: what no command has to read unless settings say so. */
export function hiddenPlaces(host: HostInfo, hasSockets: boolean): readonly string[] {
  return [
    ...IN_HOME.map((name) => join(host.home, name)),
    host.stateFolder,
    join(host.claudeFolder, ".credentials.json"),
    // Nobody else can read them anyway.
    ...(process.getuid?.() === 0 ? ACCOUNTS : []),
    ...(hasSockets ? [] : SOCKETS),
  ];
}
