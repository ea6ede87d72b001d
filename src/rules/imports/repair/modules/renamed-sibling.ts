import type { FixProposal } from "../../../../audit/fix.ts";
import type { Module, Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { referencesTo } from "../../../../python/references.ts";
import { boundName } from "../../../../python/rewrite/names.ts";
import { importsOf } from "../../../../python/rewrite/remove-imports.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { boundNames } from "../../../../python/scopes.ts";
import { ownModules } from "../../../repair/modules/module-spelling.ts";
import { isNameUsed } from "../../../repair/names/name-users.ts";
import { isSameKind } from "../../../repair/names/similar-name.ts";

type Definition = ast.ClassDef | ast.FunctionDef;

/**
 * `class Account` in a module of which everybody else asks `User`, while nobody mentions Account: it was renamed in its own file
 * alone. Called as before, it is found by all. Null where it may be another of several, or where it is mentioned.
 */
export function callItAgain(project: Project, detail: { readonly source: string; readonly name: string }): FixProposal | null {
	const source = ownModules(project).get(detail.source);
	if (source === undefined || boundNames(source.tree.body).has(detail.name)) return null;
	const definition = unmentioned(project, source, source.tree.body, detail.name);
	if (definition === null) return null;
	const { name } = definition.name;
	const askers = wordsOf(project).get(detail.name)?.files ?? 0;
	const places = [definition.name, ...referencesTo(source.tree, name)];
	// In its own file, one that asks for it is enough.
	return askers < 2 && !mentions(source.text, detail.name)
		? null
		: {
				title: `Call ${name} ${detail.name} again`,
				explanation: `Nothing asks for ${name}, and ${askers === 1 ? "one file asks" : `${askers} files ask`} for ${detail.name}, which ${detail.source} no longer has: it was renamed in its own file alone.`,
				applicability: "review",
				edits: places.map((place) => replaceText(source, place.start, place.end, detail.name)),
			};
}

/** The only class or function of a body, of the kind that a name is spelt like, which nothing in the project mentions; null where there is none, or several. */
export function unmentioned(project: Project, source: Module, body: readonly ast.Statement[], wanted: string): Definition | null {
	const found = body.filter(
		(each): each is Definition =>
			(each.type === "ClassDef" || each.type === "FunctionDef") &&
			isSameKind(each.name.name, wanted) &&
			!each.name.name.startsWith("_") &&
			(each.type === "ClassDef" || each.decorators.length === 0) &&
			!isMentioned(project, source, each, each.name.name),
	);
	const [only] = found;
	return only !== undefined && found.length === 1 ? only : null;
}

/** Does any text of the project but the definition itself hold the name as a word? */
export function isMentioned(project: Project, source: Module, definition: ast.Node, name: string): boolean {
	return (wordsOf(project).get(name)?.count ?? 0) > mentions(source.text.slice(definition.start, definition.end), name);
}

/** How often a word stands in the files of the project, and in how many. */
interface Word {
	count: number;
	files: number;
}

const words = new WeakMap<Project, ReadonlyMap<string, Word>>();

/** All words of the project's own files, counted once: what is mentioned is asked for many names. */
function wordsOf(project: Project): ReadonlyMap<string, Word> {
	let known = words.get(project);
	if (known !== undefined) return known;
	const found = new Map<string, Word>();
	for (const module of new Set(ownModules(project).values())) {
		const here = new Set<string>();
		for (const [word] of module.text.matchAll(/[A-Za-z_]\w*/g)) {
			const counted = found.get(word) ?? { count: 0, files: 0 };
			counted.count++;
			if (!here.has(word)) counted.files++;
			here.add(word);
			found.set(word, counted);
		}
	}
	known = found;
	words.set(project, known);
	return known;
}

function mentions(text: string, name: string): number {
	if (!text.includes(name)) return 0;
	return text.match(new RegExp(`(?<!\\w)${name}(?!\\w)`, "g"))?.length ?? 0;
}

/** What a file imports of the project and never uses, of the kind that an undefined name is spelt like: the one thing it can have been renamed to. */
export function unusedImportOfKind(project: Project, module: Module, name: string): string | null {
	const found = importsOf(module.tree).flatMap((statement) =>
		statement.type === "ImportFrom" && !statement.star
			? statement.names.flatMap((alias) => {
					const local = boundName(statement, alias);
					const isOwn = statement.level > 0 || ownModules(project).has(statement.module);
					return isOwn && isSameKind(local, name) && !isNameUsed(module, local) ? [local] : [];
				})
			: [],
	);
	return found.length === 1 ? (found[0] ?? null) : null;
}
