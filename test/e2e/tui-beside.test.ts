import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type LoopbackServer, loopbackServer } from "gantry/sdk/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTuiPlace, type TuiPlace } from "./tui.ts";

let place: TuiPlace;
let server: LoopbackServer;
beforeEach(async () => {
  place = await createTuiPlace();
  server = await loopbackServer((_, response) => void response.end('{"text":"say it was heard"}'));
});
afterEach(async () => {
  await server.close();
  await place.remove();
});

const READY = "? for shortcuts";

function settle(settings: object): void {
  mkdirSync(join(place.home, ".claude"), { recursive: true });
  writeFileSync(join(place.home, ".claude/settings.json"), JSON.stringify(settings));
}

test("the next prompt stands grey in the empty editor, and Tab takes it", async () => {
  settle({ promptSuggestionEnabled: true });
  const t = place.start();
  await t.shows(READY);
  t.type("hello\r");
  // The model repeats what it is shown: the conversation.
  await t.shows('> you said "Person: hello');
  // Nobody sends what is only guessed.
  t.press("Enter");
  t.press("Tab", "Enter");
  await t.shows('● you said "you said');
});

test("nothing is suggested where nobody wants it", async () => {
  const t = place.start();
  await t.shows(READY);
  t.type("hello\r");
  await t.shows('● you said "hello"');
  await t.quiet();
  t.type("again\r");
  await t.shows('● you said "again"');
  expect(t.raw()).not.toContain("Person: hello");
});

/** A recorder that says when it listens, and never ends. */
function startWithVoice(mode: "hold" | "tap") {
  settle({ voice: { url: `${server.url}/v1`, mode } });
  const [bin, listens] = [join(place.base, "bin"), join(place.base, "listens")];
  mkdirSync(bin, { recursive: true });
  const script = `#!/bin/sh\nprintf SAMPLES!\n: > ${listens}\nexec sleep 600\n`;
  writeFileSync(join(bin, "arecord"), script, { mode: 0o755 });
  const t = place.start({ env: { PATH: `${bin}:/bin:/usr/bin` } });
  return { t, isListening: () => existsSync(listens) };
}

test("tapped, Space records until it is tapped again, and Esc drops it", async () => {
  const { t, isListening } = startWithVoice("tap");
  await t.shows(READY);
  t.type("/voice\r");
  await t.shows("Ready: /voice try");
  t.press("Escape");
  await t.shows(READY);
  t.press("Space");
  await t.shows("● Recording, 0 s: Space ends it, Esc drops it");
  await t.until(isListening, "Nothing was recorded.");
  await t.quiet();
  t.press("Space");
  await t.shows("> say it was heard");
  await t.hides("Recording");
  expect(server.requests[0]?.body).toContain("SAMPLES!");
  t.press("Enter");
  await t.shows("● it was heard");
  t.press("Space");
  await t.shows("● Recording");
  t.press("Escape");
  await t.hides("Recording");
  expect(server.requests).toHaveLength(1);
});

test("held, Space records until it is let go", async () => {
  const { t, isListening } = startWithVoice("hold");
  await t.shows(READY);
  const hold = () => {
    t.press("Space");
    return isListening();
  };
  await t.until(hold, "Nothing was recorded.");
  await t.shows("> say it was heard");
  expect(server.requests[0]?.body).toContain("SAMPLES!");
});
