import { isToolError, type ResultContent, ToolError, text, z } from "gantry/sdk";
import { fitImage, imageTypeOf } from "./image.ts";
import type { Request, View } from "./read.ts";

const LONGEST_OUTPUT = 10_000;

const textSchema = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat().join(""));

const outputSchema = z.looseObject({
  output_type: z.string(),
  text: textSchema.optional(),
  data: z.record(z.string(), z.unknown()).optional(),
  ename: z.string().optional(),
  evalue: z.string().optional(),
  traceback: z.array(z.string()).optional(),
});

const notebookSchema = z.looseObject({
  cells: z.array(
    z.looseObject({
      cell_type: z.string(),
      id: z.string().optional(),
      source: textSchema,
      execution_count: z.number().nullish(),
      outputs: z.array(outputSchema).optional(),
    }),
  ),
});

type Notebook = z.output<typeof notebookSchema>;
type Cell = Notebook["cells"][number];
type Output = z.output<typeof outputSchema>;

/** The notebook in a text; `undefined` when it holds none, and is then shown as the text it is. */
export function notebookIn(source: string): Notebook | undefined {
  try {
    return notebookSchema.safeParse(JSON.parse(source)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Cells with their outputs; `offset` and `limit` count cells. */
export async function readNotebook(notebook: Notebook, request: Request): Promise<View> {
  const { path, maxTokens } = request;
  const total = notebook.cells.length;
  const from = Math.max(1, request.offset ?? 1);
  if (total > 0 && from > total) {
    throw new ToolError(`"${path}" has ${total} cells. Give an offset of at most ${total}.`);
  }
  const wanted = notebook.cells.slice(from - 1, request.limit && from - 1 + request.limit);
  const blocks: ResultContent[] = [];
  let shown = 0;
  let tokens = 0;
  for (const [index, cell] of wanted.entries()) {
    const content = await showCell(cell, from + index);
    tokens += content.reduce((sum, block) => sum + (block.type === "text" ? block.text.length / 4 : 0), 0);
    if (tokens > maxTokens) break;
    blocks.push(...content);
    shown++;
  }
  const isExplicit = request.offset !== undefined || request.limit !== undefined;
  if (shown < wanted.length && (isExplicit || shown === 0)) {
    throw new ToolError(
      shown > 0
        ? `The cells asked for of "${path}" are more than ${maxTokens} tokens. From cell ${from}, ${shown} fit: give limit ${shown}.`
        : `Cell ${from} of "${path}" alone is more than ${maxTokens} tokens. Take out what you need with jq through Bash, such as \`jq '.cells[${from - 1}].source'\`.`,
    );
  }
  const to = from + shown - 1;
  if (total === 0) blocks.push(text("(The notebook has no cells.)"));
  else if (to < total) {
    blocks.push(
      text(`(Partial view: cells ${from} to ${to} of ${total}. Go on with offset ${to + 1}, counted in cells.)`),
    );
  }
  return {
    content: joined(blocks),
    data: {
      type: "notebook",
      file: { filePath: path, cells: notebook.cells.slice(from - 1, to).map(dataOf) },
    },
    isPartial: from > 1 || to < total,
  };
}

async function showCell(cell: Cell, number: number): Promise<ResultContent[]> {
  const id = cell.id === undefined ? "" : ` id="${cell.id}"`;
  const blocks: ResultContent[] = [text(`<cell ${number}${id} ${cell.cell_type}>\n${cell.source}\n</cell>\n`)];
  for (const output of cell.outputs ?? []) {
    const shown = outputText(output);
    if (shown) blocks.push(text(`<output>\n${shortened(shown, number)}\n</output>\n`));
    for (const image of imagesIn(output)) blocks.push(await showImage(image, number));
  }
  return blocks;
}

function outputText(output: Output): string {
  if (output.output_type === "error") {
    const trace = output.traceback?.join("\n") ?? `${output.ename}: ${output.evalue}`;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    return trace.replace(/\u001b\[[0-9;]*m/g, "");
  }
  if (output.text !== undefined) return output.text;
  if (imagesIn(output).length > 0) return "";
  const { "text/plain": plain, ...others } = output.data ?? {};
  return textSchema.safeParse(plain ?? Object.values(others)[0]).data ?? "";
}

function imagesIn(output: Output): readonly string[] {
  return ["image/png", "image/jpeg", "image/gif", "image/webp"].flatMap((type) => {
    const image = textSchema.safeParse(output.data?.[type]);
    return image.success ? [image.data] : [];
  });
}

async function showImage(base64: string, number: number): Promise<ResultContent> {
  const bytes = Buffer.from(base64, "base64");
  const type = imageTypeOf(bytes);
  if (!type) return text("(An image that cannot be decoded.)\n");
  try {
    return { type: "image", source: (await fitImage(bytes, type, `output of cell ${number}`)).source };
  } catch (error) {
    if (isToolError(error)) return text(`(${error.message})\n`);
    throw error;
  }
}

function shortened(output: string, number: number): string {
  if (output.length <= LONGEST_OUTPUT) return output;
  return `${output.slice(0, LONGEST_OUTPUT)}\n(Cut: ${output.length} characters. See all with jq through Bash: \`jq '.cells[${number - 1}].outputs'\`.)`;
}

function dataOf(cell: Cell) {
  return {
    cellType: cell.cell_type,
    source: cell.source,
    ...(cell.id !== undefined && { cell_id: cell.id }),
    ...(cell.execution_count != null && { execution_count: cell.execution_count }),
    ...(cell.outputs && {
      outputs: cell.outputs.map((output) => ({ output_type: output.output_type, text: outputText(output) })),
    }),
  };
}

/** Neighbouring texts as one block. */
function joined(blocks: readonly ResultContent[]): readonly ResultContent[] {
  const all: ResultContent[] = [];
  for (const block of blocks) {
    const last = all.at(-1);
    if (block.type === "text" && last?.type === "text") all[all.length - 1] = text(last.text + block.text);
    else all.push(block);
  }
  return all;
}
