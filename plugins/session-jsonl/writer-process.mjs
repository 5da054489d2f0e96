// A program that writes records until it is killed, telling each that was acknowledged. Started by the tests.
import { writeSync } from "node:fs";
import { createJiti } from "jiti";

const [stateFolder, cwd, id, mode] = process.argv.slice(2);
const root = new URL("../../", import.meta.url).pathname;
const jiti = createJiti(import.meta.url, {
  alias: { "gantry/sdk/kit": `${root}sdk/kit`, "gantry/sdk": `${root}sdk/index.ts` },
});
const { createStore } = await jiti.import("./session-jsonl.ts");
const store = createStore(stateFolder);
const record = (type, more) => ({
  type,
  ...more,
  uuid: crypto.randomUUID(),
  parentUuid: null,
  sessionId: id,
  timestamp: new Date().toISOString(),
});

if (mode === "write") {
  const writer = await store.create(id, cwd);
  writer.append(record("session", { version: 1, cwd, gantry: "0.0.0" }));
  for (let number = 0; ; number++) {
    const text = `${number} ${"x".repeat((number * 7919) % 20_000)}`;
    writer.append(record("user", { message: { role: "user", content: [{ type: "text", text }] } }));
    writeSync(1, `${number}\n`);
  }
}
writeSync(1, "ready\n");
// Everybody at once: the parent closes nobody's input before all are ready.
await new Promise((resolve) => process.stdin.once("data", resolve));
try {
  const { writer } = await store.open(id, cwd);
  writeSync(1, "won\n");
  await new Promise((resolve) => process.stdin.once("end", resolve));
  await writer.close();
} catch (error) {
  writeSync(1, `${error.code ?? error.stack}\n`);
}
process.exit();
