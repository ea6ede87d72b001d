import type { FixProposal } from "../../../../audit/fix.ts";
import type { ClassValue } from "../../../../project/imports/values.ts";
import type { Module, Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { referencesTo } from "../../../../python/references.ts";
import { removeImportedNames } from "../../../../python/rewrite/remove-imports.ts";
import { insertAfter } from "../../../../python/rewrite/statements.ts";
import { boundNames } from "../../../../python/scopes.ts";
import { contains } from "../../../../python/walk.ts";
import type { TextEdit } from "../../../../text/range.ts";
import { spellModule } from "../../../repair/modules/module-spelling.ts";
import { quoteNameIn } from "../../../repair/names/forward-reference.ts";

/**
 * Two modules of models need each other's classes as types of fields. The one that is asked too early names the class in
 * quotes, and the other completes it once both are there
 * (https://docs.pydantic.dev/latest/concepts/models/#rebuilding-model-schema). Null where anything but fields uses the name.
 */
export function completeModelsLater(
	project: Project,
	importer: Module,
	statement: ast.ImportFrom,
	alias: ast.Alias,
	source: Module,
): FixProposal | null {
	const name = alias.name.name;
	if (alias.asName !== null || !importer.tree.body.includes(statement)) return null;
	const quotes: TextEdit[] = [];
	const models = new Set<string>();
	for (const use of referencesTo(importer.tree, name)) {
		const owner = importer.tree.body.find((each): each is ast.ClassDef => each.type === "ClassDef" && contains(each, use.start));
		const field = owner?.body.find(
			(each): each is ast.AnnAssign => each.type === "AnnAssign" && contains(each.annotation, use.start),
		);
		if (owner === undefined || field === undefined || !isPlainModel(project, importer, owner)) return null;
		models.add(owner.name.name);
		if (importer.tree.futures.has("annotations")) continue;
		const edit = quoteNameIn(importer, field.annotation, use.start);
		if (edit === null) return null;
		if (!quotes.some((other) => other.range.start === edit.range.start)) quotes.push(edit);
	}
	const last = source.tree.body.at(-1);
	if (models.size === 0 || last === undefined) return null;
	const isOld = project.environment.distributions.get("pydantic")?.version.startsWith("1.") === true;
	const known = boundNames(source.tree.body);
	const spelling = spellModule(source, importer.name, statement.level > 0);
	const fresh = [...models].filter((model) => !known.has(model));
	const lines = [
		...(fresh.length > 0 ? [`from ${spelling} import ${fresh.join(", ")}  # noqa: E402`, ""] : []),
		...[...models].map((model) => (isOld ? `${model}.update_forward_refs(${name}=${name})` : `${model}.model_rebuild()`)),
	];
	const list = [...models].join(", ");
	return {
		title: `Complete ${list} when ${name} is there`,
		explanation: `${list} names ${name} in quotes, and ${source.name}, which defines it, completes ${list} at its end.`,
		applicability: "review",
		edits: [...removeImportedNames(importer, [alias]), ...quotes, insertAfter(source, last, `\n\n${lines.join("\n")}`)],
		needs: [{ path: importer.path, module: ".".repeat(statement.level) + statement.module, name, typeOnly: true }],
	};
}

/** A model of pydantic, or of SQLModel without a table: their fields may be completed after the class statement. */
function isPlainModel(project: Project, module: Module, node: ast.ClassDef): boolean {
	const found = project.trace.classes.find(({ value }) => value.node === node && value.module.path === module.path);
	return found !== undefined && !isTable(node) && isModel(found.value);
}

function isModel(value: ClassValue): boolean {
	return value.bases.some(
		(base) =>
			(base.kind === "class" && isModel(base)) ||
			(base.kind === "external" && /^(pydantic\..*\.?BaseModel|pydantic\.BaseModel|sqlmodel\..*SQLModel)$/.test(base.canonical)),
	);
}

function isTable(node: ast.ClassDef): boolean {
	return node.keywords.some((keyword) => keyword.name?.name === "table");
}
