import type { FixProposal } from "../../../audit/fix.ts";
import type { ClassValue } from "../../../project/imports/values.ts";
import { lookUpName, type NameScope } from "../../../project/models/name-scope.ts";
import { isPydanticModel } from "../../../project/models/pydantic-schema.ts";
import { tableKind } from "../../../project/models/table-class.ts";
import { valueOfName } from "../../../project/models/type-form.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { walk } from "../../../python/walk.ts";
import { bringsNoFailure } from "../../repair/trial/trial.ts";

/** What a model is for: what a route answers, what it takes to make something new, or to change it. */
export type Purpose = "answer" | "creation" | "change";

const taken = ["Create", "In", "Input", "Request", "New", "Schema", "", "Base"];

/** What people call their models beside the name of what is stored, the likeliest first. */
const endings: Readonly<Record<Purpose, readonly string[]>> = {
	answer: ["Read", "Out", "Response", "Public", "Output", "Schema", "Detail", "DTO", "", "InDB", "Base"],
	creation: taken,
	change: ["Update", "Patch", "Edit", ...taken],
};

/**
 * `response_model=models.User` → `response_model=schemas.UserRead`: the pydantic model that the project has for what a table stores.
 * Undefined where it has none of such a name, or where an import of it would close a circle.
 */
export function schemaOfTable(
	annotation: ast.Expression,
	scope: NameScope,
	purpose: Purpose,
	project: Project,
): FixProposal | undefined {
	const use = tableNamedIn(annotation, scope);
	const model = use === null ? null : modelFor(use.table, purpose, project);
	if (use === null || model === null) return undefined;
	const { module } = scope;
	const name = model.node.name.name;
	const here = wayTo(model, scope, annotation.start);
	if (here === null) return undefined;
	const written = here === "import" ? name : here;
	const found: FixProposal = {
		title: `Write ${written} instead of ${module.text.slice(use.node.start, use.node.end)}`,
		explanation: `${use.table.node.name.name} is a table, which FastAPI cannot read or describe; ${name} is the project's model for it. It names the fields that are let through.`,
		applicability: "review",
		edits: [replaceText(module, use.node.start, use.node.end, written)],
		needs: here === "import" ? [{ path: module.path, module: model.module.name, name }] : [],
	};
	return here === "import" && !bringsNoFailure(project, found) ? undefined : found;
}

interface TableUse {
	readonly node: ast.Expression;
	readonly table: ClassValue;
}

/** The table class that a type names, if it is one: `list[models.User]`. */
function tableNamedIn(annotation: ast.Expression, scope: NameScope): TableUse | null {
	const uses: TableUse[] = [];
	walk(annotation, (node) => {
		if (node.type !== "Name" && node.type !== "Attribute") return true;
		const value = valueOfName(node, scope);
		if (value?.kind !== "class" || tableKind(value) !== "declarative") return true;
		uses.push({ node, table: value });
		return false;
	});
	const [only, ...others] = uses;
	return only !== undefined && others.length === 0 ? only : null;
}

function modelFor(table: ClassValue, purpose: Purpose, project: Project): ClassValue | null {
	const models = project.trace.classes
		.map(({ value }) => value)
		.filter((value) => isPydanticModel(value) === true && value.module.tree.body.includes(value.node));
	const stems = stemsOf(table.node.name.name);
	for (const ending of endings[purpose])
		for (const stem of stems) {
			const found = models.filter(({ node }) => node.name.name === `${stem}${ending}` || node.name.name === `${ending}${stem}`);
			const [only, ...others] = new Set(found);
			if (only !== undefined && others.length === 0) return only;
		}
	return null;
}

/** `DBCity`, `CityModel` and `Cities` store a `City`. */
function stemsOf(name: string): readonly string[] {
	const bare = name.replace(/^(DB|Db|ORM|Orm|SQL|Sql)(?=[A-Z])/, "").replace(/(Model|ORM|Orm|DB|Db|Table|Entity)$/, "");
	const singular = /ies$/.test(bare) ? `${bare.slice(0, -3)}y` : bare.replace(/s$/, "");
	return [...new Set([name, bare, singular])].filter((stem) => stem !== "");
}

/** How a scope names a model: its name, `schemas.UserRead`, or `import` where an import has to bring it; null where it cannot be had. */
function wayTo({ module, node }: ClassValue, scope: NameScope, before: number): string | null {
	const name = node.name.name;
	if (module === scope.module) return node.start < before ? name : null;
	const bound = lookUpName(scope, name);
	if (bound !== "unbound") return bound.value.kind === "class" && bound.value.node === node ? name : null;
	for (const namespace of scope.namespaces)
		for (const [alias, { value }] of namespace.names)
			if (value.kind === "module" && value.module === module) return `${alias}.${name}`;
	return "import";
}
