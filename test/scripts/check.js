// `npm test`: runs every check, keeps going, and ends with `N passed, N failed`. `npm test -- lint budget` runs those alone.
// `--nightly` (`npm run test:nightly`) has programs killed and started in pairs as often as the promises say; it takes minutes longer.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { root } from "./project.js";

const scratch = mkdtempSync(join(tmpdir(), "gantry-check-"));

/**
 * The steps, in order. A step with a report is vitest's and counts its tests; any other counts as one.
 * @type {{ name: string, script: string, report?: string }[]}
 */
const STEPS = [
  { name: "build", script: "build" },
  { name: "types", script: "check:types" },
  { name: "lint", script: "check:lint" },
  { name: "boundaries", script: "check:boundaries" },
  { name: "dead code", script: "check:dead" },
  { name: "generated files", script: "check:generated" },
  { name: "examples", script: "check:examples" },
  { name: "package", script: "check:package" },
  { name: "budgets", script: "check:budgets" },
  { name: "unit tests", script: "test:unit", report: join(scratch, "unit.json") },
  { name: "end to end", script: "test:e2e", report: join(scratch, "e2e.json") },
];

const NIGHTLY = { GANTRY_TEST_KILLS: "500", GANTRY_TEST_EDIT_KILLS: "200", GANTRY_TEST_PAIRS: "200" };

const isNightly = process.argv.includes("--nightly");
const wanted = process.argv.slice(2).filter((word) => word !== "--nightly");
const total = { passed: 0, failed: 0, skipped: 0 };
for (const step of STEPS.filter(({ name }) => !wanted.length || wanted.some((word) => name.startsWith(word)))) {
  const started = performance.now();
  const { code, output } = await npmRun(step);
  const counts = step.report
    ? testCounts(step.report, code)
    : { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  for (const key of /** @type {(keyof typeof total)[]} */ (Object.keys(total))) total[key] += counts[key];
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (counts.failed) console.log(output.trimEnd());
  console.log(
    `${counts.failed ? "FAIL" : "ok  "}  ${step.name.padEnd(16)} ${seconds.padStart(5)} s${step.report ? `  ${sum(counts)}` : ""}`,
  );
}
rmSync(scratch, { recursive: true });
console.log(sum(total));
process.exitCode = total.failed || !total.passed ? 1 : 0;

/** @returns {Promise<{ code: number | null, output: string }>} */
function npmRun(/** @type {(typeof STEPS)[number]} */ { script, report }) {
  const reporters = report ? ["--", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`] : [];
  return new Promise((resolve) => {
    const child = spawn("npm", ["run", "--silent", script, ...reporters], {
      cwd: root,
      env: { ...process.env, ...(isNightly && NIGHTLY), NO_COLOR: "1", FORCE_COLOR: undefined },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => resolve({ code: 1, output: error.message }));
    child.on("close", (code) => resolve({ code, output }));
  });
}

/** A run that failed without a failing test, such as a file that does not compile or an error that nobody caught, counts one. */
function testCounts(/** @type {string} */ report, /** @type {number | null} */ code) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, "utf8"));
    const failed = numFailedTests || (code === 0 ? 0 : 1);
    return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function sum(/** @type {typeof total} */ { passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`;
}
