import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { unknownPackageFor } from "../../project/manifests/unknown-packages.ts";
import type { Project } from "../../project/project.ts";
import { removeStatements } from "../../python/rewrite/statements.ts";
import { importOwner, replaceModule, splitImport } from "../repair/modules/replace-module.ts";
import { failuresOf } from "../repair/trial/import-failures.ts";
import { startsInsidePackage } from "./repair/modules/import-folder.ts";
import { findModuleRemedies } from "./repair/modules/module-remedies.ts";
import type { ModuleRemedy, UnresolvedImport } from "./repair/modules/module-remedy.ts";
import { shadowsExternal } from "./usage/shadowing.ts";

interface Evidence {
	/** The absolute name asked for; of a relative import that leads nowhere, what stands behind its dots. */
	readonly requested: string;
	readonly missing: string | null;
	/** Number of dots before it. */
	readonly level: number;
	readonly parentIsModule: boolean;
	readonly remedies: readonly ModuleRemedy[];
	readonly error: string;
	readonly stage: "import" | "startup";
	readonly order: number;
}

const route = "from fastapi import APIRouter\n\nrouter = APIRouter()\n";
const main = (module: string) =>
	`from fastapi import FastAPI\n\nfrom ${module} import router\n\napp = FastAPI()\napp.include_router(router)\n`;

export default defineRule<Evidence>({
	name: "unresolved-import",
	category: "IMPORT",
	summary: "An import names a module that is not there",
	story:
		"The file was moved, renamed or misspelt, the import starts from the wrong folder, or it has a dot too many or too few. Python stops at the import, and the server does not come up.",
	references: ["https://docs.python.org/3/reference/import.html", "https://www.uvicorn.org/settings/#application"],
	example: {
		before: { "main.py": main("app.routes.items"), "routes/__init__.py": "", "routes/items.py": route },
		after: { "main.py": main("routes.items"), "routes/__init__.py": "", "routes/items.py": route },
	},

	*detect(project) {
		const together = new Set<string>();
		for (const failure of unresolvedImports(project)) {
			if (isMendedTogether(project, failure, together)) continue;
			const { detail, module, range, error, stage, order } = failure;
			const { requested, level } = detail;
			const evidence: Evidence = {
				requested,
				missing: detail.type === "module-not-found" ? detail.missing : null,
				level,
				parentIsModule: detail.type === "module-not-found" && detail.parentIsModule,
				remedies: findModuleRemedies(project, failure),
				error,
				stage,
				order,
			};
			yield { subject: `${module.name}:${".".repeat(level)}${requested}`, path: module.path, range, evidence };
		}
	},

	describe({ evidence }, project) {
		const { requested, missing, remedies, error, stage, order } = evidence;
		const [first] = remedies;
		return {
			severity: "CRITICAL",
			stage,
			problem: missing === null ? "The relative import leads out of the package" : `There is no module ${missing}`,
			rootCause: rootCause(evidence, project),
			expectedError: error,
			order,
			manualSteps:
				first?.type === "change" && first.step !== null
					? [first.step]
					: first !== undefined && first.type !== "change"
						? []
						: [
								`Bring back the file of ${missing ?? requested} (git log --diff-filter=D --name-only shows deleted files), or take out the import and what uses it.`,
							],
		};
	},

	fix(match, project) {
		const [first] = match.evidence.remedies;
		return first && proposalAt(match.path, match.range.start, match.evidence, first, project);
	},

	alternatives(match, project) {
		return match.evidence.remedies
			.slice(1, 4)
			.flatMap((remedy) => proposalAt(match.path, match.range.start, match.evidence, remedy, project) ?? []);
	},
});

/** Where the server starts inside the package that its imports name, all of them fail for one reason, and the first one speaks for them. */
function isMendedTogether(project: Project, { detail }: UnresolvedImport, seen: Set<string>): boolean {
	if (detail.type !== "module-not-found" || detail.level > 0 || !startsInsidePackage(project, detail.missing)) return false;
	if (seen.has(detail.missing)) return true;
	seen.add(detail.missing);
	return false;
}

/** Imports of own modules, and of parts that an installed package does not have; packages that are missing as a whole are not our matter. */
function* unresolvedImports(project: Project): Generator<UnresolvedImport> {
	yield* failuresOf(project, "relative-beyond-top");
	for (const failure of failuresOf(project, "module-not-found")) {
		const { own, meant, missing, requested } = failure.detail;
		if (shadowsExternal(project, requested)) continue;
		// A part of a package that many share comes with a distribution of its own.
		if (missing.includes(".") && !own && project.environment.distributionsFor(missing).length > 0) continue;
		if (own || meant !== null || missing.includes(".")) yield failure;
		// A package that nobody is known to publish is no matter of dependencies: a file of the project's own that is not there.
		else if (unknownPackageFor(missing, project) !== null) continue;
		else if (project.environment.distributionsFor(missing).length === 0 || findModuleRemedies(project, failure).length > 0)
			yield failure;
	}
}

function rootCause({ requested, missing, level, parentIsModule, remedies }: Evidence, project: Project): string {
	const [first] = remedies;
	const from = project.backend === "" ? "the project's root" : `the folder ${project.backend}`;
	const facts: string[] = [];
	if (missing === null) {
		facts.push(
			`${level} ${level === 1 ? "dot is" : "dots are"} more than the packages above this file: Python knows it by its name as imported from ${from}.`,
		);
	} else if (parentIsModule) {
		facts.push(`${missing.slice(0, missing.lastIndexOf("."))} is a file, which can hold names but no modules.`);
	} else if (level > 0) {
		facts.push(`Its dots make it ${requested}, and no file of the project has that name.`);
	} else facts.push(`The server imports from ${from}, and nothing there is called ${missing}.`);
	if (first?.type === "module") facts.push(`What is asked for is in ${first.module}.`);
	if (first?.type === "attribute") facts.push(`${first.name} is a name of ${first.module}, not a module.`);
	if (missing !== null && startsInsidePackage(project, missing))
		facts.push(`The server starts inside the package ${missing} itself; what imports from it looks in the folder above.`);
	if (first?.type === "split") facts.push(`What is asked for is in several modules.`);
	if (first?.type === "drop") facts.push("Nothing uses what is imported from it.");
	return facts.join(" ");
}

function proposalAt(
	path: string,
	start: number,
	evidence: Evidence,
	remedy: ModuleRemedy,
	project: Project,
): FixProposal | undefined {
	for (const failure of unresolvedImports(project)) {
		if (failure.module.path === path && failure.range.start === start) return proposalOf(failure, evidence, remedy);
	}
	return undefined;
}

function proposalOf(failure: UnresolvedImport, evidence: Evidence, remedy: ModuleRemedy): FixProposal | undefined {
	const { module, statement, range } = failure;
	const { requested, missing } = evidence;
	switch (remedy.type) {
		case "module": {
			const edits = replaceModule(module, statement, range, requested, remedy.module, remedy.isOwn);
			if (edits === null) return undefined;
			return {
				title: `Import from ${remedy.module}`,
				explanation: `${remedy.module} is the module that has what this import asks of ${missing ?? requested}.`,
				applicability: remedy.isCertain ? "safe" : "review",
				edits,
			};
		}
		case "split":
			if (statement?.type !== "ImportFrom") return undefined;
			return {
				title: "Import each name from its own module",
				explanation: [...remedy.homes]
					.map(([name, home]) => (home === "" ? `${name} is a module.` : `${name} is in ${home}.`))
					.join(" "),
				applicability: "safe",
				edits: splitImport(module, statement, remedy.homes),
			};
		case "attribute": {
			const edits = importOwner(module, statement, range, remedy.module, remedy.name);
			return (
				edits && {
					title: `Import ${remedy.module}`,
					explanation: `${remedy.name} is a name of ${remedy.module}, not a module: only modules can be imported by a dotted name.`,
					applicability: "safe",
					edits,
				}
			);
		}
		case "change":
			return remedy.proposal;
		case "drop":
			if (statement?.type !== "ImportFrom") return undefined;
			return {
				title: `Remove the import from ${missing ?? requested}`,
				explanation: "The module is not there, and nothing uses what is imported from it.",
				applicability: "review",
				edits: removeStatements(module, [statement]),
			};
	}
}
