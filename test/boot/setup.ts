import { findPools, preparePool } from "../../scripts/boot/environments.ts";
import build from "../journeys/support/build.ts";

/** Builds the program, and the package pools side by side, before the first test; from nothing the pools take a minute or two. */
export default async function setup(): Promise<void> {
	build();
	await Promise.all([...(await findPools())].map((pool) => preparePool(pool)));
}
