import { expect, test } from "vitest";
import { defaultBindings, readBindings } from "./bindings.ts";
import { createKeyboard } from "./keyboard.ts";

function keyboardWith(file?: string) {
  const read = file === undefined ? { bindings: defaultBindings(), problems: [] } : readBindings(file, "keys.json");
  return { keyboard: createKeyboard({ bindings: read.bindings, wait: () => () => {} }), problems: read.problems };
}

function fileOf(context: string, bindings: Record<string, string | null>): string {
  return JSON.stringify({ $schema: "x", $docs: "y", bindings: [{ context, bindings }] });
}

test("the last that was added hears a key first, and those of the whole program last", () => {
  const { keyboard } = keyboardWith();
  const heard: string[] = [];
  const listen = (name: string, contexts: readonly string[], isTaken = false) =>
    keyboard.listen(contexts, (press, action) => {
      heard.push(`${name}: ${press.name} ${action ?? "-"}`);
      return isTaken;
    });
  listen("chat", ["Chat"]);
  listen("app", ["Global"]);
  const close = listen("dialog", ["Select"], true);
  keyboard.feed(Buffer.from("\r"));
  close();
  keyboard.feed(Buffer.from("\x0f"));
  expect(heard).toEqual(["dialog: enter select:accept", "chat: o -", "app: o app:toggleTranscript"]);
});

test("a chord is heard as one, and half a chord types nothing", () => {
  const { keyboard } = keyboardWith();
  const heard: (string | undefined)[] = [];
  keyboard.listen(["Chat"], (press, action) => heard.push(action ?? press.text) > 0);
  keyboard.feed(Buffer.from("\x18"));
  expect([heard, keyboard.pending()]).toEqual([[], "ctrl+x"]);
  keyboard.feed(Buffer.from("\x05"));
  keyboard.feed(Buffer.from("\x18q"));
  keyboard.feed(Buffer.from("q"));
  expect([heard, keyboard.pending()]).toEqual([["chat:externalEditor", "q"], ""]);
});

test("a person's bindings come over the defaults", () => {
  const file = fileOf("Chat", {
    "ctrl+s": null,
    "meta+e": "chat:externalEditor",
    "ctrl+k ctrl+t": "command:theme",
    K: "chat:help",
  });
  const { keyboard, problems } = keyboardWith(file);
  const heard: (string | undefined)[] = [];
  keyboard.listen(["Chat"], (_, action) => heard.push(action) > 0);
  keyboard.feed(Buffer.from("\x13\x1be\x0b\x14K"));
  expect(heard).toEqual([undefined, "chat:externalEditor", "command:theme", "chat:help"]);
  expect(problems).toEqual(['keys.json: in Chat, "ctrl+k" is not heard alone, since "ctrl+k ctrl+t" begins with it.']);
});

test.each([
  ["{", "keys.json: it is not JSON."],
  ["[]", 'keys.json: it has to be {"bindings": [{"context": "Chat", "bindings": {"ctrl+e": "chat:externalEditor"}}]}.'],
  [fileOf("Chatt", {}), 'keys.json: there is no context "Chatt". Did you mean "Chat"?'],
  [fileOf("Chat", { "hyper+x": "chat:stash" }), 'keys.json: "hyper+x" is no key.'],
  [
    fileOf("Chat", { "ctrl+q": "chat:stahs" }),
    'keys.json: there is no action "chat:stahs". Did you mean "chat:stash"?',
  ],
  [fileOf("Global", { "ctrl+c": null }), "keys.json: ctrl+c cannot be bound."],
  [fileOf("Chat", { "ctrl+x ctrl+d": "chat:stash" }), "keys.json: ctrl+d cannot be bound."],
  [fileOf("Chat", { "ctrl+i": "chat:stash" }), "keys.json: many terminals send the same for ctrl+i and tab."],
  [
    fileOf("Chat", { "alt+x": "chat:stash", "option+x": "chat:undo" }),
    'keys.json: "option+x" is bound twice in Chat: to "chat:stash" and to "chat:undo"; the last counts.',
  ],
])("%s is told of", (file, problem) => {
  expect(keyboardWith(file).problems).toEqual([problem]);
});

test("hints name the key that is bound", () => {
  const { keyboard } = keyboardWith();
  expect([keyboard.labelOf("chat:externalEditor"), keyboard.labelOf("chat:help")]).toEqual(["ctrl+g", ""]);
  keyboard.rebind(readBindings(fileOf("Chat", { "ctrl+g": null, f2: "chat:help" }), "").bindings);
  expect([keyboard.labelOf("chat:externalEditor"), keyboard.labelOf("chat:help")]).toEqual(["ctrl+x ctrl+e", "f2"]);
});

test("focus and replies go to who asked for them", () => {
  const { keyboard } = keyboardWith();
  const heard: unknown[] = [];
  keyboard.onFocus((hasFocus) => heard.push(hasFocus));
  keyboard.onReply((reply) => heard.push(reply));
  keyboard.feed(Buffer.from("\x1b[O\x1b[?1;2c"));
  expect(heard).toEqual([false, "\x1b[?1;2c"]);
});
