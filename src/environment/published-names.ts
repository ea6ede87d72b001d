import { keptWith } from "./kept-data.ts";
import type { PackageFiles } from "./package-files.ts";

/** How many bits each name sets; with eight bits a name, one unpublished name in fifty is taken for a published one. */
const probes = 5;

/** A set of PEP 503 names as a Bloom filter (https://doi.org/10.1145/362686.362692): a name that it denies is not in it. */
export class NameFilter {
	/** `bits` may be changed by `add`. */
	constructor(readonly bits: Uint8Array) {}

	add(name: string): void {
		for (const bit of this.probe(name)) this.bits[bit >>> 3] = (this.bits[bit >>> 3] ?? 0) | (1 << (bit & 7));
	}

	has(name: string): boolean {
		return this.probe(name).every((bit) => ((this.bits[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0);
	}

	private probe(name: string): number[] {
		const size = this.bits.length * 8;
		if (size === 0) return [0];
		const first = hash(name, 0x811c9dc5);
		const step = hash(name, 0x9747b28c) | 1;
		return Array.from({ length: probes }, (_, index) => ((first + index * step) >>> 0) % size);
	}
}

/** Names that are published, and the day (ISO 8601) as of which they are all; null where the data are missing. */
interface PublishedNames {
	readonly asOf: string | null;
	readonly names: NameFilter;
}

/** Every name of the public index, see scripts/published-names. */
export function publishedNames(files: PackageFiles): PublishedNames {
	return keptWith(files, "published-names.txt", () => {
		const [asOf = "", bits] = (files.readData("published-names.txt") ?? "").split("\n");
		return { asOf: bits === undefined ? null : asOf, names: new NameFilter(Buffer.from(bits ?? "", "base64")) };
	});
}

/** FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), with its bits mixed once more as a name is short. */
function hash(text: string, seed: number): number {
	let value = seed;
	for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
	value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
	return (value ^ (value >>> 12)) >>> 0;
}
