import type { Base64Source, Entry } from "gantry/sdk";
import { visible, visibleLine } from "gantry/sdk/kit/visible";
import { conversation, type Part, titleOf } from "./conversation.ts";

/** Nothing is loaded and nothing runs, whatever was said. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff; }
h1 { font-size: 1.4rem } h2 { font-size: 1rem; margin: 1.5rem 0 .3rem }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0 }
section pre { font: inherit } .person { border-left: 4px solid #36c; padding-left: 1rem }
details { margin: .5rem 0; border: 1px solid #ccc; border-radius: 4px; padding: .3rem .6rem } details pre { font: 13px/1.4 monospace; padding: .4rem 0 }
img { max-width: 100% } .about, time { color: #666; font-weight: normal; font-size: .85rem }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #181818 } }`;

/** A conversation as one page that stands for itself. All of it was written by others, so every letter of it is escaped. */
export function asHtml(branch: readonly Entry[], all: readonly Entry[] = branch): string {
  const [first] = branch;
  const title = escaped(visibleLine(titleOf(all), 200) || "Session");
  const folder = first?.type === "session" ? ` in ${escaped(visibleLine(first.cwd))}` : "";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${STYLE}
</style>
</head>
<body>
<h1>${title}</h1>
<p class="about">Session ${escaped(first?.sessionId ?? "")}${folder}</p>
${conversation(branch).map(partText).join("\n")}
</body>
</html>
`;
}

function partText(part: Part): string {
  switch (part.kind) {
    case "person":
    case "model": {
      const who = part.kind === "person" ? "You" : "Gantry";
      const text = escaped(visible(part.text).trim());
      return `<section class="${part.kind}"><h2>${who} <time>${escaped(part.time)}</time></h2><pre>${text}</pre></section>`;
    }
    case "image":
      return imageText(part.source);
    case "note":
      return `<p class="about">${escaped(part.text)}</p>`;
    case "call": {
      const input = escaped(visible(JSON.stringify(part.input, null, 2) ?? ""));
      const head = `${escaped(visibleLine(part.tool))} <span class="about">${escaped(part.outcome)}</span>`;
      return `<details><summary>${head}</summary><pre>${input}</pre><pre>${escaped(visible(part.result))}</pre></details>`;
    }
  }
}

function imageText({ media_type, data }: Base64Source): string {
  const isPicture = /^image\/(png|jpeg|gif|webp)$/.test(media_type) && /^[A-Za-z0-9+/]+=*$/.test(data);
  return isPicture ? `<p><img alt="" src="data:${media_type};base64,${data}"></p>` : '<p class="about">[image]</p>';
}

const SIGNS: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escaped(text: string): string {
  return String(text).replace(/[&<>"']/g, (sign) => SIGNS[sign] as string);
}
