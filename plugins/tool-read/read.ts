import { extname } from "node:path";
import { type ReadFile, type Setup, ToolError, type ToolOutput } from "gantry/sdk";
import { decodeText } from "gantry/sdk/kit/text-file";
import { judgedPath, readForTool } from "gantry/sdk/kit/tool-files";
import { imageTypeOf, readImage } from "./image.ts";
import type { toolRead } from "./index.ts";
import { notebookIn, readNotebook } from "./notebook.ts";
import { isPdf, readPdf } from "./pdf.ts";
import { readRenderer } from "./renderer.ts";
import { createRepeats } from "./repeat.ts";
import { createCoverage, readText } from "./text.ts";

const DEFAULT_TOKENS = 25_000;
const MOST_BYTES = 100 * 1024 * 1024;

/** What was asked of a file. */
export interface Request {
  readonly path: string;
  readonly offset: number | undefined;
  readonly limit: number | undefined;
  readonly pages: string | undefined;
  /** Most tokens of text in the answer. */
  readonly maxTokens: number;
}

/** What is shown of a file. */
export interface View extends ToolOutput {
  readonly isPartial: boolean;
}

const setup: Setup<typeof toolRead> = ({ use: { files, seenFiles }, host }) => {
  const maxTokens = tokensFrom(host.env.CLAUDE_CODE_FILE_READ_MAX_OUTPUT_TOKENS);
  const covers = createCoverage();
  const repeats = createRepeats();

  return {
    renderers: { Read: readRenderer },
    tools: {
      async Read({ file_path, offset, limit, pages }, call) {
        const { id, session, signal } = call;
        const { path, checked } = judgedPath(file_path, call);
        const file = await readForTool(files, path, { ...checked, maxBytes: MOST_BYTES, signal });
        const request = { path, offset, limit, pages, maxTokens };
        const { isPartial, ...output } = await viewOf(file, request, (from, to, total, isCut) =>
          covers(session, file, from, to, total, isCut),
        );
        seenFiles.note(session, file.realPath, file.stamp, isPartial);
        return repeats(session, id, file, request, output);
      },
    },
  };
};
export default setup;

/** Tells of lines that are shown; answers whether all lines of the file have been shown by now. */
export type Covers = (from: number, to: number, total: number, isCut: boolean) => boolean;

async function viewOf(file: ReadFile, request: Request, covers: Covers): Promise<View> {
  const { bytes } = file;
  const imageType = imageTypeOf(bytes);
  if (imageType) return readImage(bytes, imageType, request.path);
  if (isPdf(bytes)) return readPdf(bytes, request);
  const text = decodeText(bytes);
  if (!text) {
    throw new ToolError(
      `"${request.path}" is a binary file of ${bytes.length} bytes that cannot be shown as text. Look at it with Bash, for example with file, strings or xxd.`,
    );
  }
  const notebook = extname(request.path) === ".ipynb" ? notebookIn(text.text) : undefined;
  return notebook ? readNotebook(notebook, request) : readText(text.text, request, covers);
}

function tokensFrom(setting: string | undefined): number {
  const tokens = Number(setting);
  return Number.isInteger(tokens) && tokens > 0 ? tokens : DEFAULT_TOKENS;
}
