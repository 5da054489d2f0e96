import { test } from "vitest";
import { createPlace, program } from "./program.ts";
import { openPty } from "./pty.ts";

test("start", async () => {
  const place = await createPlace();
  const t = openPty({
    file: process.execPath,
    args: [program],
    cwd: place.work,
    env: { PATH: process.env.PATH ?? "", HOME: place.home, TERM: "xterm-256color" },
  });
  try {
    await t.shows("? for shortcuts");
    console.log(t.frame().join("\n"));
    t.type("list the files");
    await t.shows("list the files");
    t.press("Enter");
    await t.shows(/\d+ m?s/);
    console.log(t.everything().join("\n").trimEnd());
    t.type("/help");
    t.press("Enter");
    await t.shows("/cost");
    console.log(t.frame().join("\n"));
    t.press("C-c");
    t.press("C-c");
    console.log(await t.ended);
    console.log(t.everything().join("\n").trimEnd(), t.modes());
  } finally {
    console.log(JSON.stringify(t.raw()).slice(0, 1500));
    await t.close();
    await place.remove();
  }
});
