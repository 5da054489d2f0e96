import type { PermissionSubject, SessionView, ToolTraits } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import { planAfter, planIn } from "./plan.ts";
import { changeIn, toolView } from "./tool-view.ts";

const session = { cwd: "/w", home: "/home/me" } as SessionView;
const view = (
  name: string,
  permission: PermissionSubject | undefined,
  input: unknown,
  traits?: ToolTraits,
  before?: string,
) => toolView({ name, ...(permission && { permission }), ...(traits && { traits }) }, input, session, before);
const readOnly = { readOnly: true };

describe("a call is shown by what its tool says of itself", () => {
  it.each([
    ["Look", { family: "Read", path: "p" }, { p: "src/a.ts", offset: 3 }, readOnly, "read", "Look src/a.ts", 3],
    [
      "Find",
      { family: "Read", path: "p" },
      { p: "src", pattern: "*.ts" },
      readOnly,
      "search",
      "Find *.ts src",
      undefined,
    ],
    ["Put", { family: "Edit", path: "p" }, { p: "/etc/x", content: "" }, undefined, "edit", "Put /etc/x", undefined],
    ["Run", { family: "Run", command: "c" }, { c: "a\nb" }, undefined, "execute", "`a ⏎ b`", undefined],
    ["Get", { family: "Get", url: "u" }, { u: "https://x.org" }, undefined, "fetch", "Get https://x.org", undefined],
    ["Any", undefined, "no object", undefined, "other", "Any", undefined],
  ] as const)("%s", (name, permission, input, traits, kind, title, line) => {
    const shown = view(name, permission, input, traits);
    expect([shown.kind, shown.title, shown.locations[0]?.line]).toEqual([kind, title, line]);
  });

  it("with every sign of a command visible, and no longer than a line", () => {
    const { title } = view("Run", { family: "Run", command: "c" }, { c: `rm\u00a0-rf \u202e${"x".repeat(999)}` });
    expect(title).toContain("rm<U+00A0>-rf <U+202E>");
    expect(title.length).toBeLessThan(300);
  });

  it("without a place where the path can lead nowhere", () => {
    expect(view("Look", { family: "Read", path: "p" }, { p: "a\0b" }).locations).toEqual([]);
    expect(view("Look", { family: "Read", path: "p" }, { p: 7 }).locations).toEqual([]);
  });
});

describe("an edit shows its difference", () => {
  const edit = { family: "Edit", path: "p" } as const;

  it("before: the texts, or the file that would be replaced", () => {
    const replacing = view("Put", edit, { p: "a", old_string: "x", new_string: "y" });
    expect(replacing.diff).toEqual([{ type: "diff", path: "/w/a", oldText: "x", newText: "y" }]);
    expect(view("Put", edit, { p: "a", content: "y" }, undefined, "x").diff).toEqual(replacing.diff);
    expect(view("Put", edit, { p: "a", content: "y" }).diff).toMatchObject([{ oldText: null }]);
  });

  it("after: what the patch of the result says, hunk by hunk", () => {
    const structuredPatch = [
      { newStart: 4, lines: [" same", "-old", "+new", "\\ No newline at end of file"] },
      { newStart: 0, lines: ["-gone"] },
    ];
    expect(changeIn({ structuredPatch }, "/w/a")).toEqual({
      content: [
        { type: "diff", path: "/w/a", oldText: "same\nold\n", newText: "same\nnew\n" },
        { type: "diff", path: "/w/a", oldText: "gone\n", newText: "" },
      ],
      locations: [
        { path: "/w/a", line: 4 },
        { path: "/w/a", line: 1 },
      ],
    });
  });

  it("and none where the result has no patch", () => {
    for (const data of [undefined, null, {}, { structuredPatch: [] }, { structuredPatch: [{ lines: 7 }] }]) {
      expect(changeIn(data, "/w/a")).toBeUndefined();
    }
  });
});

it("a list of tasks is a plan; anything like one is not", () => {
  const todos = [{ content: "Act", status: "pending" }];
  const listed = { newTodos: [{ ...todos[0], id: "1", owner: "me" }] };
  expect(planAfter({ subject: "Act" }, listed)).toEqual(planIn({ todos }));
  expect([planAfter({ todos }, listed), planAfter({}, null), planAfter({}, { newTodos: 1 })]).toEqual(
    Array(3).fill(undefined),
  );
  expect(planIn({ todos })).toEqual([{ content: "Act", status: "pending", priority: "medium" }]);
  for (const input of [undefined, { todos: "all" }, { todos: [{ content: "", status: "pending" }] }, { todos: [{}] }]) {
    expect(planIn(input)).toBeUndefined();
  }
});
