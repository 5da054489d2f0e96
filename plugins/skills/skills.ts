import { type SessionView, type Setup, ToolError } from "gantry/sdk";
import { managedFolder } from "gantry/sdk/kit/managed-folder";
import { promptPlaces } from "gantry/sdk/kit/prompt-places";
import type { Catalogue } from "./catalogue.ts";
import type { skills } from "./index.ts";
import type { Watcher } from "./stock.ts";

/** The setup with the administrator's folder at another place: for tests alone. */
export function skillsFrom(managed: string): Setup<typeof skills> {
  return (context) => {
    let made: Promise<Catalogue> | undefined;
    let ready: Catalogue | undefined;
    const watchers = new Set<Watcher>();
    const places = () => promptPlaces(context.host, "skills", managed);
    const hasAny = () => made !== undefined || places().length > 0;

    /** Most have no such folder, and whoever has none does not pay for what reads it. */
    function catalogue(): Promise<Catalogue> {
      made ??= import("./catalogue.ts").then(async ({ createCatalogue }) => {
        ready = await createCatalogue(context, places, watchers);
        return ready;
      });
      return made;
    }

    const looked = async (session: SessionView) => {
      const all = await catalogue();
      if (!all.isLooked) await all.look(session);
      return all;
    };

    return {
      services: {
        skills: {
          list: async (session) => (hasAny() ? (await looked(session)).list() : []),
          watch(listener) {
            // A function of its own, so that one may be added twice.
            const own: Watcher = (...change) => listener(...change);
            watchers.add(own);
            return () => void watchers.delete(own);
          },
        },
      },
      tools: {
        Skill: async (input, call) => {
          if (!hasAny()) throw new ToolError("There are no skills here.");
          return (await looked(call.session)).call(input, call);
        },
      },
      renderers: {
        Skill: {
          title: ({ call }) => String((call.input as { readonly skill?: unknown } | null)?.skill ?? ""),
          summary: ({ result }) => (result?.outcome === "ok" ? summaryOf(result.data) : undefined),
        },
      },
      commands: {
        skills: {
          run: async (args, session) => (await looked(session)).command(args, session),
          complete: async (args, session) => (hasAny() ? (await looked(session)).complete(args) : []),
        },
        "reload-skills": async (_, session) => {
          const all = await catalogue();
          await all.look(session);
          // Commands in files are another plugin's, which looks for them when it lists them.
          await context.use.commands.run(session, "commands", "");
          const { length } = all.list();
          return length === 1 ? "There is 1 skill." : `There are ${length} skills.`;
        },
      },
      claims: { skills: async () => (places().length ? (await catalogue()).claims() : []) },
      taps: {
        sessionStart: async (session) => {
          if (places().length) await looked(session);
        },
        input: async (input, turn) => {
          if (hasAny()) await (await looked(turn.session)).onInput(input, turn);
          return undefined;
        },
        promptBuild: async (draft, turn) => {
          const none = () => draft.filterTools(({ name }) => name !== "Skill");
          return hasAny() ? (await looked(turn.session)).onPrompt(draft, turn) : none();
        },
        toolGate: async (_, call, turn) => (hasAny() ? (await looked(turn.session)).vote(call) : undefined),
        postTool: async (result, call, turn) =>
          hasAny() ? (await looked(turn.session)).onTouched(result, call, turn) : undefined,
        event: (event, session) => {
          if (event.type === "compacted" && event.trigger !== "manual") ready?.onCompacted(session);
        },
      },
    };
  };
}

function summaryOf(data: unknown): string {
  return (data as { readonly status?: unknown } | null | undefined)?.status === "forked"
    ? "done by an agent"
    : "loaded";
}

export default skillsFrom(managedFolder(process.platform));
