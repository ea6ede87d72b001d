import { defineRule } from "../../audit/rule.ts";
import { isApplication } from "../../project/fastapi/application.ts";
import { findMeantTarget } from "../../project/fastapi/meant-target.ts";
import type { Binding, Value } from "../../project/imports/values.ts";
import type { Project, Target } from "../../project/project.ts";
import { findTargetRemedies, spellTarget, writtenTarget } from "./repair/target-remedies.ts";

interface Evidence {
	readonly target: Target;
	readonly error: string;
	/** What is there and was likely meant, or null. */
	readonly meant: Target | null;
	readonly moduleExists: boolean;
}

const example = (name: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	Procfile: `web: uvicorn main:${name}\n`,
	"main.py": "from fastapi import FastAPI\n\nserver = FastAPI()\n",
});

export default defineRule<Evidence>({
	name: "missing-application",
	category: "ENTRYPOINT",
	summary: "The start command names an application that is not there",
	story:
		"uvicorn is told to start module:attribute, and there is no such module or the module binds no such name: it prints one line and exits.",
	references: ["https://www.uvicorn.org/settings/#application"],
	example: { before: example("app"), after: example("server") },

	*detect(project) {
		const { target } = project;
		if (target === null) return;
		const run = project.trace.runs.get(target.module);
		if (run === undefined) {
			const file = `${target.module.replace(/\./g, "/")}.py`;
			if (project.modules.has(target.module) || project.unreadable.some(({ path }) => path.endsWith(file))) return;
			yield matchOf(project, target, importError(project, target.module), false);
			return;
		}
		const { names, dynamic } = run.namespace;
		const first = target.attribute.split(".")[0] ?? target.attribute;
		const { lacks } = project.trace.served;
		if (lacks !== null) {
			yield matchOf(project, target, notFound(target), true, applicationIn(target, lacks.owner));
			return;
		}
		if (names.has(first) || dynamic || names.has("__getattr__") || run.module.tree.errors.length > 0) return;
		yield matchOf(project, target, notFound(target), true);
	},

	describe({ evidence }, project) {
		const { target, error, meant, moduleExists } = evidence;
		const isMended = findTargetRemedies(project, target, meant).length > 0;
		return {
			severity: "CRITICAL",
			stage: "import",
			problem: `${spellTarget(target)} (${target.evidence}) names nothing`,
			rootCause: `${causeOf(target, meant, moduleExists)}${meant === null ? "" : ` ${spellTarget(meant)} is there.`}`,
			expectedError: error,
			order: moduleExists ? afterImports(project) : 0,
			manualSteps: isMended
				? []
				: [
						meant === null
							? "Name the module and the attribute that hold the application."
							: `Start it with: uvicorn ${spellTarget(meant)}${meant.factory ? " --factory" : ""}`,
					],
		};
	},

	fix({ evidence }, project) {
		return findTargetRemedies(project, evidence.target, evidence.meant)[0];
	},

	alternatives({ evidence }, project) {
		return findTargetRemedies(project, evidence.target, evidence.meant).slice(1);
	},
});

/** The server asks for the application when its module has been imported. */
function afterImports({ trace }: Project): number {
	const orders = [...trace.failures, ...trace.calls].filter(({ stage }) => stage === "import").map(({ order }) => order);
	return orders.reduce((latest, order) => Math.max(latest, order), 0) + 0.5;
}

function causeOf(target: Target, meant: Target | null, moduleExists: boolean): string {
	if (!moduleExists) {
		if (/[/\\]|\.py$/.test(target.module)) return "A target names a module with dots, not a file with slashes or an ending.";
		return "No module of that name can be imported from the folder that the server starts in.";
	}
	return meant === null
		? "The module binds no application under any name."
		: meant.module === target.module
			? `The module ${meant.factory ? "makes" : "binds"} its application ${meant.factory ? "in" : "as"} ${meant.attribute}.`
			: "The package itself binds no application.";
}

function notFound({ module, attribute }: Target): string {
	return `Error loading ASGI app. Attribute "${attribute}" not found in module "${module}".`;
}

/** The one application that an object or a class holds, where a path such as `container.app` asks it for another one. */
function applicationIn(target: Target, owner: Value): Target | null {
	const held: readonly (readonly [string, Value])[] =
		owner.kind === "instance"
			? [...owner.attributes]
			: owner.kind === "class"
				? [...owner.namespace.names].map(([name, { value }]) => [name, value])
				: [];
	const [only, ...others] = held.filter(([, value]) => isApplication(value));
	const path = target.attribute.split(".").slice(0, -1).join(".");
	return only === undefined || others.length > 0 ? null : { ...target, attribute: `${path}.${only[0]}` };
}

function matchOf(project: Project, target: Target, error: string, moduleExists: boolean, held: Target | null = null) {
	const meant = held ?? findMeantTarget(project.modules, target) ?? applicationBound(project, target);
	const written = writtenTarget(project, target);
	const place = written ?? { path: placeOf(project, target, meant), range: { start: 0, end: 0 } };
	return { subject: spellTarget(target), ...place, evidence: { target, error, meant, moduleExists } };
}

/**
 * The application that start-up builds, under the one name that it has: in the target's module whatever it is called, elsewhere as the target
 * calls it.
 */
function applicationBound(project: Project, target: Target): Target | null {
	const inside = applicationsIn(project, target.module);
	const [own] = inside;
	if (own !== undefined) return inside.length === 1 ? { ...target, attribute: own, factory: false } : null;
	const elsewhere = [...project.trace.runs.keys()].filter(
		(name) => !/(^|\.)(tests?|conftest|examples?)(\.|$)/.test(name) && applicationsIn(project, name).includes(target.attribute),
	);
	const [only, ...others] = elsewhere;
	return only === undefined || others.length > 0 ? null : { ...target, module: only, factory: false };
}

function applicationsIn(project: Project, module: string): readonly string[] {
	const names = project.trace.runs.get(module)?.namespace.names ?? new Map<string, Binding>();
	const bound = [...names].filter(([, { value, maybe }]) => !maybe && isApplication(value));
	// An application that is imported is likelier to be mounted in the module's own one.
	const made = bound.filter(([, { node }]) => node !== null && "type" in node && node.type === "Assign");
	return (made.length > 0 ? made : bound).map(([name]) => name);
}

/** A file to point at where none says the target: the module in question, or else what declares the project. */
function placeOf(project: Project, target: Target, meant: Target | null): string {
	const module = project.modules.get(target.module) ?? (meant && project.modules.get(meant.module));
	const declared = project.manifests[0]?.path ?? [...project.files.keys()].find((path) => path.startsWith(project.backend));
	return module?.path ?? declared ?? "";
}

/** uvicorn hides the reason where the very module is missing, and shows Python's own line where only a parent is. */
function importError(project: Project, module: string): string {
	const hidden = `Error loading ASGI app. Could not import module "${module}".`;
	let parent: string | null = null;
	for (const part of module.split(".")) {
		const name: string = parent === null ? part : `${parent}.${part}`;
		if (name === module) return hidden;
		const own = project.modules.get(name);
		const isFolder = [...project.modules.keys()].some((each) => each.startsWith(`${name}.`));
		if (own === undefined && !isFolder) return `ModuleNotFoundError: No module named '${name}'`;
		parent = name;
		if (own === undefined || own.isPackage) continue;
		const inside = module
			.split(".")
			.slice(0, name.split(".").length + 1)
			.join(".");
		return inside === module ? hidden : `ModuleNotFoundError: No module named '${inside}'; '${name}' is not a package`;
	}
	return hidden;
}
