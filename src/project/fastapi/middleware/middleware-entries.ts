import { versionSatisfies } from "../../../environment/pep440.ts";
import type * as ast from "../../../python/ast.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import type { Value } from "../../imports/values.ts";
import type { Module, Project } from "../../project.ts";
import { servedApplication } from "../application.ts";
import { writtenValue } from "../written-value.ts";
import { isMiddlewareEntry } from "./middleware.ts";

/** Something in `FastAPI(middleware=…)` that is no `Middleware(…)`. */
export interface WrongEntry {
	/** `bare`: the class itself; `tuple`: the class with its options; `single`: one `Middleware(…)` without the list around it. */
	readonly shape: "bare" | "tuple" | "single";
	/** What stands there: the item, or all of the argument. */
	readonly node: ast.Expression;
	readonly module: Module;
	/** The line that Python prints for the first request. */
	readonly error: string;
	readonly order: number;
}

/**
 * What Starlette cannot unpack when it builds the middleware of the served application: it takes class, arguments and keywords from each
 * entry, and before 0.35 class and keywords (starlette/applications.py).
 */
export function wrongMiddlewareEntries(project: Project): readonly WrongEntry[] {
	const application = servedApplication(project);
	const given = application?.keywords.get("middleware");
	const version = project.environment.distributions.get("starlette")?.version;
	if (application === null || given === undefined || version === undefined) return [];
	const parts = versionSatisfies(version, ">=0.35") === true ? 3 : 2;
	const found = writtenValue(project, application.module, findKeyword(application.node, "middleware")?.value ?? null, given);
	if (found === null) return [];
	const { node, module } = found;
	const common = { module, order: application.order };
	if (given.kind === "instance" && isMiddlewareEntry(given.of)) {
		// Iterated over, the object gives its own parts; the keywords are the last of them.
		const count = given.call?.keywords.size ?? 0;
		return [{ ...common, shape: "single", node, error: unpackError(parts, count) }];
	}
	if (given.kind !== "sequence" || node.type !== "Sequence" || node.items.length !== given.items.length) return [];
	return node.items.flatMap((item, index) => {
		const fault = entryFault(given.items[index], parts);
		return fault === null || item.type === "Starred" ? [] : [{ ...common, node: item, ...fault }];
	});
}

function entryFault(value: Value | undefined, parts: number): Pick<WrongEntry, "shape" | "error"> | null {
	if (value?.kind === "class" || (value?.kind === "external" && value.entry?.kind === "class"))
		return { shape: "bare", error: "TypeError: cannot unpack non-iterable type object" };
	if (value?.kind !== "sequence" || !value.complete || value.items.length === parts) return null;
	return { shape: "tuple", error: unpackError(parts, value.items.length) };
}

function unpackError(parts: number, count: number): string {
	return count < parts
		? `ValueError: not enough values to unpack (expected ${parts}, got ${count})`
		: `ValueError: too many values to unpack (expected ${parts})`;
}
