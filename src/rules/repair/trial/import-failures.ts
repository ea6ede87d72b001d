import type { Failure, FailureDetail } from "../../../project/imports/trace.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";

/** A failure of start-up whose detail is of one type. */
export interface FailureOf<Type extends FailureDetail["type"]> extends Failure {
	readonly detail: Extract<FailureDetail, { readonly type: Type }>;
}

/** The failures of one type in the order in which start-up meets them; a place that fails several times is named once. */
export function* failuresOf<Type extends FailureDetail["type"]>(
	project: Pick<Project, "trace">,
	type: Type,
): Generator<FailureOf<Type>> {
	const seen = new Set<string>();
	for (const failure of project.trace.failures) {
		if (!isOfType(failure, type)) continue;
		const key = `${failure.module.path}\0${failure.range.start}\0${failure.error}`;
		if (seen.has(key)) continue;
		seen.add(key);
		yield failure;
	}
}

function isOfType<Type extends FailureDetail["type"]>(failure: Failure, type: Type): failure is FailureOf<Type> {
	return failure.detail.type === type;
}

/** The failure that a rule saw at a place, found again for its words and its fix. */
export function failureAt<Type extends FailureDetail["type"]>(
	project: Project,
	type: Type,
	path: string,
	start: number,
): FailureOf<Type> | null {
	for (const failure of failuresOf(project, type)) {
		if (failure.module.path === path && failure.range.start === start) return failure;
	}
	return null;
}

/** The import statement of a failing from-import with the name that fails, or null where it failed elsewhere. */
export function importedNameAt(failure: Failure): { readonly statement: ast.ImportFrom; readonly alias: ast.Alias } | null {
	const { statement, range } = failure;
	if (statement?.type !== "ImportFrom") return null;
	const alias = statement.names.find((each) => each.start === range.start);
	return alias === undefined ? null : { statement, alias };
}
