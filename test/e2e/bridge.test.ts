import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasChromium, openBrowser, type TestBrowser } from "./browser.ts";
import { program } from "./program.ts";
import { hasTmux, openTerminal, type TestTerminal } from "./tmux.ts";

// A model that does as it is told: "run X" asks for Bash, "wait" never ends, anything else gets an answer full of signs.
const SCRIPTED = `
import { definePlugin, Questions } from "gantry/sdk";
const form = {
  kind: "form",
  from: "The harbour",
  message: "Which pier?",
  fields: [
    { name: "pier", title: "Pier", type: "integer", isRequired: true },
    { name: "kind", title: "Kind", type: "choice", isRequired: true, choices: [{ value: "a", title: "Alpha" }, { value: "b", title: "Beta" }] },
  ],
};
const usage = { input_tokens: 1, output_tokens: 1, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
const answer = (content, stop_reason) => ({
  type: "end",
  message: { role: "assistant", id: "m", model: "script", content, stop_reason, usage },
});
const HOSTILE = "# Plan\\n\\nA **bold** word, <img src=x onerror=alert(1)>, [a link](javascript:alert(1)) and [another](https://example.org/there).\\n\\n- one\\n- two\\n\\n\`\`\`html\\n<script>alert(1)</script>\\n\`\`\`";
async function* stream({ messages }, { signal }) {
  const last = messages.at(-1).content;
  const hasRun = last.some((block) => block.type === "tool_result");
  const said = last.flatMap((block) => (block.type === "text" && !block.text.startsWith("<") ? [block.text] : []));
  const prompt = said.at(-1) ?? "";
  yield { type: "start", id: "m", model: "script" };
  if (!hasRun && prompt.startsWith("run ")) {
    const call = { type: "tool_use", id: "c" + messages.length, name: "Bash", input: { command: prompt.slice(4) } };
    yield answer([call], "tool_use");
  } else if (!hasRun && prompt === "moor") {
    yield answer([{ type: "tool_use", id: "c" + messages.length, name: "Moor", input: {} }], "tool_use");
  } else if (prompt === "wait") {
    yield { type: "text", text: "waiting for you" };
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    yield { type: "failure", failure: { kind: "aborted", message: "aborted", isRetryable: false } };
  } else {
    const text = hasRun ? "that was all" : prompt === "signs" ? HOSTILE : "you said " + prompt;
    yield { type: "text", text };
    yield answer([{ type: "text", text }], "end_turn");
  }
}
export default definePlugin({
  name: "scripted",
  providers: { scripted: { title: "Scripted", usable: "always", defaultModel: "script", models: ["script"] } },
  needs: { questions: Questions },
  tools: { Moor: { description: "Moor.", input: { jsonSchema: { type: "object" } }, traits: { readOnly: true } } },
  setup: ({ use }) => ({
    providers: { scripted: { stream } },
    tools: {
      Moor: async (_, { session, turn }) => {
        const answer = await use.questions.ask(session, { form, call: { tool: { name: "Moor", owner: "scripted", description: "", input: { jsonSchema: {} } } }, turn });
        return "moored at " + JSON.stringify(answer?.values);
      },
    },
  }),
});
`;

/** One session and one browser for all of it: each part goes on where the one before has ended. */
describe.skipIf(!hasChromium || !hasTmux)("the session in a browser", () => {
  let base: string;
  let terminal: TestTerminal;
  let browser: TestBrowser;
  let page: Page;
  let address: string;
  const problems: string[] = [];

  const prompt = () => page.getByLabel("Prompt", { exact: true });
  const say = async (text: string) => {
    await prompt().fill(text);
    await prompt().press("Enter");
  };
  const shows = (text: string) => page.getByText(text, { exact: true }).last().waitFor();

  beforeAll(async () => {
    base = await mkdtemp(path.join(tmpdir(), "gantry-bridge-"));
    await Promise.all([
      mkdir(path.join(base, "work")),
      mkdir(path.join(base, "home/.gantry/plugins"), { recursive: true }),
    ]);
    await writeFile(path.join(base, "home/.gantry/plugins/scripted.mjs"), SCRIPTED);
    await writeFile(
      path.join(base, "start.sh"),
      `${process.execPath} ${program} --line --model scripted/script\necho "exit code $?"\nexec cat`,
    );
    [terminal, browser] = await Promise.all([
      openTerminal(path.join(base, "start.sh"), {
        cwd: path.join(base, "work"),
        env: { PATH: process.env.PATH ?? "", HOME: path.join(base, "home"), LANG: "C.UTF-8" },
        log: path.join(base, "log"),
      }),
      openBrowser({ viewport: { width: 1000, height: 700 } }),
    ]);
    await terminal.shows("/help lists");
    await terminal.type("hello");
    await terminal.press("Enter");
    await terminal.shows("you said hello");
    await terminal.type("/bridge on");
    await terminal.press("Enter");
    await terminal.shows("/bridge off ends it");
    address = /http:\/\/127\.0\.0\.1:\d+\/#[\w-]+/.exec(await terminal.screen())?.[0] as string;
    page = browser.context.pages()[0] ?? (await browser.context.newPage());
    page.setDefaultTimeout(5_000);
    page.on("pageerror", ({ message }) => void problems.push(message));
    page.on("console", (message) => void (message.type() === "error" && problems.push(message.text())));
    page.on("dialog", (dialog) => {
      problems.push("a script of the conversation ran");
      void dialog.dismiss();
    });
  });

  afterAll(async () => {
    await Promise.all([browser?.close(), terminal?.close()]);
    await rm(base, { recursive: true, force: true, maxRetries: 10 });
  });

  test("shows what was said before, and keeps no token in its address", async () => {
    await page.goto(address);
    await page.getByText("Connected").waitFor();
    await shows("you said hello");
    expect(page.url()).not.toContain("#");
    expect(await page.evaluate("document.cookie")).toBe("");
  });

  test("goes on there: what is said shows on both sides", async () => {
    await say("good morning");
    await shows("you said good morning");
    await terminal.shows("you said good morning");
    await terminal.type("from the terminal");
    await terminal.press("Enter");
    await shows("you said from the terminal");
  });

  test("shows what a model writes, and runs nothing of it", async () => {
    await say("signs");
    await page.getByRole("heading", { name: "Plan" }).waitFor();
    const answer = page.getByRole("article", { name: "Gantry" }).last();
    expect(await answer.locator("strong").textContent()).toBe("bold");
    expect(await answer.locator("li").allTextContents()).toEqual(["one", "two"]);
    expect(await answer.locator("pre").textContent()).toBe("<script>alert(1)</script>");
    expect(await answer.textContent()).toContain("<img src=x onerror=alert(1)>");
    expect(await answer.locator("a").count()).toBe(1);
    expect(await answer.locator("a").getAttribute("href")).toBe("https://example.org/there");
    expect(await answer.locator("img, script").count()).toBe(0);
  });

  test("answers a question that the terminal asks too, and the terminal's is withdrawn", async () => {
    await say("run echo from-$((40+2))");
    const question = page.getByRole("form", { name: "Bash wants to run" });
    expect(await question.locator(".subject").textContent()).toBe("echo from-$((40+2))");
    await terminal.shows("Allow?");
    await question.getByRole("button", { name: "Yes, once" }).click();
    await shows("that was all");
    await terminal.shows("that was all");
    await question.waitFor({ state: "detached" });
    await page.getByRole("article", { name: "Bash, done" }).locator("summary").click();
    await page.getByText("from-42").first().waitFor();
  });

  test("loses a question that is answered at the terminal", async () => {
    await say("run touch once");
    await page.getByRole("form", { name: "Bash wants to run" }).waitFor();
    await terminal.shows("touch once");
    await terminal.shows("Allow?");
    await terminal.type("n");
    await terminal.press("Enter");
    await page.getByRole("form", { name: "Bash wants to run" }).waitFor({ state: "detached" });
    await page.getByRole("article", { name: "Bash, not allowed" }).waitFor();
  });

  test("fills in a form, and says at each field what does not fit", async () => {
    await say("moor");
    const form = page.getByRole("form", { name: "The harbour" });
    await form.getByLabel("Pier").fill("four");
    await form.getByRole("button", { name: "Send" }).click();
    await form.getByText("It has to be a whole number.").waitFor();
    await form.getByText("An answer is needed.").waitFor();
    await form.getByLabel("Pier").fill("4");
    await form.getByLabel("Kind").selectOption("Beta");
    await form.getByRole("button", { name: "Send" }).click();
    await form.waitFor({ state: "detached" });
    const call = page.getByRole("article", { name: "Moor, done" });
    await call.locator("summary").click();
    await call.getByText('moored at {"pier":4,"kind":"b"}').waitFor();
  });

  test("interrupts", async () => {
    await say("wait");
    await shows("waiting for you");
    await page.getByRole("button", { name: "Stop" }).click();
    await shows("Interrupted.");
    await page.getByRole("button", { name: "Stop" }).waitFor({ state: "hidden" });
  });

  test("changes the mode", async () => {
    await page.getByLabel("Permission mode").selectOption("plan");
    await say("run touch planned");
    await page.getByRole("article", { name: "Bash, not allowed" }).last().waitFor();
    await page.getByLabel("Permission mode").selectOption("bypassPermissions");
    await page.getByRole("alert").filter({ hasText: "was not enabled" }).waitFor();
    await page.getByLabel("Permission mode").selectOption("default");
  });

  test("comes back by itself after the line broke, and with a page that is loaded anew", async () => {
    await page.evaluate("window.isStillThere = true");
    await browser.context.setOffline(true);
    await page.getByText("Reconnecting").waitFor();
    await say("nobody hears this");
    await page.getByRole("alert").filter({ hasText: "There is no connection" }).waitFor();
    await browser.context.setOffline(false);
    await page.getByText("Connected").waitFor();
    await prompt().press("Enter");
    await shows("you said nobody hears this");
    expect(await page.evaluate("window.isStillThere")).toBe(true);
    await page.goto(new URL("/", address).href);
    await page.getByText("Connected").waitFor();
    await shows("you said good morning");
  });

  test("can be used with a keyboard, a screen reader and a phone", async () => {
    await page.setViewportSize({ width: 360, height: 640 });
    const isTooWide = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
    expect(isTooWide).toBe(false);
    const unnamed = await page.evaluate(
      `[...document.querySelectorAll("button, input, select, textarea")].filter((one) => !one.labels?.length && !one.textContent.trim() && !one.ariaLabel).map((one) => one.outerHTML)`,
    );
    expect(unnamed).toEqual([]);
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement !== document.body")).toBe(true);
    expect(await page.getByRole("log", { name: "Conversation" }).count()).toBe(1);
  });

  test("goes along to another session", async () => {
    await terminal.type("/clear");
    await terminal.press("Enter");
    await shows("Nothing has been said yet.");
    await say("in the new one");
    await shows("you said in the new one");
    await terminal.shows("you said in the new one");
  });

  test("ends with the bridge: the page says so, and its address is worth nothing", async () => {
    await terminal.type("/bridge off");
    await terminal.press("Enter");
    await page.getByText("The bridge was turned off").waitFor();
    expect(await prompt().isDisabled()).toBe(true);
    await expect(fetch(new URL("/", address))).rejects.toThrow();
    // The browser itself notes what could not be had while it was offline, and what was refused.
    expect(problems.filter((one) => !/ERR_INTERNET_DISCONNECTED|409|422/.test(one))).toEqual([]);
  });
});
