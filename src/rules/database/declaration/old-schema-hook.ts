import type { ClassDefinition } from "../../../project/imports/trace.ts";
import type { ClassValue } from "../../../project/imports/values.ts";
import { lineageOf } from "../../../project/models/lineage.ts";
import { scopeOfClass } from "../../../project/models/name-scope.ts";
import { ownFields } from "../../../project/models/pydantic-model.ts";
import { isVersionOne } from "../../../project/models/pydantic-schema.ts";
import { readTypeForm, type TypeForm } from "../../../project/models/type-form.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { walk } from "../../../python/walk.ts";
import type { TextEdit } from "../../../text/range.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** A type of the project that describes itself with `__modify_schema__`, as pydantic 1 asked for: pydantic 2 refuses the models that use it. */
export function* oldSchemaHooks(project: Project, definition: ClassDefinition): Generator<ClassFault> {
	if (isVersionOne(project.environment)) return;
	for (const { annotation, owner, name, node } of ownFields(definition.value)) {
		const scope = annotation === null ? null : scopeOfClass(project, owner);
		const type = annotation === null || scope === null ? null : hookedType(readTypeForm(annotation, scope));
		if (type === null) continue;
		const className = type.node.name.name;
		yield {
			...raising(definition),
			subject: `${owner.module.name}:${owner.node.name.name}.${name}`,
			range: node,
			problem: `${owner.node.name.name}.${name} is a ${className}, whose __modify_schema__ pydantic 2 does not support`,
			rootCause: `pydantic 2 asks a type for __get_pydantic_json_schema__, and refuses to build a model with one that has only the method of pydantic 1.`,
			error: `pydantic.errors.PydanticUserError: The \`__modify_schema__\` method is not supported in Pydantic v2. Use \`__get_pydantic_json_schema__\` instead in class \`${className}\`.`,
			fixes: [
				{
					title: `Write ${className}'s schema as pydantic 2 asks for it`,
					explanation:
						"__get_pydantic_json_schema__ gives the same description, and the validators take the second argument that pydantic 2 hands them.",
					applicability: "review",
					edits: renewed(type),
				},
			],
		};
		return;
	}
}

/** The own class with the old method among those that a type mentions. */
function hookedType(form: TypeForm): ClassValue | null {
	const parts: readonly TypeForm[] =
		form.kind === "union"
			? form.members
			: form.kind === "annotated"
				? [form.type]
				: form.kind === "external" || form.kind === "class"
					? (form.args ?? [])
					: [];
	if (form.kind === "class" && isHooked(form.value)) return form.value;
	for (const part of parts) {
		const found = hookedType(part);
		if (found !== null) return found;
	}
	return null;
}

function isHooked(value: ClassValue): boolean {
	const has = (name: string) => lineageOf(value).own.some(({ namespace }) => namespace.names.has(name));
	const isOwn = value.namespace.names.get("__modify_schema__")?.value.kind === "function";
	return isOwn && !has("__get_pydantic_json_schema__") && !has("__get_pydantic_core_schema__");
}

function renewed({ module, node }: ClassValue): readonly TextEdit[] {
	const methods = node.body.filter((each) => each.type === "FunctionDef");
	const hook = methods.find(({ name }) => name.name === "__modify_schema__");
	const [self] = hook?.parameters ?? [];
	if (hook === undefined || self === undefined) return [];
	const { text } = module;
	const signature = `def __get_pydantic_json_schema__(${self.name.name}, core_schema, handler):`;
	const indent = text.slice(text.lastIndexOf("\n", hook.body[0]?.start ?? 0) + 1, hook.body[0]?.start ?? 0);
	const start = text.indexOf("def", hook.name.start - 8 < 0 ? 0 : text.lastIndexOf("def", hook.name.start));
	const yielded = new Set<string>();
	for (const method of methods.filter(({ name }) => name.name === "__get_validators__"))
		walk(method, (each) => {
			if (each.type === "Yield" && each.value?.type === "Attribute") yielded.add(each.value.attribute.name);
		});
	const edits = methods.flatMap((method): TextEdit[] => {
		const last = method.parameters.at(-1);
		if (!yielded.has(method.name.name) || method.parameters.length !== 2 || last === undefined) return [];
		return [replaceText(module, last.end, last.end, ", _info=None")];
	});
	return [...edits, replaceText(module, start, hook.end, `${signature}\n${indent}return ${described(text, hook)}`)];
}

/** What the old method adds to the schema, as a dictionary. */
function described(text: string, hook: ast.FunctionDef): string {
	let found: string | null = null;
	walk(hook, (each) => {
		if (each.type !== "Call" || each.callee.type !== "Attribute" || each.callee.attribute.name !== "update") return;
		const [given] = each.args;
		if (given?.type === "Dict") found = text.slice(given.start, given.end);
		else if (each.keywords.length > 0 && each.keywords.every(({ name }) => name !== null))
			found = `{${each.keywords.map(({ name, value }) => `"${name?.name}": ${text.slice(value.start, value.end)}`).join(", ")}}`;
	});
	return found ?? '{"type": "string"}';
}
