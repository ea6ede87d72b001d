import type { FixProposal } from "../../../../audit/fix.ts";
import type { Module, Project, SourceFile } from "../../../../project/project.ts";
import { parseModule } from "../../../../python/parse.ts";
import { importsOf } from "../../../../python/rewrite/remove-imports.ts";
import { boundNames } from "../../../../python/scopes.ts";
import type { TextEdit } from "../../../../text/range.ts";

/**
 * `config.py` lies beside the package `config/`: the package wins, and the file is never imported. Puts what the file says into the
 * package, in front of what its `__init__.py` says, where the two define nothing of the same name.
 */
export function mergeTwinFile(project: Project, source: Module, name: string): FixProposal | null {
	if (!source.isPackage || source.tree.futures.size > 0) return null;
	const folder = source.path.slice(0, -"/__init__.py".length);
	const twin = project.files.get(`${folder}.py`);
	const brought = twin === undefined ? null : boundNames(parseModule(twin.text).body);
	if (twin === undefined || brought?.has(name) !== true) return null;
	const kept = source.tree.body.filter(({ type }) => type !== "ExpressionStatement");
	const defined = boundNames(kept.filter(({ type }) => type !== "Import" && type !== "ImportFrom"));
	if ([...defined].some((each) => brought.has(each))) return null;
	const rest = kept.length === 0 ? "" : `\n\n${source.text}`;
	return {
		title: `Move ${twin.path} into the package beside it`,
		explanation: `The package ${folder}/ hides the file ${twin.path}, which has ${name}: Python never reads it. Afterwards the file can be deleted.`,
		applicability: "review",
		edits: [{ path: source.path, range: { start: 0, end: source.text.length }, newText: `${oneLevelDeeper(twin)}${rest}` }],
	};
}

/** `schemas.py` lies beside the folder `schemas/`, which has no `__init__.py`: the file wins, and the modules of the folder cannot be reached. */
export function makeFolderPackage(project: Project, missing: string, parent: Module): FixProposal | null {
	const folder = parent.path.slice(0, -".py".length);
	const wanted = `${folder}/${missing.split(".").at(-1)}`;
	const isThere = project.files.has(`${wanted}.py`) || project.files.has(`${wanted}/__init__.py`);
	const twin = project.files.get(parent.path);
	if (parent.isPackage || !isThere || twin === undefined) return null;
	return {
		title: `Make ${folder} a package`,
		explanation: `${parent.path} hides the folder ${folder}/, which is no package. Its text becomes ${folder}/__init__.py, so that both can be imported; afterwards the file can be deleted.`,
		applicability: "review",
		edits: [{ path: `${folder}/__init__.py`, range: { start: 0, end: 0 }, newText: oneLevelDeeper(twin) }],
	};
}

const endings = /\.py(\.(txt|bak|example|sample|dist|template))?$/i;

/**
 * A file whose name no import statement can spell (`post-schemas.py`), or a pattern for one that is not delivered
 * (`config.example.py`): its text under the name that is asked for.
 */
export function copyUnderName(project: Project, missing: string, parentFolder: string): FixProposal | null {
	const name = missing.split(".").at(-1) ?? missing;
	const prefix = parentFolder === "" ? "" : `${parentFolder}/`;
	const plain = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
	const alike = [...project.files.values()].filter(({ path }) => {
		const rest = path.startsWith(prefix) ? path.slice(prefix.length) : "/";
		if (rest.includes("/") || !endings.test(rest)) return false;
		const stem = rest.replace(endings, "");
		return plain(stem) === plain(name) || plain(stem.replace(/[._-]?(example|sample|template|dist)$/i, "")) === plain(name);
	});
	const [file] = alike;
	if (file === undefined || alike.length > 1 || file.path === `${prefix}${name}.py`) return null;
	return {
		title: `Write ${file.path} under the name ${name}.py`,
		explanation: `No import can reach ${file.path} by its name. Look through the copy: values in a pattern are examples.`,
		applicability: "review",
		edits: [{ path: `${prefix}${name}.py`, range: { start: 0, end: 0 }, newText: file.text }],
	};
}

/** The text with a dot more before each relative import, as it has to be one folder further down. */
function oneLevelDeeper(file: SourceFile): string {
	const dots: TextEdit[] = [];
	for (const statement of importsOf(parseModule(file.text))) {
		if (statement.type === "ImportFrom" && statement.level > 0)
			dots.push({
				path: file.path,
				range: { start: statement.moduleRange.start, end: statement.moduleRange.start },
				newText: ".",
			});
	}
	return dots
		.toSorted((a, b) => b.range.start - a.range.start)
		.reduce((text, { range }) => `${text.slice(0, range.start)}.${text.slice(range.start)}`, file.text);
}
