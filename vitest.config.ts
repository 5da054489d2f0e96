import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

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
          exclude: ["**/node_modules/**", "dist/**", "test/fixtures/**", "test/e2e/**"],
        },
      },
      {
        extends: true,
        // Against dist/, as a stranger has it.
        test: { name: "e2e", include: ["test/e2e/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 120_000 },
      },
    ],
  },
});
