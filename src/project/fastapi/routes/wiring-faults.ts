import { findInClass } from "../../imports/simulator/classes/class-members.ts";
import type { Call } from "../../imports/trace.ts";
import type { ClassValue, ConstantValue, Value } from "../../imports/values.ts";
import type { Project } from "../../project.ts";

/** A module that a container of dependency_injector is to wire, and that is not there. */
export interface WiringFault {
	/** The call that makes the container, or its `wire`: the named modules are imported there. */
	readonly call: Call;
	readonly named: ConstantValue & { readonly value: string };
	/** The line that Python prints: the module itself is missing, or a package above it. */
	readonly error: string;
}

/** Modules in wiring configurations that certainly cannot be imported (dependency_injector/wiring.py). */
export function wiringFaults(project: Project): readonly WiringFault[] {
	const found = new Map<string, WiringFault>();
	for (const call of project.trace.calls) {
		if (!call.reached || call.guarded || call.tried) continue;
		for (const named of wiredModules(call)) {
			const missing = missingModule(project, named.value);
			const key = `${call.module.path}:${named.value}`;
			if (missing === null || found.has(key)) continue;
			found.set(key, { call, named, error: `ModuleNotFoundError: No module named '${missing}'` });
		}
	}
	return [...found.values()];
}

/** Names of modules that making a container, or its `wire`, imports. */
function wiredModules({ callee, keywords, open }: Call): readonly (ConstantValue & { readonly value: string })[] {
	let given: ReadonlyMap<string, Value> = keywords;
	if (callee.kind === "class" && isContainer(callee)) {
		const config = findInClass(callee, "wiring_config")?.value;
		if (config?.kind !== "instance" || config.call === null || config.call.open) return [];
		given = config.call.keywords;
	} else if (!(callee.kind === "bound-method" && callee.name === "wire" && isContainerObject(callee.receiver)) || open) return [];
	if (given.has("from_package")) return [];
	return ["modules", "packages"].flatMap((name) => {
		const listed = given.get(name);
		return listed?.kind === "sequence" ? listed.items.filter(isName) : [];
	});
}

function isName(value: Value): value is ConstantValue & { readonly value: string } {
	return value.kind === "constant" && typeof value.value === "string" && /^[A-Za-z_][\w.]*$/.test(value.value);
}

function isContainerObject(value: Value): boolean {
	return value.kind === "instance" && value.of.kind === "class" && isContainer(value.of);
}

function isContainer(owner: ClassValue): boolean {
	return owner.bases.some((base) =>
		base.kind === "class"
			? isContainer(base)
			: base.kind === "external" && base.canonical === "dependency_injector.containers.DeclarativeContainer",
	);
}

/** The first package on the way to a module that is certainly not there; null where all are, or where we cannot tell. */
function missingModule(project: Project, name: string): string | null {
	const parts = name.split(".");
	const isOwn = [...project.modules.keys()].some((each) => each === parts[0] || each.startsWith(`${parts[0]}.`));
	for (let count = 1; count <= parts.length; count++) {
		const prefix = parts.slice(0, count).join(".");
		const isThere = project.modules.has(prefix) || [...project.modules.keys()].some((each) => each.startsWith(`${prefix}.`));
		if (isThere) continue;
		return isOwn || project.environment.findModule(prefix).found === "missing" ? prefix : null;
	}
	return null;
}
