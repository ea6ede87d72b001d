import { defineRule } from "../../audit/rule.ts";
import type { Module, Project } from "../../project/project.ts";
import { importsOf, removeImportedNames } from "../../python/rewrite/remove-imports.ts";
import { listUnusedImports, originOf } from "../repair/names/unused-names.ts";

interface Evidence {
	/** The name as the file would use it. */
	readonly local: string;
	/** `sqlalchemy.pool.NullPool`, dots of a relative import included. */
	readonly imported: string;
	readonly origin: "standard-library" | "installed" | "own";
	/** Is a whole module imported, whose import may be wanted for what it does? */
	readonly isModule: boolean;
}

export default defineRule<Evidence>({
	name: "unused-import",
	category: "IMPORT",
	summary: "A name is imported and never used",
	story:
		"It costs start-up time and tells the reader of a dependency that is not there; where the name goes away in a newer version of its package, the server stops for nothing.",
	references: [
		"https://docs.astral.sh/ruff/rules/unused-import/",
		"https://peps.python.org/pep-0008/#public-and-internal-interfaces",
	],
	example: {
		before: {
			"main.py":
				"import json\nfrom pathlib import Path, PurePath\n\nfrom fastapi import FastAPI\n\napp = FastAPI(title=Path(__file__).stem)\n",
		},
		after: {
			"main.py": "from pathlib import Path\n\nfrom fastapi import FastAPI\n\napp = FastAPI(title=Path(__file__).stem)\n",
		},
	},

	*detect(project) {
		const failing = failingPlaces(project);
		for (const module of project.modules.values()) {
			for (const { statement, alias, local } of listUnusedImports(project, module)) {
				if (failing.has(placeOf(module, statement.start)) || failing.has(placeOf(module, alias.start))) continue;
				const from = statement.type === "ImportFrom" ? `${".".repeat(statement.level)}${statement.module}` : "";
				const imported = from === "" || from.endsWith(".") ? from + alias.name.name : `${from}.${alias.name.name}`;
				yield {
					subject: `${module.name}:${local}`,
					path: module.path,
					range: { start: alias.start, end: alias.end },
					evidence: {
						local,
						imported,
						origin: originOf(project, module, statement, alias),
						isModule: statement.type === "Import",
					},
				};
			}
		}
	},

	describe({ evidence }) {
		return {
			severity: "MEDIUM",
			stage: "none",
			problem: `${evidence.local} is imported and never used`,
			rootCause: `Nothing in this file reads ${evidence.local}, and no other module imports it from here.`,
			unlessUsed: evidence.local,
		};
	},

	fix({ path, range, evidence }, project) {
		const module = project.modulesByPath.get(path);
		const alias =
			module &&
			importsOf(module.tree)
				.flatMap((one) => one.names)
				.find((one) => one.start === range.start);
		if (!module || !alias) return undefined;
		const mayDoSomething = evidence.origin === "own" || (evidence.isModule && evidence.origin === "installed");
		return {
			title: `Remove the unused import of ${evidence.local}`,
			explanation: mayDoSomething
				? `Nothing uses ${evidence.imported}. Make sure that it is not imported for what its module does when it is imported.`
				: `Nothing uses ${evidence.imported}; the program is the same without it.`,
			applicability: mayDoSomething ? "review" : "safe",
			edits: removeImportedNames(module, [alias]),
		};
	},
});

/** Imports that fail are another rule's: statements whose module is missing, and single names. */
function failingPlaces(project: Project): ReadonlySet<string> {
	const places = new Set<string>();
	for (const { detail, module, range, statement } of project.trace.failures) {
		if (detail.type === "name-not-in-module") places.add(placeOf(module, range.start));
		else if (statement) places.add(placeOf(module, statement.start));
	}
	return places;
}

function placeOf(module: Module, offset: number): string {
	return `${module.path}\0${offset}`;
}
