import { distributionsOf, packageOf } from "../../../project/manifests/third-party-imports.ts";
import type { Project } from "../../../project/project.ts";
import type { OptionalUse } from "./optional-use.ts";

/**
 * Names that a library passes on from an optional package where that one is installed, and does without where it is not:
 * `SQLAlchemyUserDatabase` of fastapi_users.db comes from fastapi-users-db-sqlalchemy.
 */
export function listPassedOnNames(project: Project): OptionalUse[] {
	return project.trace.failures.flatMap((failure) => {
		const { detail, module, range, stage, order, error } = failure;
		if (detail.type !== "name-not-in-module" || !detail.external) return [];
		const lacking = packageLackingFor(project, detail.source, detail.name);
		if (lacking === null) return [];
		const what = `${detail.name} of ${detail.source}`;
		return [{ ...lacking, extras: [], floor: null, what, module, range, stage, order, error }];
	});
}

/** The package that is not there and would bring a name of another package's module; null where no package is known to. */
export function packageLackingFor(
	{ environment }: Project,
	source: string,
	name: string,
): Pick<OptionalUse, "providers" | "importName"> | null {
	const found = environment.findModule(source);
	const looked = found.found === "present" ? found.module.lookup(name) : null;
	if (looked?.found !== "absent" || looked.lacking === undefined) return null;
	const providers = distributionsOf(packageOf(looked.lacking), environment);
	return providers.length === 0 ? null : { providers, importName: looked.lacking };
}
