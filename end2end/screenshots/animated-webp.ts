// Pictures as one that moves: an animated WebP, whose frames Chromium encodes. (https://developers.google.com/speed/webp/docs/riff_container)
import type { Page } from "@playwright/test";

export interface Frame {
  /** A picture as PNG; all have the same size. */
  png: Buffer;
  /** How long it is shown, in milliseconds. */
  shown: number;
}

/** Frames as an animated WebP that begins anew when it ends. `quality` is from 0 to 1. */
export async function animated(page: Page, frames: Frame[], quality: number): Promise<Buffer> {
  const encoded: Buffer[] = [];
  let size = { width: 0, height: 0 };
  for (const { png, shown } of frames) {
    const { webp, width, height } = await page.evaluate(encode, { png: png.toString("base64"), quality });
    size = { width, height };
    encoded.push(chunk("ANMF", Buffer.concat([three(0), three(0), three(width - 1), three(height - 1), three(shown), Buffer.from([2]), bitstream(Buffer.from(webp, "base64"))])));
  }
  const hasAnimation = 2;
  const head = chunk("VP8X", Buffer.concat([Buffer.from([hasAnimation, 0, 0, 0]), three(size.width - 1), three(size.height - 1)]));
  const forEver = chunk("ANIM", Buffer.from([255, 255, 255, 255, 0, 0]));
  return chunk("RIFF", Buffer.concat([Buffer.from("WEBP"), head, forEver, ...encoded]));
}

async function encode({ png, quality }: { png: string; quality: number }): Promise<{ webp: string; width: number; height: number }> {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const { width, height } = image;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d", { alpha: false })!.drawImage(image, 0, 0);
  return { webp: canvas.toDataURL("image/webp", quality).split(",")[1]!, width, height };
}

/** The part of a WebP file that is the picture itself. */
function bitstream(file: Buffer): Buffer {
  for (let at = 12; at < file.length; ) {
    const length = file.readUInt32LE(at + 4);
    const end = at + 8 + length + (length % 2);
    if (file.toString("latin1", at, at + 3) === "VP8" && file[at + 3] !== "X".charCodeAt(0)) return file.subarray(at, end);
    at = end;
  }
  throw new Error("a WebP file without a picture");
}

function chunk(name: string, content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(content.length);
  return Buffer.concat([Buffer.from(name), length, content, Buffer.alloc(content.length % 2)]);
}

function three(number: number): Buffer {
  const bytes = Buffer.alloc(3);
  bytes.writeUIntLE(number, 0, 3);
  return bytes;
}
