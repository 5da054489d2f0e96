import type { ContentBlock } from "@agentclientprotocol/sdk/unstable";
import { text } from "gantry/sdk";
import { expect, it } from "vitest";
import { fenced, resultContent, userContent } from "./content.ts";

const link = (uri: string): ContentBlock => ({ type: "resource_link", name: "a.txt", uri });
const blob = (mimeType: string): ContentBlock => ({
  type: "resource",
  resource: { uri: "file:///w/x", mimeType, blob: "aGk=" },
});

it("texts that follow each other are one, so that a command keeps what it is about", () => {
  expect(userContent([text("/review "), link("file:///w/a%20b.txt")])).toEqual([text("/review [a.txt](/w/a b.txt)")]);
});

it("an address that is no path stays as it is, and so does one that makes no sense", () => {
  expect(userContent([link("zed://thread/1")])).toEqual([text("[a.txt](zed://thread/1)")]);
  expect(userContent([link("file:///%E0%A4%A")])).toEqual([text("[a.txt](file:///%E0%A4%A)")]);
});

it("pictures and documents that a client embeds are seen, and other bytes are named", () => {
  expect(userContent([blob("image/png")])).toMatchObject([{ type: "image", source: { data: "aGk=" } }]);
  expect(userContent([blob("application/pdf")])).toMatchObject([{ type: "document" }]);
  expect(userContent([blob("video/mp4")])).toEqual([text("[/w/x holds video/mp4, which cannot be shown]")]);
});

it("what cannot be sent is refused", () => {
  expect(() => userContent([])).toThrow("at least one block");
  expect(() => userContent([{ type: "audio", data: "aGk=", mimeType: "audio/wav" }])).toThrow("Audio");
});

it("a result is shown as it stands, whatever fences and controls are in it", () => {
  expect(fenced(text("a\n```\nb"))).toEqual(text("````\na\n```\nb\n````"));
  expect(JSON.stringify(resultContent([text("\u001b[2J# no heading")]))).not.toContain("\\u001b");
});
