import { pools, preparePool } from "../../scripts/boot/environments.ts";

/** Builds the package pools, side by side, before the first test; from nothing that takes a minute or two. */
export default async function setup(): Promise<void> {
	await Promise.all(pools.map((pool) => preparePool(pool)));
}
