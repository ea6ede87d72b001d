import { isApplication } from "../project/fastapi/application.ts";
import { routeModelOf } from "../project/fastapi/routes/routes.ts";
import type { Application, Project } from "../project/project.ts";
import type { OtherApplicationRow } from "./audit-report.ts";

/** No more than these are listed; a repository of examples may hold hundreds. */
const mostListed = 50;

/**
 * The applications of the repository beside the audited one, the likeliest first. What is a part of that one is none of its own: an
 * application that it mounts, the function that makes it, and itself under another name.
 */
export function otherApplicationRows(project: Project): readonly OtherApplicationRow[] {
	return project.otherApplications
		.filter((application) => !isPart(project, application))
		.slice(0, mostListed)
		.map(({ path, backend, target: { module, attribute, factory } }) => ({
			path,
			backend,
			target: `${module}:${attribute}`,
			factory,
			command: `bootmend audit ${backend === "" ? "" : `${backend} `}--target ${module}:${attribute}${factory ? "()" : ""}`,
		}));
}

function isPart(project: Project, { path, target }: Application): boolean {
	const run = [...project.trace.runs.values()].find(({ module, reached }) => reached && module.path === path);
	if (run === undefined) return false;
	if (target.factory) return true;
	const value = run.namespace.names.get(target.attribute)?.value;
	if (value === project.trace.served.value || !isApplication(value)) return true;
	return routeModelOf(project).mounts.some(({ child }) => child?.value === value);
}
