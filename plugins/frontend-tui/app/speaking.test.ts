import { PluginError, type Recording, type Speech, type SpeechMode } from "gantry/sdk";
import { fakeClock } from "gantry/sdk/testing";
import { expect, onTestFinished, test } from "vitest";
import { draftWith } from "../input/test-draft.ts";
import { createSpeaking } from "./speaking.ts";

const SPACE = { name: "space", ctrl: false, alt: false, shift: false, text: " " };
const key = (name: string, text = "") => ({ ...SPACE, name, text });

interface Fixture {
  readonly mode?: SpeechMode;
  readonly problem?: string;
  readonly finish?: Recording["finish"];
  readonly record?: Speech["record"];
}

/** An editor, and a service that records into `done`. */
async function speakingWith({ mode = "tap", problem, finish, record }: Fixture = {}) {
  const clock = fakeClock();
  const { draft } = draftWith();
  const done: string[] = [];
  const said: string[] = [];
  let line: string | undefined;
  let end = () => {};
  const recording: Recording = {
    ended: new Promise((resolve) => {
      end = resolve;
    }),
    finish: (signal) => {
      done.push("finish");
      return finish ? finish(signal) : Promise.resolve("fix the tests");
    },
    cancel: async () => void done.push("cancel"),
  };
  const speech: Speech = {
    mode: () => mode,
    problem: async () => problem,
    record: () => {
      done.push("record");
      return record ? record() : Promise.resolve(recording);
    },
  };
  const speaking = createSpeaking({
    clock,
    speech: async () => speech,
    editor: () => draft,
    show: (text) => {
      line = text;
    },
    tell: (text) => said.push(text),
    problem: (cause) => said.push((cause as Error).message),
  });
  await speaking.adopt();
  onTestFinished(() => speaking.close());
  const pass = (ms: number) => clock.advance(ms);
  /** As the composer does: what is not taken is typed. */
  const press = async (one: typeof SPACE, action?: string) => {
    const isTaken = speaking.key(one, action);
    if (!isTaken && one.text) draft.insert(one.text);
    await pass(0);
    return isTaken;
  };
  return {
    clock,
    draft,
    done,
    said,
    speaking,
    pass,
    press,
    line: () => line,
    end: () => end(),
    /** The key comes after half a second, then thirty times a second. */
    async hold(times: number) {
      await press(SPACE);
      await pass(500);
      for (let at = 0; at < times; at++) {
        await press(SPACE);
        await pass(33);
      }
    },
  };
}

test("a tap where nothing is typed begins, and the next ends: what was said stands at the cursor", async () => {
  const { press, pass, line, draft, done } = await speakingWith();
  expect(await press(SPACE)).toBe(true);
  expect(line()).toBe("● Recording, 0 s: Space ends it, Esc drops it");
  await pass(2_000);
  expect(line()).toContain("Recording, 2 s:");
  await press(key("a", "a"));
  draft.setText("a, b");
  expect(await press(SPACE)).toBe(true);
  expect(done).toEqual(["record", "finish"]);
  expect(draft.text()).toBe("a, bfix the tests");
  expect(line()).toBeUndefined();
});

test("held, it records until the key has not come for a while; the blanks before are gone", async () => {
  const { hold, pass, line, draft, done } = await speakingWith({ mode: "hold" });
  await hold(3);
  expect(done).toEqual(["record"]);
  expect(draft.text()).toBe("");
  expect(line()).toContain("let go of Space to end");
  await pass(266);
  expect(done).toEqual(["record"]);
  await pass(1);
  expect(done).toEqual(["record", "finish"]);
  expect(draft.text()).toBe("fix the tests");
});

test("held, another key ends it too, and types what it types", async () => {
  const { hold, press, draft, done } = await speakingWith({ mode: "hold", finish: () => new Promise(() => {}) });
  await hold(3);
  expect(await press(key("x", "x"))).toBe(false);
  expect(done).toEqual(["record", "finish"]);
  expect(draft.text()).toBe("x");
});

test("blanks that are typed one by one are blanks, and so is every one behind a text", async () => {
  const { press, pass, draft, done, hold } = await speakingWith({ mode: "hold" });
  await press(SPACE);
  await pass(400);
  await press(SPACE);
  expect(draft.text()).toBe("  ");
  await press(key("a", "a"));
  await hold(4);
  expect(draft.text()).toBe(`  a${" ".repeat(5)}`);
  const tap = await speakingWith();
  await tap.press(key("a", "a"));
  expect(await tap.press(SPACE)).toBe(false);
  expect([...done, ...tap.done]).toEqual([]);
});

test("where nothing is set up, Space is a blank", async () => {
  const { press, hold, draft, done } = await speakingWith({ mode: "off" });
  expect(await press(SPACE)).toBe(false);
  await hold(3);
  expect(draft.text()).toBe(" ".repeat(5));
  expect(done).toEqual([]);
});

test("before the service is there, and while what was typed is searched, Space is a blank", async () => {
  const { press, draft, done } = await speakingWith();
  draft.key(key("r"), "history:search");
  expect(await press(SPACE)).toBe(false);
  const none = createSpeaking({ ...noParts(draft), speech: async () => undefined });
  await none.adopt();
  expect(none.key(SPACE, undefined)).toBe(false);
  expect(done).toEqual([]);
});

test.each([
  ["Esc", key("escape"), undefined],
  ["Ctrl-C", key("c"), "app:interrupt"],
])("%s drops what is recorded", async (_, dropping, action) => {
  const { press, draft, done, line, clock } = await speakingWith();
  await press(SPACE);
  expect(await press(dropping, action)).toBe(true);
  expect(done).toEqual(["record", "cancel"]);
  expect([draft.text(), line(), clock.timers]).toEqual(["", undefined, 0]);
  await press(SPACE);
  expect(done).toEqual(["record", "cancel", "record"]);
});

test("Esc while it is written down drops that, whether or not anybody heeds it; blanks behind a text stay blanks", async () => {
  const { press, pass, draft, line, said } = await speakingWith({ finish: () => new Promise(() => {}) });
  await press(SPACE);
  await pass(1_000);
  await press(SPACE);
  expect(line()).toContain("Writing down");
  await press(key("x", "x"));
  await pass(1_000);
  expect(await press(SPACE)).toBe(false);
  await press(key("escape"));
  expect([line(), draft.text(), said]).toEqual([undefined, "x ", []]);
});

test("stopping the program drops it, and stops the program", async () => {
  const { press, done } = await speakingWith();
  await press(SPACE);
  expect(await press(key("z"), "app:suspend")).toBe(false);
  expect(done).toEqual(["record", "cancel"]);
});

test("why nothing can be recorded is told once, however long the key is held", async () => {
  const problem = "Nothing writes down what is said: /voice setup names an address that does.";
  const { hold, pass, said, done, draft } = await speakingWith({ mode: "hold", problem });
  await hold(20);
  expect(said).toEqual([problem]);
  expect(done).toEqual([]);
  await pass(1_000);
  await hold(3);
  expect(said).toHaveLength(2);
  expect(draft.text()).toBe("");
});

test("what ends by itself counts", async () => {
  const { press, end, pass, draft } = await speakingWith();
  await press(SPACE);
  end();
  await pass(0);
  expect(draft.text()).toBe("fix the tests");
});

test("what cannot be recorded or written down, or was not understood, is told, and the next can be said", async () => {
  const record = () => Promise.reject(new PluginError("GANTRY_SPEECH_RECORDER", "No recorder.", "Install one."));
  const none = await speakingWith({ record });
  await none.press(SPACE);
  expect(none.said).toEqual(["No recorder."]);
  let answers = 0;
  const finish = async () => {
    if (answers++) return "";
    throw new PluginError("GANTRY_SPEECH_REFUSED", "Refused.", "Set its key.");
  };
  const { press, pass, said } = await speakingWith({ finish });
  for (let times = 0; times < 2; times++) {
    await press(SPACE);
    await pass(1_000);
    await press(SPACE);
    await pass(1_000);
  }
  expect(said).toEqual(["Refused.", "Nothing was understood."]);
});

test("a held Space is no second tap", async () => {
  const { press, pass, done } = await speakingWith();
  await press(SPACE);
  for (let times = 0; times < 5; times++) {
    await pass(33);
    await press(SPACE);
  }
  expect(done).toEqual(["record"]);
});

test("leaving drops what is recorded", async () => {
  const { press, speaking, pass, done } = await speakingWith();
  await press(SPACE);
  speaking.close();
  await pass(0);
  expect(done).toEqual(["record", "cancel"]);
});

function noParts(draft: ReturnType<typeof draftWith>["draft"]) {
  return { clock: fakeClock(), editor: () => draft, show: () => {}, tell: () => {}, problem: () => {} };
}
