import sharp from "sharp";

/** The image as a JPEG of at most `pixels` in each direction, upright, on white where it is transparent. */
export async function shrink(
  bytes: Uint8Array,
  pixels: number,
): Promise<{ readonly data: Buffer; readonly width: number; readonly height: number }> {
  const { data, info } = await sharp(bytes)
    .rotate()
    .resize({ width: pixels, height: pixels, fit: "inside", withoutEnlargement: true })
    .flatten({ background: "white" })
    .jpeg({ quality: 80 })
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
