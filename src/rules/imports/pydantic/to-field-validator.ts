import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { walk } from "../../../python/walk.ts";
import type { TextEdit, TextRange } from "../../../text/range.ts";
import { enclosing } from "./enclosing-node.ts";

/**
 * `@validator("x", pre=True) def check(cls, v, values, field)` becomes `@field_validator("x", mode="before") def check(cls, v, info)`, with
 * `info.data` for `values` and `info.field_name` for `field.name`; undefined where the body uses more of the field than its name.
 */
export function fieldValidator(module: Module, range: TextRange): FixProposal | undefined {
	const method = enclosing(module, range, "FunctionDef");
	const decorator = method?.decorators.find((each) => each.type === "Call" && isValidator(each.callee));
	if (!method || decorator?.type !== "Call") return undefined;
	const head = decoratorEdits(module, decorator);
	const [cls, value, ...rest] = method.parameters;
	const last = rest.at(-1);
	if (head === null || !cls || !value || !last || rest.some((each) => each.kind === "var-positional")) return undefined;
	const body = bodyEdits(module, method, rest);
	if (body === null) return undefined;
	const values = value.kind === "keyword-only" ? null : value;
	if (values === null) return undefined;
	return {
		title: "Use field_validator",
		explanation: "field_validator hands the other values and the name of the field over as info.",
		applicability: "safe",
		edits: [...head, replaceText(module, value.end, last.end, body.usesInfo ? `, ${body.name}` : ""), ...body.edits],
		needs: [{ path: module.path, module: "pydantic", name: "field_validator" }],
	};
}

/** `@field_validator("x") def check(cls, v, values, field)`, as `@validator` had it, becomes `def check(cls, v, info)`. */
export function infoInstead(module: Module, range: TextRange, mode: string): FixProposal | undefined {
	const method = enclosing(module, range, "FunctionDef");
	const [, value, ...others] = method?.parameters ?? [];
	const before = mode === "wrap" ? others[0] : value;
	const rest = mode === "wrap" ? others.slice(1) : others;
	const last = rest.at(-1);
	const isOld = rest.every(({ kind, name }) => kind !== "var-positional" && /^(values|field|config|kwargs)$/.test(name.name));
	const body = method === null || method === undefined || !isOld ? null : bodyEdits(module, method, rest);
	if (before === undefined || last === undefined || body === null) return undefined;
	return {
		title: body.usesInfo ? "Take info in the place of the rest" : "Leave the unused parameters out",
		explanation: "field_validator hands the other values and the name of the field over as info, and nothing more.",
		applicability: "safe",
		edits: [replaceText(module, before.end, last.end, body.usesInfo ? `, ${body.name}` : ""), ...body.edits],
	};
}

function isValidator(callee: ast.Expression): boolean {
	return callee.type === "Name" && callee.id === "validator";
}

/** The decorator renamed; null where it has an argument that field_validator cannot take. */
function decoratorEdits(module: Module, decorator: ast.Call): readonly TextEdit[] | null {
	const edits = [replaceText(module, decorator.callee.start, decorator.callee.end, "field_validator")];
	const kept: string[] = decorator.args.map((each) => module.text.slice(each.start, each.end));
	for (const keyword of decorator.keywords) {
		const name = keyword.name?.name;
		const isTrue = keyword.value.type === "Constant" && keyword.value.value === true;
		if (name === "pre") {
			if (isTrue) kept.push('mode="before"');
		} else if (name === "check_fields") kept.push(module.text.slice(keyword.start, keyword.end));
		// `always` also ran for defaults and `each_item` for the parts: neither has a counterpart here.
		else if (name !== "allow_reuse") return null;
	}
	const { start, end } = decorator.argumentsRange;
	const isUnchanged = decorator.keywords.every((keyword) => keyword.name?.name === "check_fields");
	return isUnchanged ? edits : [...edits, replaceText(module, start, end, `(${kept.join(", ")})`)];
}

interface Body {
	readonly edits: readonly TextEdit[];
	readonly usesInfo: boolean;
	/** What the parameter for all of it is called. */
	readonly name: string;
}

function bodyEdits(module: Module, method: ast.FunctionDef, parameters: readonly ast.Parameter[]): Body | null {
	const names = parameters.map((each) => each.name.name);
	const own = parameters.find((each) => !["values", "field", "config", "kwargs"].includes(each.name.name));
	// A parameter of another name was meant as info already, where it is the only one.
	if (own !== undefined && parameters.length > 1) return null;
	if (own !== undefined) return { edits: [], usesInfo: true, name: module.text.slice(own.start, own.end) };
	const edits: TextEdit[] = [];
	const renamedFields = new Set<ast.Node>();
	let isConvertible = true;
	for (const statement of method.body) {
		walk(statement, (node) => {
			if (node.type === "Attribute" && node.value.type === "Name" && node.value.id === "field" && names.includes("field")) {
				if (node.attribute.name !== "name") isConvertible = false;
				renamedFields.add(node.value);
				edits.push(replaceText(module, node.start, node.end, "info.field_name"));
			} else if (node.type === "Name" && names.includes(node.id) && !renamedFields.has(node)) {
				if (node.id === "values") edits.push(replaceText(module, node.start, node.end, "info.data"));
				else if (node.id === "config") edits.push(replaceText(module, node.start, node.end, "info.config"));
				else isConvertible = false;
			}
			return true;
		});
	}
	return isConvertible ? { edits, usesInfo: edits.length > 0, name: "info" } : null;
}
