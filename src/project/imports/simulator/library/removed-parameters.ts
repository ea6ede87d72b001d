import { callablesOnRecord, removedParameter } from "../../../../environment/removed-names.ts";
import { failAt } from "../machine.ts";
import type { LibraryCall } from "./library-call.ts";

/** A call with a keyword that newer releases of a package take no more, where its code does not tell: `read_csv(error_bad_lines=False)`. */
export function failOnRemovedParameter({ machine, frame, canonical, args, node }: LibraryCall): void {
	const { environment } = machine;
	if (args.keywords.size === 0) return;
	const top = canonical.split(".")[0] ?? canonical;
	for (const callee of callablesOnRecord(top)) {
		if (callee !== canonical && environment.canonical(callee) !== canonical) continue;
		for (const keyword of args.keywords.keys()) {
			const removed = removedParameter(environment.distributions, callee, keyword);
			if (removed === null) continue;
			const name = callee.slice(callee.lastIndexOf(".") + 1);
			const shown = /^[A-Z]/.test(name) ? `${name}.__init__()` : `${name}()`;
			const [exception, message] = partsOf(removed.error) ?? [
				"TypeError",
				`${shown} got an unexpected keyword argument '${keyword}'`,
			];
			failAt(machine, frame, node, {
				detail: { type: "raises", exception, by: "call", keyword: { name: keyword, parameters: [] } },
				exception,
				message,
			});
			return;
		}
	}
}

function partsOf(line: string | undefined): readonly [string, string] | null {
	const parts = line === undefined ? null : /^([\w.]+)(?:: (.*))?$/.exec(line);
	return parts === null ? null : [parts[1] ?? "", parts[2] ?? ""];
}
