import type { Match } from "../../../audit/rule.ts";
import type { Operation } from "../../../project/fastapi/routes/routes.ts";
import type { ResponseFault } from "../../../project/fastapi/signature/response-faults.ts";
import { type Refused, signatureFaultsOf } from "../../../project/fastapi/signature/signature-faults.ts";
import type { Project } from "../../../project/project.ts";

/** What FastAPI refuses in the responses of routes, of the kinds that a rule is about. */
export function* refusedResponses(
	project: Project,
	isWanted: (fault: ResponseFault) => boolean,
): Generator<Match<Refused<ResponseFault>>> {
	for (const refused of signatureFaultsOf(project).responses) {
		const { fault } = refused;
		if (!isWanted(fault)) continue;
		const { call, node, operation, source } = fault;
		const name = call === operation.call ? routeName(operation) : "every route";
		yield {
			subject:
				source === null || fault.type === "body-forbidden"
					? `${call.module.name}:${name}`
					: `${call.module.name}:${name}:${source}`,
			path: call.module.path,
			range: { start: node.start, end: node.end },
			evidence: refused,
		};
	}
}

/** The name of the function that answers. */
export function routeName({ endpoint }: Operation): string {
	return endpoint.kind === "function" && endpoint.node.type === "FunctionDef" ? endpoint.node.name.name : "a route";
}
