import type { Setup } from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import { completions } from "gantry/sdk/kit/completions";
import { createBug } from "./bug.ts";
import { createImport } from "./import.ts";
import type { commandExtend } from "./index.ts";
import { createPlugins, createReload } from "./plugins.ts";
import { createStop, createTasks } from "./tasks.ts";
import { createUpdateConfig } from "./update-config.ts";

const setup: Setup<typeof commandExtend> = ({ host, use }) => {
  const { inspector, tools, files, jobs, settings } = use;
  return {
    commands: {
      plugins: answering(createPlugins({ inspector, tools, host })),
      reload: answering(createReload(inspector)),
      tasks: answering(createTasks(jobs)),
      stop: answering({
        run: createStop(jobs),
        complete: (args, session) => {
          const running = jobs?.list(session).filter(({ state }) => state === "running") ?? [];
          return completions(args, [...running.map(({ id, title }) => [id, title] as const), "all"]);
        },
      }),
      import: answering({
        run: createImport({ files, host }),
        complete: (args) => completions(args, ["codex", "gemini", "cursor"]),
      }),
      "update-config": createUpdateConfig({ host, files, inspector }),
      bug: answering(createBug({ host, inspector, settings })),
    },
  };
};

export default setup;
