import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programFolders, workspaceOf } from "gantry/sdk/kit/program-folders";
import { afterEach, beforeEach, expect, test } from "vitest";

let base: string;
beforeEach(() => {
  base = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-programs-")));
});
afterEach(() => fs.rmSync(base, { recursive: true, force: true }));

function folder(name: string): string {
  const path = join(base, name);
  fs.mkdirSync(path, { recursive: true });
  return path;
}

test("programs are found in absolute folders outside of the workspace alone", () => {
  const shop = folder("shop");
  const path = [join(shop, "bin"), shop, "", ".", "bin", join(base, "shop-tools"), "/usr/bin"].join(":");
  expect(programFolders(path, [shop])).toEqual([join(base, "shop-tools"), "/usr/bin"]);
});

test("a link into the workspace is the workspace", () => {
  const bin = folder("shop/bin");
  const link = join(base, "link");
  fs.symlinkSync(bin, link);
  expect(programFolders(`${link}:${base}/link/../../usr/bin:/usr/bin`, [join(base, "shop")])).not.toContain(link);
  expect(programFolders(`${link}:/usr/bin`, [join(base, "shop")])).toEqual(["/usr/bin"]);
});

test("without a PATH the usual folders are searched", () => {
  expect(programFolders(undefined, [])).toContain("/usr/bin");
});

test("the workspace reaches up to the repositories and packages that a folder lies in, and not to the home folder", () => {
  const home = folder("home");
  const cwd = folder("home/repo/packages/shop/src");
  for (const marked of ["home/.git", "home/repo/.git"]) folder(marked);
  fs.writeFileSync(join(home, "repo/packages/shop/package.json"), "{}");
  const other = folder("other");
  expect(workspaceOf({ cwd, folders: [other], home })).toEqual([
    cwd,
    join(home, "repo/packages/shop"),
    join(home, "repo"),
    other,
  ]);
});
