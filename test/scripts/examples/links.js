import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { exists, filesBelow, root } from "../project.js";

/**
 * Every link of the documentation to a file or a heading that is not there.
 * @returns {string[]}
 */
export function deadLinks() {
  const pages = ["README.md", "CHANGELOG.md", ...filesBelow("docs").filter((file) => file.endsWith(".md"))];
  return pages.flatMap((page) =>
    [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = ""]) => {
      if (/^\w+:/.test(target)) return [];
      const [path = "", heading] = target.split("#");
      const file = path ? join(dirname(page), path) : page;
      if (!exists(file)) return [`${page} leads to ${target}, which is not there.`];
      const isDead = heading !== undefined && !headingsOf(file).includes(heading);
      return isDead ? [`${page} leads to ${target}, and there is no such heading.`] : [];
    }),
  );
}

/** @returns {string[]} */
function headingsOf(/** @type {string} */ page) {
  return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

function proseOf(/** @type {string} */ page) {
  return readFileSync(join(root, page), "utf8").replace(/^```[\s\S]*?^```$/gm, "");
}
