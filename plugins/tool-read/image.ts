import { type Base64Source, messageOf, ToolError } from "gantry/sdk";
import type { View } from "./read.ts";

export type ImageType = "image/png" | "image/jpeg" | "image/gif" | "image/webp";

const MOST_BYTES = 500 * 1024;
const MOST_PIXELS = 2000;

/** An image as a model takes it. */
export interface FittedImage {
  readonly source: Base64Source;
  readonly dimensions: Dimensions;
  readonly original: Dimensions;
}

export interface Dimensions {
  readonly width: number;
  readonly height: number;
}

/** The kind of image that the first bytes tell of, whatever the file is called. */
export function imageTypeOf(bytes: Uint8Array): ImageType | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(12, bytes.length)).toString("latin1");
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (start.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (start.startsWith("GIF87a") || start.startsWith("GIF89a")) return "image/gif";
  if (start.startsWith("RIFF") && start.slice(8) === "WEBP") return "image/webp";
  return undefined;
}

export async function readImage(bytes: Uint8Array, type: ImageType, path: string): Promise<View> {
  const { source, dimensions, original } = await fitImage(bytes, type, path);
  return {
    content: [{ type: "image", source }],
    data: {
      type: "image",
      file: {
        base64: source.data,
        type: source.media_type,
        originalSize: bytes.length,
        dimensions: {
          originalWidth: original.width,
          originalHeight: original.height,
          displayWidth: dimensions.width,
          displayHeight: dimensions.height,
        },
      },
    },
    isPartial: false,
  };
}

/** The image as it is, or smaller and as a JPEG when it is large. */
export async function fitImage(bytes: Uint8Array, type: ImageType, name: string): Promise<FittedImage> {
  const original = dimensionsOf(bytes, type);
  if (!original) throw broken(name, "its size cannot be told");
  const isSmall = bytes.length <= MOST_BYTES && original.width <= MOST_PIXELS && original.height <= MOST_PIXELS;
  if (isSmall) {
    const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
    return { source: { type: "base64", media_type: type, data }, dimensions: original, original };
  }
  const { shrink } = await loadShrink(name);
  try {
    const { data, width, height } = await shrink(bytes, MOST_PIXELS);
    const source: Base64Source = { type: "base64", media_type: "image/jpeg", data: data.toString("base64") };
    return { source, dimensions: { width, height }, original };
  } catch (error) {
    throw broken(name, messageOf(error));
  }
}

/** sharp is an optional dependency of 60 ms, wanted for large images alone. */
async function loadShrink(name: string): Promise<typeof import("./shrink.ts")> {
  try {
    return await import("./shrink.ts");
  } catch {
    throw new ToolError(
      `The image "${name}" is over ${MOST_BYTES / 1024} KB or ${MOST_PIXELS} pixels and has to be made smaller, but the package sharp cannot be loaded. Ask the person to run \`npm install sharp\`, or make a smaller copy with another program and read that.`,
    );
  }
}

function broken(name: string, why: string): ToolError {
  return new ToolError(`The image "${name}" is damaged: ${why}. Check it with file through Bash, or make it anew.`);
}

function dimensionsOf(bytes: Uint8Array, type: ImageType): Dimensions | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  try {
    const found = READERS[type](view);
    return found && found.width > 0 && found.height > 0 ? found : undefined;
  } catch (error) {
    // The file ends before its own header does.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const READERS: Readonly<Record<ImageType, (bytes: Buffer) => Dimensions | undefined>> = {
  "image/png": (bytes) => ({ width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }),
  "image/gif": (bytes) => ({ width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }),
  "image/jpeg": jpegDimensions,
  "image/webp": webpDimensions,
};

function jpegDimensions(bytes: Buffer): Dimensions | undefined {
  for (let at = 2; bytes.readUInt8(at) === 0xff; ) {
    const marker = bytes.readUInt8(at + 1);
    if (marker === 0xff) at += 1;
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    } else at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

function webpDimensions(bytes: Buffer): Dimensions | undefined {
  switch (bytes.toString("latin1", 12, 16)) {
    case "VP8 ":
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    case "VP8L": {
      const bits = bytes.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
    }
    case "VP8X":
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}
