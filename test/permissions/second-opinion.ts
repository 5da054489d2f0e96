import { createRequire } from "node:module";
import { Language, type Node, Parser } from "web-tree-sitter";

/** Another grammar of bash. Gives the names of the programs that a text runs; `undefined` where it finds the text wrong. */
export async function secondOpinion(): Promise<(text: string) => readonly string[] | undefined> {
  await Parser.init();
  const grammar = createRequire(import.meta.url).resolve("tree-sitter-bash/tree-sitter-bash.wasm");
  const parser = new Parser().setLanguage(await Language.load(grammar));
  return (text) => {
    const tree = parser.parse(text);
    if (!tree) return undefined;
    try {
      if (tree.rootNode.hasError) return undefined;
      return tree.rootNode.descendantsOfType("command_name").flatMap((node) => (node ? programOf(node) : []));
    } finally {
      tree.delete();
    }
  };
}

/** Names that need no expansion; what a quoted one says, everybody decodes for himself. */
function programOf(node: Node): readonly string[] {
  return /^[\w./-]+$/.test(node.text) ? [node.text] : [];
}
