/** `/tasks` and `/stop`: what runs in the background of a session. */
import { open } from "node:fs/promises";
import {
  type Block,
  type CommandSession,
  type Job,
  type Jobs,
  type ListItem,
  PluginError,
  type RunCommand,
} from "gantry/sdk";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { listPanel, pagePanel } from "gantry/sdk/kit/panels";
import { visibleLine } from "gantry/sdk/kit/visible";

const TAIL_BYTES = 64 * 1024;
const REFRESH_MS = 1_000;
const NOTHING = "Nothing runs in the background, and nothing has.";

export function createTasks(jobs: Jobs | undefined): RunCommand {
  return async (_, session) => {
    if (!jobs) return "No plugin runs anything in the background.";
    const blocks = async ({ id }: ListItem) => jobBlocks(jobs.get(session, id));
    const panel = await listPanel({
      title: "Background work",
      load: () => jobs.list(session).map(itemOf).reverse(),
      empty: NOTHING,
      preview: blocks,
      actions: [
        {
          key: "enter",
          label: "output",
          run: async (item) => ({
            panel: await pagePanel({
              title: item.id,
              parts: [{ title: "Output", load: () => blocks(item) }],
              refreshMs: REFRESH_MS,
            }),
          }),
        },
        {
          key: "x",
          label: "stop",
          confirm: ({ id }) => (jobs.get(session, id)?.state === "running" ? `Stop ${id}?` : undefined),
          run: async ({ id }) => ({ stay: await stop(jobs, session, id) }),
        },
      ],
    });
    return { panel };
  };
}

export function createStop(jobs: Jobs | undefined): RunCommand {
  return async (args, session) => {
    const running = jobs?.list(session).filter(({ state }) => state === "running") ?? [];
    const wanted = args.trim();
    if (!jobs || (running.length === 0 && wanted === "")) return NOTHING;
    const [only] = running;
    const ids =
      wanted === "all"
        ? running.map(({ id }) => id)
        : wanted
          ? [wanted]
          : running.length === 1 && only
            ? [only.id]
            : [];
    if (ids.length === 0)
      return wanted === "all" ? NOTHING : `Several run: ${running.map(({ id }) => id).join(", ")}. Name one, or all.`;
    const said: string[] = [];
    for (const id of ids) said.push(await stop(jobs, session, id));
    return said.join("\n");
  };
}

async function stop(jobs: Jobs, session: CommandSession, id: string): Promise<string> {
  const before = jobs.get(session, id);
  const known = jobs.list(session).map((job) => job.id);
  if (!before)
    throw new PluginError(
      "GANTRY_TASKS_ABSENT",
      `There is no background work "${visibleLine(id, 40)}".${didYouMean(id, known)}`,
      "/tasks lists it.",
    );
  if (before.state !== "running") return `${id} has ended already: ${before.state}.`;
  await jobs.stop(session, id);
  return `${id} is stopped: ${visibleLine(before.title, 80)}.`;
}

function itemOf({ id, title, state, exit }: Job): ListItem {
  const tones = { running: "accent", completed: "good", failed: "bad", stopped: "dim" } as const;
  const took = exit ? `, ${(exit.ms / 1000).toFixed(1)} s` : "";
  return { id, title: [`${id}  `, visibleLine(title, 100), "  ", { text: `${state}${took}`, tone: tones[state] }] };
}

async function jobBlocks(job: Job | undefined): Promise<readonly Block[]> {
  if (!job) return [];
  const { title, state, kind, exit, outputFile } = job;
  const code =
    exit && kind === "command"
      ? [{ name: "ended", value: exit.exitCode === undefined ? `by ${exit.signal}` : `exit code ${exit.exitCode}` }]
      : [];
  return [
    {
      type: "fields",
      fields: [
        { name: kind, value: visibleLine(title, 400) },
        { name: "state", value: state },
        ...code,
        { name: "output in", value: outputFile },
      ],
    },
    { type: "code", text: await tailOf(outputFile) },
  ];
}

/** The end of what may be gigabytes. */
async function tailOf(path: string): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (!file) return "(no output)";
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(Math.min(size, TAIL_BYTES)),
      0,
      Math.min(size, TAIL_BYTES),
      start,
    );
    const text = buffer.subarray(0, bytesRead).toString("utf8");
    return (start > 0 ? `…${text.slice(text.indexOf("\n"))}` : text) || "(no output yet)";
  } finally {
    await file.close();
  }
}
