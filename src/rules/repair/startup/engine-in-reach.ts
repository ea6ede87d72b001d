import { listEngines } from "../../../project/database/engine-calls.ts";
import type { Call } from "../../../project/imports/trace.ts";
import type { Value } from "../../../project/imports/values.ts";
import type { Project } from "../../../project/project.ts";
import { importsOf } from "../../../python/rewrite/remove-imports.ts";
import { spellModule } from "../modules/module-spelling.ts";

/** The name under which a module can use an engine, with the import that this takes. */
export interface EngineName {
	readonly name: string;
	readonly needs: readonly { readonly path: string; readonly module: string; readonly name: string }[];
}

/** The only sync engine that is made before a call, by the name that the call's module or the engine's own has for it; null where there is none, or several. */
export function engineInReach(project: Project, { module, order }: Call): EngineName | null {
	const [engine, ...others] = listEngines(project).filter(({ call, isAsync }) => !isAsync && call.order < order && call.reached);
	if (engine === undefined || others.length > 0) return null;
	const own = nameIn(project, module.name, engine.call.result);
	if (own !== null) return { name: own, needs: [] };
	// Other modules that have the engine may be waiting for this one to be imported.
	const home = engine.call.module;
	const name = nameIn(project, home.name, engine.call.result);
	if (name === null) return null;
	const isRelative = importsOf(module.tree).some((each) => each.type === "ImportFrom" && each.level > 0);
	return { name, needs: [{ path: module.path, module: spellModule(module, home.name, isRelative), name }] };
}

function nameIn(project: Project, module: string, engine: Value): string | null {
	for (const [name, { value, maybe }] of project.trace.runs.get(module)?.namespace.names ?? [])
		if (!maybe && value === engine) return name;
	return null;
}
