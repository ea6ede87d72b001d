import type { FixProposal } from "../../audit/fix.ts";
import { type Description, defineRule } from "../../audit/rule.ts";
import { isAnotherAuthors } from "../../project/manifests/mistaken-names.ts";
import type { Project } from "../../project/project.ts";
import { removeImportedNames } from "../../python/rewrite/remove-imports.ts";
import { spellModule } from "../repair/modules/module-spelling.ts";
import { isImportedElsewhere, isNameUsed } from "../repair/names/name-users.ts";
import { packageLackingFor } from "../repair/packages/passed-on-names.ts";
import { failureAt, failuresOf, importedNameAt } from "../repair/trial/import-failures.ts";
import { moveImport } from "./repair/cycles/move-import.ts";
import { findRemedies, type Remedy } from "./repair/names/name-remedies.ts";
import { renameImport } from "./repair/names/rename-import.ts";
import { shadowsExternal } from "./usage/shadowing.ts";

interface Evidence {
	readonly name: string;
	/** The module asked, by its absolute name. */
	readonly source: string;
	readonly isExternal: boolean;
	/** `sqlmodel 0.0.50`, where the source is of an installed distribution. */
	readonly distribution: string | null;
	readonly remedies: readonly Remedy[];
	readonly error: string;
	readonly stage: "import" | "startup";
	readonly order: number;
}

export default defineRule<Evidence>({
	name: "unknown-import-symbol",
	category: "IMPORT",
	summary: "A name is imported from a module that does not have it",
	story:
		"The name was moved, renamed, removed in the installed version or never there. Python stops at the import statement, and the server does not come up.",
	references: ["https://docs.python.org/3/reference/simple_stmts.html#the-import-statement"],
	example: {
		before: {
			"main.py":
				'from fastapi import FastAPI\n\nfrom models import Item\n\napp = FastAPI()\n\n\n@app.get("/")\ndef read() -> Item:\n    return Item()\n',
			"models/__init__.py": "",
			"models/item.py": 'from pydantic import BaseModel\n\n\nclass Item(BaseModel):\n    name: str = "item"\n',
		},
		after: {
			"main.py":
				'from fastapi import FastAPI\n\nfrom models.item import Item\n\napp = FastAPI()\n\n\n@app.get("/")\ndef read() -> Item:\n    return Item()\n',
			"models/__init__.py": "",
			"models/item.py": 'from pydantic import BaseModel\n\n\nclass Item(BaseModel):\n    name: str = "item"\n',
		},
	},

	*detect(project) {
		for (const failure of failuresOf(project, "name-not-in-module")) {
			const { detail, module, range, error, stage, order } = failure;
			if (detail.cycle !== null || importedNameAt(failure) === null || shadowsExternal(project, detail.source)) continue;
			if (detail.external && isAnotherAuthors(detail.source, project)) continue;
			// Where an optional package is wanting, that is what there is to say.
			if (detail.external && packageLackingFor(project, detail.source, detail.name) !== null) continue;
			const evidence: Evidence = {
				name: detail.name,
				source: detail.source,
				isExternal: detail.external,
				distribution: detail.external ? distributionOf(project, detail.source) : null,
				remedies: findRemedies(project, failure),
				error,
				stage,
				order,
			};
			yield { subject: `${module.name}:${detail.source}.${detail.name}`, path: module.path, range, evidence };
		}
	},

	describe({ evidence }): Description {
		const { name, source, error, stage, order, remedies } = evidence;
		return {
			severity: "CRITICAL",
			stage,
			problem: `${name} is not in ${source}`,
			rootCause: rootCause(evidence),
			expectedError: error,
			order,
			manualSteps:
				remedies.length > 0 ? [] : [`Find out what took the place of ${name}, or define it in ${source}, and import that.`],
		};
	},

	fix(match, project) {
		const [first] = match.evidence.remedies;
		return first ? proposalOf(match.path, match.range.start, match.evidence, first, project) : undefined;
	},

	alternatives(match, project) {
		return match.evidence.remedies
			.slice(1, 4)
			.flatMap((remedy) => proposalOf(match.path, match.range.start, match.evidence, remedy, project) ?? []);
	},
});

function distributionOf(project: Project, source: string): string | null {
	const found = project.environment.findModule(source);
	if (found.found !== "present" || found.module.distribution === null) return null;
	const distribution = project.environment.distributions.get(found.module.distribution);
	return distribution ? `${distribution.name} ${distribution.version}` : null;
}

function rootCause({ name, source, isExternal, distribution, remedies }: Evidence): string {
	const where = distribution === null ? source : `${source} (${distribution})`;
	const fact = isExternal ? `${where} has no name ${name}.` : `When ${source} has run to its end, it has no name ${name}.`;
	const [first] = remedies;
	if (first === undefined) return fact;
	switch (first.type) {
		case "move":
			return `${fact} It comes from ${first.module}.`;
		case "rename":
			return `${fact} It has ${first.to}.`;
		case "drop":
			return `${fact} Nothing in this file uses it.`;
		case "change":
			return fact;
	}
}

function proposalOf(path: string, start: number, evidence: Evidence, remedy: Remedy, project: Project): FixProposal | undefined {
	const failure = failureAt(project, "name-not-in-module", path, start);
	const found = failure && importedNameAt(failure);
	if (!failure || !found) return undefined;
	const { statement, alias } = found;
	const { module } = failure;
	const { name, source } = evidence;
	switch (remedy.type) {
		case "move": {
			const spelling = remedy.isOwn ? spellModule(module, remedy.module, statement.level > 0) : remedy.module;
			return {
				title: `Import ${name} from ${spelling}`,
				explanation: `${name} is in ${remedy.module}, not in ${source}.`,
				applicability: remedy.isCertain ? "safe" : "review",
				...moveImport(module, statement, alias, spelling),
			};
		}
		case "rename": {
			const keepsOldName = isImportedElsewhere(project, module, alias.asName?.name ?? name);
			return {
				title: `Import ${remedy.to} instead of ${name}`,
				explanation: `${source} has ${remedy.to}, which is the name meant by ${name}.`,
				applicability: remedy.isCertain ? "safe" : "review",
				edits: renameImport(module, statement, alias, remedy.to, keepsOldName),
			};
		}
		case "change":
			return remedy.proposal;
		case "drop":
			if (isNameUsed(module, alias.asName?.name ?? name)) return undefined;
			return {
				title: `Remove the import of ${name}`,
				explanation: `${source} has no ${name}, and nothing uses it here.`,
				applicability: "review",
				edits: removeImportedNames(module, [alias]),
			};
	}
}
