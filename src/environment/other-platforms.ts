import data from "../../data/other-platforms.json" with { type: "json" };

/** A package that can be installed on Windows or macOS alone; tried on Linux, see scripts/other-platforms. */
export interface OtherPlatform {
	/** `sys.platform` of the machines that get it: `win32`, `darwin`. */
	readonly platform: string;
	/** The release that Linux gets where no version is asked for, an empty or an old one; null where it gets none. */
	readonly here: string | null;
	/** Is it built here before it is refused? Else nothing is found for this platform. */
	readonly isBuilt: boolean;
}

const packages: Readonly<Record<string, OtherPlatform>> = data.packages;

/** What is known of a distribution (PEP 503 name) that Linux cannot install; null for every other. */
export function otherPlatform(distribution: string): OtherPlatform | null {
	return Object.hasOwn(packages, distribution) ? (packages[distribution] ?? null) : null;
}
