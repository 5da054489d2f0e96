import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What hangs on no version of Node, and takes long: left out with GANTRY_TEST_BRIEF, where another version has had it all. */
const SAME_EVERYWHERE = process.env.GANTRY_TEST_BRIEF
  ? [
      "plugins/files-node/whole.test.ts",
      "plugins/frontend-tui/{input,paint,panels}/**",
      "plugins/{agents,command-*,memory-*,permit-*,skills}/**",
      "sdk/kit/**",
      "plugins/session-jsonl/killed.test.ts",
      "test/permissions/**",
      "test/e2e/{asking,killed,mcp-conformance,trust,two-hosts}.test.ts",
      "test/e2e/tui-{agents,asking,beside,commands,dialogs,flicker,fullscreen,hostile,panels}.test.ts",
      "test/e2e/recording/**",
    ]
  : [];

export default defineConfig({
  resolve: {
    alias: [
      { find: /^gantry$/, replacement: here("core/index.ts") },
      { find: /^gantry\/sdk$/, replacement: here("sdk/index.ts") },
      { find: /^gantry\/sdk\/testing$/, replacement: here("sdk/testing/index.ts") },
      { find: /^gantry\/sdk\/kit\/(.*)$/, replacement: here("sdk/kit/$1.ts") },
    ],
  },
  test: {
    pool: "threads",
    testTimeout: 10_000,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["{core,sdk,plugins,test}/**/*.test.ts"],
          exclude: ["**/node_modules/**", "dist/**", "test/fixtures/**", "test/e2e/**", ...SAME_EVERYWHERE],
        },
      },
      {
        extends: true,
        // Against dist/, as a stranger has it.
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: ["**/node_modules/**", ...SAME_EVERYWHERE],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Real terminals, programs and servers: a busy machine may keep one of them waiting.
          retry: Number(process.env.GANTRY_TEST_RETRY ?? 0),
        },
      },
    ],
  },
});
