/** Reads protobuf without knowing the message: fields by number. */

type Field = bigint | Buffer;

export function fieldsOf(message: Buffer): Map<number, Field[]> {
  const fields = new Map<number, Field[]>();
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw new Error("the message is cut off");
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = Number(varint());
    const number = tag >> 3;
    const all = fields.get(number) ?? [];
    fields.set(number, all);
    const type = tag & 7;
    if (type === 0) all.push(varint());
    else if (type === 1) {
      all.push(message.readBigUInt64LE(at));
      at += 8;
    } else if (type === 2) {
      const length = Number(varint());
      if (at + length > message.length) throw new Error("a field is cut off");
      all.push(message.subarray(at, at + length));
      at += length;
    } else if (type === 5) {
      all.push(BigInt(message.readUInt32LE(at)));
      at += 4;
    } else throw new Error(`wire type ${type} is not used by OTLP`);
  }
  return fields;
}

export function messagesAt(message: Buffer, number: number): Buffer[] {
  return (fieldsOf(message).get(number) ?? []) as Buffer[];
}

export function bytesAt(message: Buffer, number: number): Buffer {
  return messagesAt(message, number)[0] ?? Buffer.alloc(0);
}

export function textAt(message: Buffer, number: number): string {
  return bytesAt(message, number).toString("utf8");
}

export function numberAt(message: Buffer, number: number): bigint {
  return (fieldsOf(message).get(number)?.[0] ?? 0n) as bigint;
}

export function doubleAt(message: Buffer, number: number): number {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(numberAt(message, number));
  return bytes.readDoubleLE();
}
