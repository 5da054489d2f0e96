import { PDFDocument } from "pdf-lib";

export async function countPages(bytes: Uint8Array): Promise<number> {
  const document = await PDFDocument.load(bytes, { ignoreEncryption: true, updateMetadata: false });
  return document.getPageCount();
}

/** A document of the given pages, counted from 1. */
export async function takePages(bytes: Uint8Array, pages: readonly number[]): Promise<Uint8Array> {
  const document = await PDFDocument.load(bytes, { updateMetadata: false });
  const part = await PDFDocument.create();
  const copies = await part.copyPages(
    document,
    pages.map((page) => page - 1),
  );
  for (const page of copies) part.addPage(page);
  return part.save();
}
