import type * as ast from "../../../python/ast.ts";
import { holdsName } from "../../../python/walk.ts";
import type { Module, Project } from "../../project.ts";

/** Code to be put in the place of an expression. */
export interface UrlEdit {
	readonly module: Module;
	readonly node: ast.Expression;
	readonly newCode: string;
}

/** URLs of settings fields in the place of texts. */
export interface UrlTexts {
	/** Are they made texts, with the slash that pydantic puts behind the host? */
	readonly isText: boolean;
	readonly edits: readonly UrlEdit[];
	/** Is nothing else in the list? */
	readonly isAll: boolean;
}

const urlTypes = ["AnyHttpUrl", "HttpUrl", "AnyUrl"];

/**
 * Reads a list of origins that come from settings fields of pydantic's URL types: `settings.ORIGINS`, `[str(each) for each in
 * settings.ORIGINS]`, `[str(settings.FRONTEND)]`, or a property that returns one of these. Null for every other expression, such as one
 * that takes the slash away.
 */
export function urlTexts(project: Project, module: Module, node: ast.Expression): UrlTexts | null {
	if (node.type === "Attribute") {
		if (isUrlField(project, node, "many")) return { isText: false, edits: [listOfTexts(module, node)], isAll: true };
		return ofProperty(project, node.attribute.name);
	}
	if (node.type === "Comprehension") return ofComprehension(project, module, node);
	if (node.type === "BinOp" && node.operator === "+")
		return both(urlTexts(project, module, node.left), urlTexts(project, module, node.right));
	if (node.type !== "Sequence") return null;
	const found = node.items.flatMap((item): { readonly isText: boolean; readonly edit: UrlEdit }[] => {
		const inner = textOfUrl(item);
		if (inner !== null) return isUrlField(project, inner, "one") ? [{ isText: true, edit: withoutSlash(module, item) }] : [];
		if (item.type === "Starred" || !isUrlField(project, item, "one")) return [];
		return [
			{ isText: false, edit: { module, node: item, newCode: `str(${module.text.slice(item.start, item.end)}).rstrip("/")` } },
		];
	});
	if (found.length === 0) return null;
	return {
		isText: found.every(({ isText }) => isText),
		edits: found.map(({ edit }) => edit),
		isAll: found.length === node.items.length,
	};
}

/** Two lists behind one another, where at least one has URLs. */
function both(left: UrlTexts | null, right: UrlTexts | null): UrlTexts | null {
	if (left === null || right === null) {
		const only = left ?? right;
		return only === null ? null : { ...only, isAll: false };
	}
	return { isText: left.isText && right.isText, edits: [...left.edits, ...right.edits], isAll: left.isAll && right.isAll };
}

function ofComprehension(project: Project, module: Module, node: ast.Comprehension): UrlTexts | null {
	const [clause, ...others] = node.clauses;
	const each = clause?.target;
	if (clause === undefined || others.length > 0 || each?.type !== "Name" || !isUrlField(project, clause.iterable, "many"))
		return null;
	const inner = textOfUrl(node.element);
	if (inner?.type !== "Name" || inner.id !== each.id) return null;
	return { isText: true, edits: [withoutSlash(module, node.element)], isAll: true };
}

/** The one expression that a property of a settings class returns. */
function ofProperty(project: Project, name: string): UrlTexts | null {
	for (const { settingsClass } of project.trace.settings) {
		for (const statement of settingsClass.node.body) {
			if (statement.type !== "FunctionDef" || statement.name.name !== name) continue;
			const last = statement.body.at(-1);
			if (last?.type !== "Return" || last.value === null || last.value.type === "Attribute") return null;
			return urlTexts(project, settingsClass.module, last.value);
		}
	}
	return null;
}

/** Is it an attribute that all settings classes which have it declare with a URL type, by itself or as a list's item? */
function isUrlField(project: Project, node: ast.Expression, count: "one" | "many"): boolean {
	if (node.type !== "Attribute") return false;
	const fields = project.trace.settings.flatMap((settings) =>
		settings.fields.filter(({ field }) => field.name === node.attribute.name),
	);
	return (
		fields.length > 0 &&
		fields.every(({ field: { node: written } }) => {
			const { annotation } = written;
			const isList = annotation.type === "Subscript" && /^(?:list|List|Sequence|set|tuple)$/i.test(nameOf(annotation.value));
			return (
				isList === (count === "many") && urlTypes.some((type) => holdsName(annotation, type)) && !holdsName(annotation, "str")
			);
		})
	);
}

function nameOf(node: ast.Expression): string {
	return node.type === "Name" ? node.id : node.type === "Attribute" ? node.attribute.name : "";
}

/** What `str(…)` makes a text. */
function textOfUrl(node: ast.Expression | ast.Starred): ast.Expression | null {
	if (node.type !== "Call" || node.callee.type !== "Name" || node.callee.id !== "str") return null;
	const [only, ...others] = node.args;
	return only === undefined || only.type === "Starred" || others.length > 0 ? null : only;
}

function withoutSlash(module: Module, node: ast.Expression | ast.Starred): UrlEdit {
	return { module, node: node as ast.Expression, newCode: `${module.text.slice(node.start, node.end)}.rstrip("/")` };
}

function listOfTexts(module: Module, node: ast.Expression): UrlEdit {
	return { module, node, newCode: `[str(origin).rstrip("/") for origin in ${module.text.slice(node.start, node.end)}]` };
}
