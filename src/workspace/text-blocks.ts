import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import type { TextBlocks } from "../environment/package-files.ts";

/**
 * A header and texts that are compressed one by one, so that reading one costs nothing for the others. Layout: the number of
 * texts and the packed sizes of all, 32 bits little-endian each, then all of them packed with brotli (RFC 7932), header first.
 * `quality` is brotli's, 0 to 11.
 */
export function packBlocks(header: string, texts: readonly string[], quality: number): Buffer {
	const packed = [header, ...texts].map((text) =>
		brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_LGWIN]: 22 } }),
	);
	const sizes = Buffer.alloc(4 * packed.length + 4);
	[packed.length, ...packed.map((bytes) => bytes.length)].forEach((size, index) => {
		sizes.writeUInt32LE(size, 4 * index);
	});
	return Buffer.concat([sizes, ...packed]);
}

/** Opens what {@link packBlocks} made. Throws what node:zlib and Buffer throw where the bytes are something else. */
export function openBlocks(bytes: Buffer): TextBlocks {
	const count = bytes.readUInt32LE(0);
	const ends: number[] = [4 * count + 4];
	for (let index = 0; index < count; index++) ends.push((ends[index] ?? 0) + bytes.readUInt32LE(4 * index + 4));
	const unpack = (index: number) => brotliDecompressSync(bytes.subarray(ends[index], ends[index + 1])).toString("utf8");
	return { header: unpack(0), read: (index) => unpack(index + 1) };
}
