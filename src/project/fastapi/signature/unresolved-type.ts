import { versionSatisfies } from "../../../environment/pep440.ts";
import type { NameScope } from "../../models/name-scope.ts";
import { isVersionOne } from "../../models/pydantic-schema.ts";
import type { Project } from "../../project.ts";
import type { Operation } from "../routes/routes.ts";

/**
 * Where the names of an endpoint's signature are looked up when its decorator registers it: what its module binds further down is not there
 * yet. For a function that is registered in another way the scope stays as it is.
 */
export function scopeAtRegistration({ call, endpoint }: Operation, scope: NameScope): NameScope {
	if (endpoint.kind !== "function" || endpoint.module !== call.module || call.stage !== "import") return scope;
	const { node } = endpoint;
	const isPlain =
		node.type === "FunctionDef" &&
		call.module.tree.body.includes(node) &&
		node.decorators.some((each) => each.start <= call.node.start && call.node.end <= each.end);
	return isPlain ? { ...scope, before: call.node.start } : scope;
}

/**
 * What Python prints for a name that is only known to type checkers: pydantic asks for it when the route is registered, and from
 * 2.10 on only when the schema is asked for, where it is null. Undefined where the version is not known.
 */
export function unresolvedError({ environment }: Project, name: string): string | null | undefined {
	const version = environment.distributions.get("pydantic")?.version;
	if (version === undefined) return undefined;
	if (isVersionOne(environment)) return `NameError: name '${name}' is not defined`;
	return versionSatisfies(version, "<2.10") ? `pydantic.errors.PydanticUndefinedAnnotation: name '${name}' is not defined` : null;
}
