import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { createTerminal } from "./terminal.ts";

test("a secret is not shown while it is typed, and what is said meanwhile stands above its question", async () => {
  const modes: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (isRaw: boolean) => modes.push(isRaw) });
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  let shown = "";
  stdout.on("data", (chunk) => {
    shown += chunk;
  });
  const terminal = createTerminal({ stdin, stdout } as never, { canEdit: false, onTyped: () => {} });
  const reading = terminal.read("Key: ", { isSecret: true });
  await expect.poll(() => shown).toBe("Key: ");
  stdin.write("s3cr");
  terminal.write("By the way.\n");
  stdin.write("et\r");
  expect(await reading).toEqual({ kind: "line", text: "s3cret" });
  await expect.poll(() => shown).toMatch(/By the way\.\nKey: \n$/);
  expect(shown).not.toMatch(/s3c|et/);
  expect(modes).toEqual([true, false]);
  terminal.close();
});
