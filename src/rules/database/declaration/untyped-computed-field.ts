import type { ClassDefinition } from "../../../project/imports/trace.ts";
import { isVersionOne } from "../../../project/models/pydantic-schema.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { dottedName } from "../../../python/walk.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** `@computed_field` on a property that does not say what it returns: pydantic 2 needs the type for the schema of the answers. */
export function* untypedComputedFields(project: Project, definition: ClassDefinition): Generator<ClassFault> {
	if (isVersionOne(project.environment)) return;
	const { module, node } = definition.value;
	for (const method of node.body) {
		if (method.type !== "FunctionDef" || method.returns !== null || !isComputedField(method)) continue;
		const at = endOfParameters(module.text, method);
		const type = returnType(method);
		yield {
			...raising(definition),
			subject: `${module.name}:${node.name.name}.${method.name.name}`,
			range: method.name,
			problem: `The computed field ${method.name.name} of ${node.name.name} does not say what it returns`,
			rootCause:
				"pydantic takes the type of a computed field from the annotation of the property, and refuses the model without it.",
			error:
				"pydantic.errors.PydanticUserError: Computed field is missing return type annotation or specifying `return_type` to the `@computed_field` decorator (e.g. `@computed_field(return_type=int | str)`)",
			fixes:
				at === null
					? []
					: [
							{
								title: `Annotate ${method.name.name} with ${type}`,
								explanation:
									type === "Any" ? "Any promises nothing; write the type that is returned." : `The property returns ${type}.`,
								applicability: type === "Any" ? "review" : "safe",
								edits: [replaceText(module, at, at, ` -> ${type}`)],
								needs: type === "Any" ? [{ path: module.path, module: "typing", name: "Any" }] : [],
							},
						],
		};
	}
}

function isComputedField({ decorators }: ast.FunctionDef): boolean {
	return decorators.some((decorator) => {
		const call = decorator.type === "Call" ? decorator : null;
		const name = dottedName(call?.callee ?? decorator)
			?.split(".")
			.at(-1);
		return name === "computed_field" && (call === null || findKeyword(call, "return_type") === null);
	});
}

/** Where the list of parameters ends, behind its bracket; null where that is not plain. */
function endOfParameters(text: string, { name, body }: ast.FunctionDef): number | null {
	const [first] = body;
	const header = first === undefined ? "" : text.slice(name.end, first.start);
	const close = header.indexOf(")");
	if (close < 0 || !/^\(\w+,?\)$/.test(header.slice(0, close + 1).replace(/\s/g, ""))) return null;
	return name.end + close + 1;
}

/** The type of the one value that the property returns, where the expression alone tells it. */
function returnType({ body }: ast.FunctionDef): string {
	const [only] = body.filter((each) => each.type !== "ExpressionStatement" || each.value.type !== "Constant");
	const value = only?.type === "Return" ? only.value : null;
	switch (value?.type) {
		case "JoinedString":
			return "str";
		case "Compare":
			return "bool";
		case "Call":
			return value.callee.type === "Name" && /^(str|int|float|bool|len)$/.test(value.callee.id)
				? value.callee.id.replace("len", "int")
				: "Any";
		default:
			return "Any";
	}
}
