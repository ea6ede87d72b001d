import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import type { NameNotDefined } from "../../project/imports/trace.ts";
import type { Module, Project } from "../../project/project.ts";
import { referencesTo } from "../../python/references.ts";
import { importsOf } from "../../python/rewrite/remove-imports.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { insertBefore } from "../../python/rewrite/statements.ts";
import { boundNames } from "../../python/scopes.ts";
import { spellModule } from "../repair/modules/module-spelling.ts";
import { moveAhead, quoteAnnotation, topStatementAt } from "../repair/names/forward-reference.ts";
import { importAtRuntime } from "../repair/names/typing-import.ts";
import { failuresOf } from "../repair/trial/import-failures.ts";
import { isMeantByImport } from "./repair/names/name-remedies.ts";
import { findNameRemedies, type NameRemedy } from "./repair/names/undefined-name-remedies.ts";

interface Evidence {
	readonly name: string;
	readonly place: NameNotDefined["place"];
	readonly remedies: readonly NameRemedy[];
	readonly error: string;
	readonly stage: "import" | "startup";
	readonly order: number;
}

const places: Readonly<Record<NameNotDefined["place"], string>> = {
	statement: "a statement of the module, which runs when it is imported",
	decorator: "a decorator, which runs when the module is imported",
	default: "a default value, which is evaluated when the function is defined",
	annotation: "an annotation, which this Python evaluates when the function or class is defined",
	base: "the bases of a class, which are evaluated when it is defined",
	"class-body": "a class body, which runs when the module is imported",
	"called-code": "a function that start-up calls",
};

const model = (imports: string) =>
	`from fastapi import FastAPI\n${imports}\napp = FastAPI()\n\n\nclass Item(BaseModel):\n    name: str\n`;

const requirements = "fastapi\npydantic>=2\nuvicorn\n";

export default defineRule<Evidence>({
	name: "undefined-name",
	category: "IMPORT",
	summary: "Start-up uses a name that nothing defines or imports",
	story:
		"The import was forgotten, or the name is misspelt. The code runs when the server starts, so the server does not come up.",
	references: ["https://docs.python.org/3/reference/executionmodel.html#resolution-of-names"],
	example: {
		before: { "requirements.txt": requirements, "main.py": model("") },
		after: { "requirements.txt": requirements, "main.py": model("from pydantic import BaseModel\n") },
	},

	*detect(project) {
		const seen = new Set<string>();
		for (const failure of failuresOf(project, "name-not-defined")) {
			const { detail, module, range, error, stage, order } = failure;
			const subject = `${module.name}:${detail.name}`;
			if (seen.has(subject)) continue;
			seen.add(subject);
			if (isMeantByImport(project, module, detail.name)) continue;
			const { name, place } = detail;
			const evidence: Evidence = { name, place, remedies: findNameRemedies(project, failure), error, stage, order };
			yield { subject, path: module.path, range, evidence };
		}
	},

	describe({ evidence }) {
		const { name, place, error, stage, order, remedies } = evidence;
		return {
			severity: "CRITICAL",
			stage,
			problem: `${name} is not defined`,
			rootCause: `It is used in ${places[place]}. ${causeOf(name, remedies[0])}`,
			expectedError: error,
			order,
			manualSteps: remedies.length > 0 ? [] : [`Define ${name} before this line, or import it from the module that has it.`],
		};
	},

	fix({ path, range, evidence }, project) {
		return proposals(project, path, range.start, evidence).next().value ?? undefined;
	},

	alternatives({ path, range, evidence }, project) {
		return [...proposals(project, path, range.start, evidence)].slice(1, 4);
	},
});

function causeOf(name: string, remedy: NameRemedy | undefined): string {
	switch (remedy?.type) {
		case "import":
			return remedy.source.module === ""
				? `It is the module ${name}, which this file does not import.`
				: `${remedy.source.module} has it, and this file does not import it.`;
		case "unguard":
			return "It is imported for type checkers only, under TYPE_CHECKING.";
		case "rename":
			return `The file knows ${remedy.to}, spelt otherwise.`;
		case "define-earlier":
		case "quote":
			return "It is defined further down in the same file, which has not run yet.";
		default:
			return "Nothing in this file binds it before that.";
	}
}

function* proposals(project: Project, path: string, offset: number, evidence: Evidence): Generator<FixProposal, undefined> {
	const module = project.modulesByPath.get(path);
	for (const remedy of module ? evidence.remedies : []) {
		const proposal = module && proposalOf(module, offset, evidence.name, remedy);
		if (proposal) yield proposal;
	}
	return undefined;
}

function proposalOf(module: Module, offset: number, name: string, remedy: NameRemedy): FixProposal | undefined {
	switch (remedy.type) {
		case "import": {
			const { source } = remedy;
			const isRelative = source.isOwn && source.module !== "" && usesRelativeImports(module);
			const spelling = source.isOwn ? spellModule(module, source.module, isRelative) : source.module;
			const user = topStatementAt(module.tree, offset);
			// Where the file binds the name on a way it did not take, an import of its own stands ahead of the use.
			const isAhead = spelling !== "" && user !== null && boundNames(module.tree.body).has(name);
			return {
				title: spelling === "" ? `Import ${name}` : `Import ${name} from ${spelling}`,
				explanation:
					spelling === ""
						? `${name} is a module; the file uses it and never imports it.`
						: `${source.module} has ${name}; the file uses it and never imports it.`,
				applicability: source.isCertain ? "safe" : "review",
				edits: isAhead ? [insertBefore(module, user, `from ${spelling} import ${name}\n\n`)] : [],
				needs: isAhead ? [] : [{ path: module.path, module: spelling, name }],
			};
		}
		case "unguard":
			return {
				title: `Import ${name} at run time`,
				explanation: `${name} is needed when the module runs; under TYPE_CHECKING it exists for type checkers only.`,
				applicability: "safe",
				...importAtRuntime(module, remedy.statement, remedy.alias),
			};
		case "rename":
			return {
				title: `Write ${remedy.to} instead of ${name}`,
				explanation: remedy.isSpelling
					? `In Python ${name} is written ${remedy.to}.`
					: `${remedy.to} is the name in sight that ${name} is nearest to.`,
				applicability: remedy.isCertain ? "safe" : "review",
				edits: renameEverywhere(module, offset, name, remedy.to),
			};
		case "define-earlier": {
			const edits = moveAhead(module, remedy.definition, remedy.user);
			return edits === null
				? undefined
				: {
						title: `Define ${name} before it is used`,
						explanation: `Moves the definition of ${name} in front of the first statement that needs it.`,
						applicability: "safe",
						edits,
					};
		}
		case "change":
			return remedy.proposal;
		case "quote": {
			const edits = quoteAnnotation(module, offset);
			return edits === null
				? undefined
				: {
						title: `Quote the annotation that names ${name}`,
						explanation: `A quoted annotation is looked up later, when ${name} is defined.`,
						applicability: "safe",
						edits,
					};
		}
	}
}

function usesRelativeImports(module: Module): boolean {
	return importsOf(module.tree).some((statement) => statement.type === "ImportFrom" && statement.level > 0);
}

function renameEverywhere(module: Module, offset: number, name: string, to: string): FixProposal["edits"] {
	const uses = referencesTo(module.tree, name);
	const places = uses.some((use) => use.start === offset) ? uses : [{ start: offset, end: offset + name.length }];
	return places.map((use) => replaceText(module, use.start, use.end, to));
}
