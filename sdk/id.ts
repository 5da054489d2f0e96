const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * A new unique id: a UUID of version 7, so that ids sort by the time they were made. Unique, not secret: never a token. Loading
 * the platform's cryptography for it would cost a fortieth of a start.
 */
export function newId(): string {
  const now = Date.now();
  const random = () => Math.floor(Math.random() * 256);
  const bytes = [
    ...[40, 32, 24, 16, 8, 0].map((bits) => Math.floor(now / 2 ** bits) % 256),
    0x70 | (random() & 0x0f),
    random(),
    0x80 | (random() & 0x3f),
    ...Array.from({ length: 7 }, random),
  ];
  const hex = bytes.map((byte) => HEX[byte]).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
