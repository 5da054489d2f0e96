import type { Settings, SettingsLayer } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import { readPolicy } from "./policy.ts";
import { deniedByRules } from "./rules.ts";

/** Settings of some layers, nearest first; a value that does not fit is left out. */
function settingsOf(layers: Partial<Record<SettingsLayer, object>>): Settings {
  const at = (content: unknown, path: string) =>
    path.split(".").reduce((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], content);
  const list: Settings["layers"] = (path, schema) =>
    Object.entries(layers).flatMap(([layer, content]) => {
      const parsed = schema.safeParse(at(content, path));
      return parsed.success
        ? [{ value: parsed.data, layer: layer as SettingsLayer, source: layer, root: `/settings/${layer}` }]
        : [];
    });
  return {
    get: (path, schema) => list(path, schema)[0]?.value,
    layers: list,
    problems: [],
    watch: () => () => undefined,
  };
}
const policyOf = (layers: Parameters<typeof settingsOf>[0]) => readPolicy(settingsOf(layers), { home: "/home/me" });

describe("the policy", () => {
  it("without settings is off, and its defaults ask for nothing unusual", () => {
    expect(policyOf({})).toMatchObject({
      isOn: false,
      isRequired: false,
      isAutoAllowed: true,
      mayBeLeft: true,
      isWeaker: false,
      isNetworkOpen: false,
      sockets: [],
      notices: [],
    });
  });

  it("reads paths from the root, the home folder and the folder of their settings, from all layers", () => {
    const { allowWrite } = policyOf({
      managed: { sandbox: { filesystem: { allowWrite: ["/a/**"] } } },
      user: { sandbox: { filesystem: { allowWrite: ["~/b", "./c/*", "d", "//e", "~"] } } },
    });
    expect(allowWrite).toEqual(["/a", "/home/me/b", "/settings/user/c", "/settings/user/d", "/e", "/home/me"]);
  });

  it("says which patterns it cannot enforce", () => {
    const { denyWrite, notices } = policyOf({
      user: { sandbox: { filesystem: { denyWrite: ["**/*.key", "/a", ""] } } },
    });
    expect(denyWrite).toEqual(["/a"]);
    expect(notices).toEqual([
      'sandbox.filesystem.denyWrite has the pattern "**/*.key", which does not count: only paths without *, ? and [ can be enforced.',
      'sandbox.filesystem.denyWrite has the pattern "", which does not count: only paths without *, ? and [ can be enforced.',
    ]);
  });

  it("opens the network for * alone, and not where some host is denied", () => {
    const network = (network: object) => policyOf({ user: { sandbox: { network } } }).isNetworkOpen;
    expect(network({ allowedDomains: ["*"] })).toBe(true);
    expect(network({ allowedDomains: ["*.example.com"] })).toBe(false);
    expect(network({ allowedDomains: ["*"], deniedDomains: ["evil.example"] })).toBe(false);
  });

  it("leaves to the administrator what is theirs", () => {
    const policy = policyOf({
      managed: {
        sandbox: {
          bwrapPath: "/opt/bwrap",
          network: { allowManagedDomainsOnly: true },
          filesystem: { allowManagedReadPathsOnly: true, allowRead: ["/a"] },
        },
      },
      user: { sandbox: { bwrapPath: "/mine", network: { allowedDomains: ["*"] }, filesystem: { allowRead: ["/b"] } } },
    });
    expect(policy).toMatchObject({ bwrapPath: "/opt/bwrap", isNetworkOpen: false, allowRead: ["/a"] });
    expect(policyOf({ user: { sandbox: { bwrapPath: "/mine" } } }).bwrapPath).toBeUndefined();
  });
});

describe("deny rules", () => {
  it("give the paths that they name, and no patterns", () => {
    const deny = ["Read(//etc/x)", "Read(~/y/**) Edit(/z)", "Read(.env)", "Read(**/*.pem)", "Read", 7, "Edit(./e)"];
    const settings = settingsOf({ project: { permissions: { deny } } });
    expect(deniedByRules(settings, { home: "/home/me" }, ["/workspace", "/more"])).toEqual({
      read: ["/etc/x", "/home/me/y", "/workspace/.env", "/more/.env"],
      write: ["/settings/project/z", "/workspace/e", "/more/e"],
    });
  });
});
