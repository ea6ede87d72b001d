import type { Environment } from "../../environment/environment.ts";
import type { Addition } from "./requirement-style.ts";

/** How a package is declared anew: from the version that is installed upwards, or without a version where none is. */
export function packageAddition(distribution: string, extras: readonly string[], environment: Environment): Addition {
	const known = environment.distributions.get(distribution);
	const version = environment.kind === "interpreter" ? (known?.version ?? null) : null;
	return { name: known?.name ?? distribution, extras, floor: version, exact: version };
}
