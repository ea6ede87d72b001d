import { editDistance } from "../imports/nearest-module.ts";
import type { Project } from "../project.ts";
import { startUpRequirements } from "./declared.ts";
import type { Requirement } from "./manifest.ts";
import { findMistakenName } from "./mistaken-names.ts";

/**
 * The requirement that a slip of the keyboard made of the package that is needed: `python-dotevn`, where start-up imports `dotenv` and
 * nothing brings it. `wanted` are the packages (PEP 503 names) that would do; a name that anything is known of is no slip.
 */
export function findMisspelling(
	wanted: readonly string[],
	{ manifests, environment }: Project,
): { readonly requirement: Requirement; readonly meant: string } | null {
	for (const requirement of startUpRequirements(manifests)) {
		const { normalized, url, group, notation } = requirement;
		if (url !== null || group !== "" || notation === "command" || notation === "conda") continue;
		const meant = wanted.find((name) => isSlipOf(normalized, name));
		if (meant === undefined || findMistakenName(requirement) !== undefined) continue;
		if (environment.distributions.has(normalized) || environment.expected(normalized, "") !== null) continue;
		return { requirement, meant };
	}
	return null;
}

/** One slip in a word, two in a long one. Who adds a number means another package. */
function isSlipOf(written: string, name: string): boolean {
	const digits = (text: string): string => text.replace(/\D/g, "");
	if (written === name || Math.min(written.length, name.length) < 5 || digits(written) !== digits(name)) return false;
	const most = name.length >= 10 ? 2 : 1;
	return Math.abs(written.length - name.length) <= most && editDistance(written, name) <= most;
}
