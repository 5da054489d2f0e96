/**
 * @typedef {{
 *   file: string,           // who imports, from the project's folder
 *   line: number,
 *   target: string,         // a file of the project, `node:x`, or a package's name
 *   isPackage: boolean,
 *   kind: "static" | "type" | "dynamic",
 *   isLazy: boolean,        // a dynamic import inside lazy()
 * }} Import
 */

/** Each heavy package and who alone may import it. */
export const OWNERS = {
  "@agentclientprotocol/sdk": /^plugins\/frontend-acp\//,
  "@anthropic-ai/sdk": /^plugins\/provider-anthropic\//,
  "@modelcontextprotocol/client": /^plugins\/mcp-(bridge|auth)\//,
  "@modelcontextprotocol/server": /^plugins\/mcp-serve\//,
  "@napi-rs/keyring": /^plugins\/secrets-keyring\//,
  "@opentelemetry/api-logs": /^plugins\/telemetry-otel\//,
  "@opentelemetry/api": /^plugins\/telemetry-otel\//,
  "@opentelemetry/core": /^plugins\/telemetry-otel\//,
  "@opentelemetry/otlp-exporter-base": /^plugins\/telemetry-otel\//,
  "@opentelemetry/otlp-transformer": /^plugins\/telemetry-otel\//,
  "@opentelemetry/resources": /^plugins\/telemetry-otel\//,
  "@opentelemetry/sdk-logs": /^plugins\/telemetry-otel\//,
  "@opentelemetry/sdk-metrics": /^plugins\/telemetry-otel\//,
  "@opentelemetry/sdk-trace": /^plugins\/telemetry-otel\//,
  "@vscode/ripgrep": /^plugins\/tool-grep\//,
  ajv: /^plugins\/frontend-headless\/structured\.ts$/,
  commander: /^core\/arguments\.ts$/,
  cosmiconfig: /^core\/discover\.ts$/,
  diff: /^sdk\/kit\/patch\.ts$/,
  "fastest-levenshtein": /^sdk\/kit\/nearest\.ts$/,
  globby: /^plugins\/files-node\//,
  "highlight.js": /^plugins\/frontend-tui\/paint\//,
  ignore: /^(plugins\/files-node|sdk\/testing)\//,
  ink: /^plugins\/frontend-tui\//,
  jiti: /^core\/load\.ts$/,
  "js-yaml": /^sdk\/kit\/frontmatter\.ts$/,
  marked: /^plugins\/frontend-tui\/paint\//,
  "pdf-lib": /^plugins\/tool-read\//,
  react: /^plugins\/frontend-tui\//,
  sharp: /^plugins\/tool-read\//,
  "string-width": /^plugins\/frontend-tui\/paint\//,
  tapable: /^(sdk\/hooks|core\/generation)\.ts$/,
  unbash: /^sdk\/kit\/shell\/grammar(-words)?\.ts$/,
  zod: /^(sdk|core)\//,
};

/** Where `import()` may stand outside of lazy(): the kernel's own, and the grammar of shells, which waits for the first command. */
const DYNAMIC = /^(core\/(bin|load|discover|cli)|sdk\/kit\/shell)\.ts$/;

/** Files of plugins that few runs need, though they import no package. */
const RARE =
  /^plugins\/(agents\/(files|panel|skill-texts)|command-bridge\/serving|(command-files|skills)\/catalogue|exec-sandbox\/confinement|frontend-headless\/converse|memory-(dream\/dream|extract\/extract|files\/rules|session\/summarise)|output-styles\/read|telemetry-otel\/recording|frontend-tui\/app\/conversation)\.tsx?$/;

const isTest = (/** @type {string} */ file) => /\.test\.tsx?$|^plugins\/[^/]+\/test-|^test\//.test(file);
const folderOf = (/** @type {string} */ file) => /^plugins\/([^/]+)\//.exec(file)?.[1];
const isSdk = (/** @type {string} */ target) => /^sdk\/(index\.ts$|kit\/)/.test(target);

/** @type {Record<string, { says: string, isBroken: (one: Import, heavy: Set<string>) => boolean }>} */
export const RULES = {
  "plugin-stands-alone": {
    says: "a plugin imports gantry/sdk, gantry/sdk/kit/*, node: modules, its own folder and the package it owns; its tests also gantry/sdk/testing and the index.ts of other plugins",
    isBroken: ({ file, target, isPackage }) =>
      folderOf(file) !== undefined &&
      !isPackage &&
      !target.startsWith("node:") &&
      !isSdk(target) &&
      folderOf(target) !== folderOf(file) &&
      !(isTest(file) && /^(sdk\/testing|plugins\/[^/]+)\/index\.ts$/.test(target)),
  },
  "sdk-knows-no-host": {
    says: "the sdk imports neither core nor plugins; sdk/testing may import core/index.ts",
    isBroken: ({ file, target }) =>
      file.startsWith("sdk/") &&
      !isTest(file) &&
      /^(core|plugins|test)\//.test(target) &&
      !(file.startsWith("sdk/testing/") && target === "core/index.ts"),
  },
  "core-knows-no-plugin": {
    says: "core imports no plugin; core/program.ts alone imports the catalogue",
    isBroken: ({ file, target }) =>
      file.startsWith("core/") &&
      !isTest(file) &&
      /^(plugins|test)\//.test(target) &&
      !(file === "core/program.ts" && target === "plugins/index.ts"),
  },
  "catalogue-is-light": {
    says: "plugins/index.ts imports the index.ts of each folder, and nothing else",
    isBroken: ({ file, target }) =>
      file === "plugins/index.ts" && !/^plugins\/[^/]+\/index\.ts$/.test(target) && !isSdk(target),
  },
  "manifest-is-light": {
    says: "a plugin's index.ts with a lazy setup imports nothing but gantry/sdk and its own light files",
    isBroken: ({ file, target, isPackage, kind }) =>
      /^plugins\/[^/]+\/index\.tsx?$/.test(file) && kind === "static" && (isPackage || target.startsWith("node:")),
  },
  "package-has-one-owner": {
    says: "each package has one owner, listed in test/scripts/boundaries/rules.js",
    isBroken: ({ file, target, isPackage, kind }) => {
      if (!isPackage || isTest(file)) return false;
      const owner = Object.hasOwn(OWNERS, target) ? OWNERS[/** @type {keyof typeof OWNERS} */ (target)] : undefined;
      return !(owner?.test(file) ?? false) && !(kind === "type" && target === "zod");
    },
  },
  "import-is-lazy": {
    says: "import() stands inside lazy(…), or brings a file of the own folder that imports a package or is listed as rarely needed",
    isBroken: ({ file, target, kind, isLazy }, heavy) =>
      kind === "dynamic" &&
      !isLazy &&
      !DYNAMIC.test(file) &&
      !isTest(file) &&
      !(
        folderOf(file) === folderOf(target) &&
        (heavy.has(target) || RARE.test(target)) &&
        !/\/index\.tsx?$/.test(file)
      ),
  },
};
