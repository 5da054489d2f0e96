// Who may import whom. Checks the project, and a planted tree in which every rule must fire.
import { join } from "node:path";
import { broken } from "./boundaries/check.js";
import { planted } from "./boundaries/planted.js";
import { root } from "./project.js";

const problems = [...broken(root), ...planted(join(root, "test/fixtures/boundaries"))];
for (const problem of problems) console.error(problem);
if (problems.length) process.exitCode = 1;
