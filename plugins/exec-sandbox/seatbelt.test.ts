import { describe, expect, it } from "vitest";
import { seatbeltProfile } from "./seatbelt.ts";

const BOUNDARY = {
  writable: ["/Users/me/shop"],
  guarded: ["/Users/me/shop/.git/hooks"],
  pinned: ["/Users/me/shop/.git"],
  hidden: ["/Users/me/.gantry"],
  readable: ["/Users/me/.gantry/shell/1"],
  denied: ['/Users/me/shop/a "secret"'],
  temporary: "/private/tmp/gantry-x",
  isNetworkOpen: false,
  isWeaker: false,
};

describe("the profile for macOS", () => {
  it("denies writing, then allows the folders, then guards names in them in any letter case", () => {
    const lines = seatbeltProfile(BOUNDARY).split("\n");
    expect(lines).toEqual([
      "(version 1)",
      "(allow default)",
      "(deny appleevent-send lsopen job-creation)",
      "(deny file-write*)",
      '(allow file-write* (regex #"^/dev/(null|zero|tty|dtracehelper|fd/[0-9]+)$"))',
      '(allow file-write* (subpath "/Users/me/shop") (subpath "/private/tmp/gantry-x"))',
      '(deny file-write* (regex #"^/[uU][sS][eE][rR][sS]/[mM][eE]/[sS][hH][oO][pP]/\\.[gG][iI][tT]/[hH][oO][oO][kK][sS](/|$)"))',
      '(deny file-write-unlink (literal "/Users/me/shop/.git"))',
      '(deny file-read* file-write* (subpath "/Users/me/.gantry"))',
      '(allow file-read* (subpath "/Users/me/.gantry/shell/1"))',
      '(deny file-read* file-write* (subpath "/Users/me/shop/a \\"secret\\""))',
      "(deny network*)",
    ]);
  });

  it("leaves the network where it is granted", () => {
    expect(seatbeltProfile({ ...BOUNDARY, isNetworkOpen: true })).not.toContain("network");
  });

  it("lets nothing out of a quoted path", () => {
    const profile = seatbeltProfile({ ...BOUNDARY, writable: ['/a") (allow network*) ("\\'] });
    expect(profile).toContain('(subpath "/a\\") (allow network*) (\\"\\\\")');
  });
});
