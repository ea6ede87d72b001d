import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import type { AttributeMissing } from "../../project/imports/trace.ts";
import { isAnotherAuthors } from "../../project/manifests/mistaken-names.ts";
import type { Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { insertAfter } from "../../python/rewrite/statements.ts";
import { boundNames } from "../../python/scopes.ts";
import { dottedName, walk } from "../../python/walk.ts";
import type { TextEdit } from "../../text/range.ts";
import { attributeAt } from "../repair/attributes/attribute-at.ts";
import { ownModules } from "../repair/modules/module-spelling.ts";
import { askForReleaseWith } from "../repair/packages/release-with-name.ts";
import { type FailureOf, failureAt, failuresOf } from "../repair/trial/import-failures.ts";
import { findAllEntry } from "./repair/attributes/all-entries.ts";
import { type AttributeRemedy, findAttributeRemedies } from "./repair/attributes/attribute-remedies.ts";
import { shadowsExternal } from "./usage/shadowing.ts";

interface Evidence {
	readonly owner: string;
	readonly name: string;
	readonly via: AttributeMissing["via"];
	readonly remedies: readonly AttributeRemedy[];
	readonly error: string;
	readonly stage: "import" | "startup";
	readonly order: number;
}

const main = (body: string) => `from fastapi import FastAPI\n\n${body}\n`;

export default defineRule<Evidence>({
	name: "missing-attribute",
	category: "IMPORT",
	summary: "Start-up reads an attribute that its owner does not have",
	story:
		"A submodule was never imported, the attribute is misspelt, or a newer version of the package has dropped it. The line runs when the server starts, so the server does not come up.",
	references: ["https://docs.python.org/3/reference/import.html#submodules", "https://www.starlette.io/release-notes/"],
	example: {
		before: {
			"main.py": main("import routes\n\napp = FastAPI()\napp.include_router(routes.items.router)"),
			"routes/__init__.py": "",
			"routes/items.py": "from fastapi import APIRouter\n\nrouter = APIRouter()\n",
		},
		after: {
			"main.py": main("import routes\nimport routes.items\n\napp = FastAPI()\napp.include_router(routes.items.router)"),
			"routes/__init__.py": "",
			"routes/items.py": "from fastapi import APIRouter\n\nrouter = APIRouter()\n",
		},
	},

	*detect(project) {
		const seen = new Set<string>();
		for (const failure of failuresOf(project, "attribute-missing")) {
			const { detail, module, range, error, stage, order } = failure;
			const { owner, name, via, cycle } = detail;
			const subject = `${module.name}:${owner}.${name}`;
			if (cycle !== null || seen.has(subject) || (via === "module" && shadowsExternal(project, owner))) continue;
			if (via === "module" && isAnotherAuthors(owner, project)) continue;
			seen.add(subject);
			const remedies = findAttributeRemedies(project, failure);
			yield { subject, path: module.path, range, evidence: { owner, name, via, remedies, error, stage, order } };
		}
	},

	describe({ evidence }) {
		const { owner, name, via, remedies, error, stage, order } = evidence;
		return {
			severity: "CRITICAL",
			stage,
			problem:
				via === "star-import" ? `__all__ of ${owner} lists ${name}, which it does not have` : `${owner} has no attribute ${name}`,
			rootCause: causeOf(evidence, remedies[0]),
			expectedError: error,
			order,
			manualSteps: remedies.length > 0 ? [] : [`Look up what took the place of ${name} in ${owner}, and use that.`],
		};
	},

	fix({ path, range, evidence }, project) {
		const failure = failureAt(project, "attribute-missing", path, range.start);
		const [first] = evidence.remedies;
		if (failure && first) return proposalOf(project, failure, first);
		// A class of a library stands with its module before it.
		const isOfLibrary = evidence.via === "module" || evidence.owner.includes(".");
		return (isOfLibrary ? askForReleaseWith(project, evidence.owner, evidence.name) : null) ?? undefined;
	},

	alternatives({ path, range, evidence }, project) {
		const failure = failureAt(project, "attribute-missing", path, range.start);
		return evidence.remedies.slice(1).flatMap((remedy) => (failure && proposalOf(project, failure, remedy)) ?? []);
	},
});

function causeOf({ owner, name, via }: Evidence, remedy: AttributeRemedy | undefined): string {
	switch (remedy?.type) {
		case "import-submodule":
			return `${remedy.submodule} is a module of its own, and becomes an attribute of ${owner} only once something imports it.`;
		case "through-router":
			return `The installed version has dropped ${name} from the application; its router still has it.`;
		case "part-entries":
			return "Between two of its strings a comma is missing, and Python joins them into one.";
		case "through-object":
			return `It is the module; its object ${remedy.object} has ${name}.`;
		case "drop-attribute":
			return `What stands before .${name} is the ${name} itself already.`;
		case "rename":
			return `It has ${remedy.to}.`;
		default:
			return via === "star-import"
				? `\`from ${owner} import *\` asks for every name that __all__ lists.`
				: `Nothing binds ${name} there.`;
	}
}

function proposalOf(project: Project, failure: FailureOf<"attribute-missing">, remedy: AttributeRemedy): FixProposal | undefined {
	const { owner, name, via } = failure.detail;
	switch (remedy.type) {
		case "import-submodule":
			return importSubmodule(project, failure, remedy.submodule);
		case "through-router": {
			const node = attributeAt(failure);
			const written = node && dottedName(node);
			if (!node || !written) return undefined;
			// The same fault may stand on several lines, as for start-up and shutdown.
			const places = sameReads(failure.module.tree, written);
			return {
				title: `Call ${name} on the application's router`,
				explanation: `The application no longer has ${name}; its router has, and does the same.`,
				applicability: "safe",
				edits: places.map((each) => replaceText(failure.module, each.value.end, each.value.end, ".router")),
			};
		}
		case "through-object": {
			const node = attributeAt(failure);
			const written = node && dottedName(node);
			if (!node || !written) return undefined;
			const places = sameReads(failure.module.tree, written);
			return {
				title: `Read ${name} from ${remedy.object}`,
				explanation: `${owner} is the module; its ${remedy.object} is the object that has ${name}.`,
				applicability: "review",
				edits: places.map((each) => replaceText(failure.module, each.value.end, each.value.end, `.${remedy.object}`)),
			};
		}
		case "drop-attribute":
			return dropAttribute(failure);
		case "change":
			return remedy.proposal;
		case "add-member":
			return addMember(project, remedy, name);
		case "rename": {
			const edits = via === "star-import" ? replaceEntry(project, owner, name, remedy.to) : renameAttribute(failure, remedy.to);
			return (
				edits && {
					title: `Write ${remedy.to} instead of ${name}`,
					explanation: `${owner} has ${remedy.to}, which ${name} is nearest to.`,
					applicability: remedy.isCertain ? "safe" : "review",
					edits,
				}
			);
		}
		case "part-entries":
		case "drop-entry": {
			const module = ownModules(project).get(owner);
			const entry = findAllEntry(module, name);
			if (!module || !entry) return undefined;
			const text = module.text.slice(entry.start, entry.end);
			return remedy.type === "part-entries"
				? {
						title: "Put the missing comma into __all__",
						explanation: "The comma makes two names of the one that does not exist.",
						applicability: "safe",
						edits: [replaceText(module, entry.start, entry.end, text.replace(/(["'])(\s*)(?=["'])/, "$1,$2"))],
					}
				: {
						title: `Take ${name} out of __all__`,
						explanation: `${owner} has no ${name} to export.`,
						applicability: "safe",
						edits: [replaceText(module, entry.start, behindComma(module.text, entry.end), "")],
					};
		}
	}
}

/** `users.router.router`: the second one asks the router for what it is. */
function dropAttribute(failure: FailureOf<"attribute-missing">): FixProposal | undefined {
	const { module, detail } = failure;
	const node = attributeAt(failure);
	const written = node && dottedName(node);
	if (!node || !written) return undefined;
	return {
		title: `Take the second .${detail.name} away`,
		explanation: `${written.slice(0, -detail.name.length - 1)} is the ${detail.name}; it has no ${detail.name} of its own.`,
		applicability: "safe",
		edits: sameReads(module.tree, written).map((each) => replaceText(module, each.value.end, each.end, "")),
	};
}

function addMember(
	project: Project,
	{ owner, path, value }: Extract<AttributeRemedy, { type: "add-member" }>,
	name: string,
): FixProposal | undefined {
	const module = project.modulesByPath.get(path);
	const last = owner.body.findLast((each): each is ast.Assign => each.type === "Assign");
	if (module === undefined || last === undefined) return undefined;
	const code = value === null ? module.text.slice(last.value.start, last.value.end) : JSON.stringify(value);
	return {
		title: `Add ${name} to ${owner.name.name}`,
		explanation: `${owner.name.name} has no ${name}. The other way is to use one of its members in the place of it.`,
		applicability: "review",
		edits: [insertAfter(module, last, `${name} = ${code}`)],
	};
}

/** Imports the submodule under the path by which the file reads it, or by itself where the file knows the package by a short name. */
function importSubmodule(project: Project, failure: FailureOf<"attribute-missing">, asked: string): FixProposal | undefined {
	const { module, detail } = failure;
	const node = attributeAt(failure);
	const written = node && dottedName(node);
	if (!node || written === null) return undefined;
	const submodule = written === asked ? deepestRead(project, module.tree, asked) : asked;
	const words = {
		title: `Import ${submodule}`,
		explanation: `Importing ${submodule} makes it an attribute of ${detail.owner}.`,
		applicability: "safe" as const,
	};
	if (written === asked) return { ...words, edits: [], needs: [{ path: module.path, module: "", name: submodule }] };
	if (boundNames(module.tree.body).has(detail.name)) return undefined;
	return {
		...words,
		edits: sameReads(module.tree, written).map((each) => replaceText(module, each.start, each.end, detail.name)),
		needs: [{ path: module.path, module: detail.owner, name: detail.name }],
	};
}

/** `xml.etree.ElementTree` where that is read: importing it imports what is above it. */
function deepestRead(project: Project, tree: ast.Module, submodule: string): string {
	let deepest = submodule;
	walk(tree, (node) => {
		const read = node.type === "Attribute" ? dottedName(node) : null;
		const isDeeper = read?.startsWith(`${deepest}.`) === true && !read.slice(deepest.length + 1).includes(".");
		if (read !== null && isDeeper && project.environment.findModule(read).found === "present") deepest = read;
	});
	return deepest;
}

function renameAttribute(failure: FailureOf<"attribute-missing">, to: string): readonly TextEdit[] | undefined {
	const node = attributeAt(failure);
	if (node === null) return undefined;
	const written = dottedName(node);
	const places = written === null ? [node] : sameReads(failure.module.tree, written);
	return places.map((each) => replaceText(failure.module, each.attribute.start, each.attribute.end, to));
}

/** Every place of a file that reads the same dotted name. */
function sameReads(tree: ast.Module, written: string): readonly ast.Attribute[] {
	const found: ast.Attribute[] = [];
	walk(tree, (node) => {
		if (node.type === "Attribute" && dottedName(node) === written) found.push(node);
	});
	return found;
}

function replaceEntry(project: Project, owner: string, name: string, to: string): readonly TextEdit[] | undefined {
	const module = ownModules(project).get(owner);
	const content = findAllEntry(module, name)?.content;
	return module && content ? [replaceText(module, content.start, content.end, to)] : undefined;
}

function behindComma(text: string, offset: number): number {
	return offset + (/^\s*,[ \t]*/.exec(text.slice(offset))?.[0].length ?? 0);
}
