/** The page: files that are served as they lie. */
import { readFileSync } from "node:fs";

interface PageFile {
  readonly type: string;
  readonly text: string;
}

const script = (text: string): PageFile => ({ type: "text/javascript; charset=utf-8", text });
const style = (text: string): PageFile => ({ type: "text/css; charset=utf-8", text });

/** Read when the bridge is turned on; in the program that is built, the texts stand here. */
const FILES: Readonly<Record<string, PageFile>> = {
  "/": { type: "text/html; charset=utf-8", text: readFileSync(new URL("./page/index.html", import.meta.url), "utf8") },
  "/page.css": style(readFileSync(new URL("./page/page.css", import.meta.url), "utf8")),
  "/conversation.css": style(readFileSync(new URL("./page/conversation.css", import.meta.url), "utf8")),
  "/controls.css": style(readFileSync(new URL("./page/controls.css", import.meta.url), "utf8")),
  "/page.js": script(readFileSync(new URL("./page/page.js", import.meta.url), "utf8")),
  "/line.js": script(readFileSync(new URL("./page/line.js", import.meta.url), "utf8")),
  "/items.js": script(readFileSync(new URL("./page/items.js", import.meta.url), "utf8")),
  "/blocks.js": script(readFileSync(new URL("./page/blocks.js", import.meta.url), "utf8")),
  "/markdown.js": script(readFileSync(new URL("./page/markdown.js", import.meta.url), "utf8")),
  "/questions.js": script(readFileSync(new URL("./page/questions.js", import.meta.url), "utf8")),
  "/dom.js": script(readFileSync(new URL("./page/dom.js", import.meta.url), "utf8")),
};

/** By whole paths, so that no path leads anywhere else. */
export function fileAt(url: string): PageFile | undefined {
  return Object.hasOwn(FILES, url) ? FILES[url] : undefined;
}
