import type { Module, Project } from "../../../project/project.ts";

/** How a file writes one of the project's modules after `from`: with dots where `relative` is asked and possible, else by its full name. */
export function spellModule(importer: Module, target: string, relative: boolean): string {
	if (!relative) return target;
	return relativeName(packageOf(importer), target) ?? target;
}

/** The package that relative imports of a module start from; `""` for a module at the top. */
export function packageOf(module: Module): string {
	if (module.isPackage) return module.name;
	const dot = module.name.lastIndexOf(".");
	return dot < 0 ? "" : module.name.slice(0, dot);
}

function relativeName(fromPackage: string, target: string): string | null {
	if (fromPackage === "") return null;
	const from = fromPackage.split(".");
	const to = target.split(".");
	let common = 0;
	while (common < from.length && common < to.length && from[common] === to[common]) common++;
	if (common === 0) return null;
	return ".".repeat(from.length - common + 1) + to.slice(common).join(".");
}

/** The names under which the running server knows the project's own modules; those it does not reach by their path below the backend. */
export function ownModules(project: Project): ReadonlyMap<string, Module> {
	let modules = listed.get(project);
	if (modules === undefined) {
		modules = listOwnModules(project);
		listed.set(project, modules);
	}
	return modules;
}

const listed = new WeakMap<Project, ReadonlyMap<string, Module>>();

function listOwnModules(project: Project): ReadonlyMap<string, Module> {
	const modules = new Map<string, Module>(project.modules);
	const running = new Map<string, string>();
	for (const run of project.trace.runs.values()) if (run.reached) running.set(run.module.path, run.module.name);
	for (const [name, module] of project.modules) {
		const known = running.get(module.path);
		if (known !== undefined && known !== name) modules.delete(name);
	}
	for (const run of project.trace.runs.values()) if (run.reached) modules.set(run.module.name, run.module);
	return modules;
}
