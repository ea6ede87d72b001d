import type { Project } from "../../../project/project.ts";

/** Does an own module stand in the way of a standard or installed module of the same name? */
export function shadowsExternal(project: Project, name: string): boolean {
	const top = name.split(".")[0] ?? name;
	const own = project.trace.runs.get(top);
	if (own === undefined) return false;
	if (project.environment.isStdlib(top)) return true;
	return project.environment.findModule(top).found === "present";
}
