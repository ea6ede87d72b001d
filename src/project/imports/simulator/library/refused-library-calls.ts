import { symbolEntry } from "../external.ts";
import type { CallArguments, Machine } from "../machine.ts";

/** What an `assert` of Starlette refuses though the arguments fit its signature: the line's exception and message; null where it accepts them. */
export function refusedByStarlette(
	machine: Machine,
	canonical: string,
	{ args, keywords, open }: CallArguments,
): { readonly exception: string; readonly message: string; readonly more?: undefined } | null {
	if (canonical !== "starlette.templating.Jinja2Templates" || open || args.length > 0) return null;
	const entry = symbolEntry(machine, canonical);
	const init = entry?.kind === "class" ? entry.members.__init__ : undefined;
	// Older versions have no `env`, and ask for the folder in their signature.
	const takesEither = init?.kind === "method" && init.signature.parameters.some(({ name }) => name === "env");
	return takesEither && !keywords.has("directory") && !keywords.has("env")
		? { exception: "AssertionError", message: "either 'directory' or 'env' arguments must be passed" }
		: null;
}
