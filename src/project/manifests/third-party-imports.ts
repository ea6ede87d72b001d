import { type Environment, normalizeName } from "../../environment/environment.ts";
import { isSharedPackage, sharedPartOf } from "../../environment/namespace-packages.ts";
import type * as ast from "../../python/ast.ts";
import { walk } from "../../python/walk.ts";
import type { TextRange } from "../../text/range.ts";
import type { Module, Project } from "../project.ts";

/** An import statement that asks for something outside the project and the standard library. */
export interface ThirdPartyImport {
	/** Dotted as written: `jose.jwt`. */
	readonly name: string;
	readonly module: Module;
	/** Covers the dotted name. */
	readonly range: TextRange;
	/** Inside a function: it runs when the function is called. */
	readonly deferred: boolean;
	/** Inside a `try`, an `if` or another block that may keep it from running or from failing. */
	readonly conditional: boolean;
}

/** Third-party imports of every Python file of the project, in the order of the text. */
export function listThirdPartyImports(project: Project): ThirdPartyImport[] {
	const own = new Set([...project.modules.keys()].map((name) => name.split(".")[0] ?? name));
	const isThirdParty = (name: string): boolean => {
		const top = name.split(".")[0] ?? name;
		return top !== "" && !own.has(top) && !project.environment.isStdlib(top);
	};
	return [...project.modules.values()].flatMap((module) => importsOf(module).filter(({ name }) => isThirdParty(name)));
}

function importsOf(module: Module): ThirdPartyImport[] {
	const imports: ThirdPartyImport[] = [];
	const visitBlock = (block: object, deferred: boolean, conditional: boolean): void => {
		walk(block, (node) => {
			if (!("type" in node) || node === block) return undefined;
			switch (node.type) {
				case "FunctionDef":
				case "Lambda":
					if (!deferred) visitBlock(node, true, conditional);
					return deferred ? undefined : false;
				case "If":
				case "Try":
				case "While":
				case "For":
				case "With":
				case "Match":
					if (!conditional) visitBlock(node, deferred, true);
					return conditional ? undefined : false;
				case "Import":
					for (const { name } of node.names) {
						imports.push({ name: name.name, module, range: { start: name.start, end: name.end }, deferred, conditional });
					}
					return false;
				case "ImportFrom":
					if (node.level === 0) {
						const { start, end } = node.moduleRange;
						for (const name of namesAskedFor(node)) imports.push({ name, module, range: { start, end }, deferred, conditional });
					}
					return false;
				default:
					return undefined;
			}
		});
	};
	visitBlock(module.tree, false, false);
	return imports;
}

/** `from google.cloud import storage` asks for `google.cloud.storage`: the shared package alone is nobody's. */
function namesAskedFor({ module, names }: ast.ImportFrom): string[] {
	const isShared = isSharedPackage(module.split(".")[0] ?? module) && sharedPartOf(module) === null;
	return isShared && names.length > 0 ? names.map(({ name }) => `${module}.${name.name}`) : [module];
}

/**
 * Distributions (PEP 503 names) that provide a dotted module, best first. What is installed here decides; of a package
 * that many share (`google`) only the known parts tell.
 */
export function distributionsOf(dotted: string, environment: Environment): readonly string[] {
	const top = dotted.split(".")[0] ?? dotted;
	if (isSharedPackage(top)) {
		const providers = sharedPartOf(dotted)?.distributions ?? [];
		return providers.toSorted((a, b) => Number(environment.distributions.has(b)) - Number(environment.distributions.has(a)));
	}
	const found = environment.findModule(dotted);
	const known = environment.distributionsFor(top);
	if (found.found !== "present" || found.module.distribution === null) return known;
	// Two that bring one package write into the same folder, and either of them is enough.
	const others = known.filter((name) => environment.distributions.get(name)?.topLevel.includes(top));
	return [...new Set([normalizeName(found.module.distribution), ...others])];
}

/** The part of a dotted module that one distribution brings as a whole: its top-level package, or its part of a shared one. */
export function packageOf(dotted: string): string {
	return sharedPartOf(dotted)?.part ?? dotted.split(".")[0] ?? dotted;
}
