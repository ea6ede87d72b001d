import type { Environment } from "../../environment/environment.ts";
import { vanishedModule } from "../../environment/vanished-modules.ts";
import type { Addition } from "./requirement-style.ts";

/**
 * How a package is declared anew: from the version that is installed upwards, or without a version where none is. Where newer
 * releases of it lack the module that it is needed for, only the older ones are asked for.
 */
export function packageAddition(
	distribution: string,
	extras: readonly string[],
	environment: Environment,
	module: string | null = null,
): Addition {
	const known = environment.distributions.get(distribution);
	const name = known?.name ?? distribution;
	const vanished = module === null ? null : vanishedModule(module);
	if (vanished?.distribution === distribution)
		return { name, extras, floor: null, exact: null, specifier: `<${vanished.from.replace(/(?:\.0)+$/, "")}` };
	const version = environment.kind === "interpreter" ? (known?.version ?? null) : null;
	return { name, extras, floor: version, exact: version };
}
