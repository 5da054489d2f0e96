import {
  definePlugin,
  defineTool,
  Files,
  Jobs,
  later,
  lazy,
  Meter,
  manifest,
  optional,
  type Setup,
  z,
} from "gantry/sdk";
export const a = defineTool({
  name: "Weather",
  description: "d",
  input: z.object({ city: z.string() }),
  traits: { readOnly: true },
  run: async ({ city }, call) => `12 °C in ${city} ${call.id}`,
});
export const b = definePlugin({
  name: "redact",
  config: z.object({ words: z.array(z.string()).default([]) }),
  needs: { files: Files, meter: optional(Meter) },
  commands: { redact: { description: "Show" } },
  setup: ({ config, use }) => ({
    commands: { redact: async () => config.words.join(", ") + typeof use.files.read + use.meter?.of },
    taps: {
      postTool: { only: ["Bash", "Read"], handler: (result, call) => ({ ...result, data: call.id }) },
      toolGate: (v) => v,
    },
  }),
});
export const m = manifest({
  name: "tool-read",
  needs: { files: Files },
  tools: { Read: { description: "x", input: z.object({ file_path: z.string() }) } },
  taps: { event: true },
});
const setup: Setup<typeof m> = ({ use }) => ({
  tools: {
    Read: async (input) => {
      await use.files.read(input.file_path);
      return "x";
    },
  },
  taps: {
    event: (e) => {
      e.type;
    },
  },
});
export const l = definePlugin({
  name: "later",
  needs: { files: later(Files), jobs: later(optional(Jobs)) },
  commands: { clean: { description: "Clean" } },
  setup: ({ use }) => {
    // @ts-expect-error the files are not there yet
    use.files.remove;
    // @ts-expect-error nobody may provide jobs
    use.jobs();
    return {
      commands: {
        clean: async (path, session) => {
          const running = (await use.jobs?.())?.list(session).length ?? 0;
          if (!running) await (await use.files()).remove(path);
        },
      },
    };
  },
});
export const c = definePlugin(
  m,
  lazy(async () => ({ default: setup })),
);
// missing handler
definePlugin({
  name: "bad",
  commands: { x: { description: "" } },
  // @ts-expect-error no handler for x
  setup: () => ({ commands: {} }),
});
// @ts-expect-error no handlers
const s2: Setup<typeof m> = () => ({ taps: { event: () => {} } });

export { s2 };
