import { foldName } from "../paths.ts";
import { namesNotToMake } from "../protected-paths.ts";

const NAMES = [
  ...namesNotToMake(true).map((name) => name.split("/")[0] as string),
  ..."lefthook.yml lefthook.yaml lefthook.toml lefthook.json lefthook-local.yml bunfig.toml pip.conf".split(" "),
  ..."pyrightconfig.json gradle-wrapper.properties maven-wrapper.properties".split(" "),
].map(foldName);

/** Whether a segment of a path with signs that stand for others may stand for a protected name. */
export function mayNameProtected(globSegment: string): boolean {
  if (!/[*?[]/.test(globSegment)) return false;
  if (globSegment.startsWith(".")) return true;
  // All files of a kind: that one of them steers programs is not meant by who says so.
  if (/^\*+(?:\.[\w.]+)?$/.test(globSegment)) return false;
  const signs = foldName(globSegment).replace(/\[[^\]]*\]/g, "?");
  const source = signs
    .replace(/[.+^${}()|\\[\]]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replaceAll("?", ".");
  const wanted = new RegExp(`^${source}$`, "su");
  return NAMES.some((name) => wanted.test(name));
}
