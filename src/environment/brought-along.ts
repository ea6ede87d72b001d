import data from "../../data/brought-along.json" with { type: "json" };

const counts: Readonly<Record<string, readonly number[]>> = data.brought;

/**
 * How probable it is that a package of which nothing but its name is known brings another one along (both PEP 503 names): the share
 * of the packages that do, of all whose metadata was read, see scripts/brought-along.
 */
export function chanceToBring(unknown: string, other: string): number {
	const [all = 0, extensions = 0] = Object.hasOwn(counts, other) ? (counts[other] ?? []) : [];
	const share = all / data.packages;
	return /^(?:fastapi|starlette)-/.test(unknown) ? Math.max(share, extensions / data.extensions) : share;
}
