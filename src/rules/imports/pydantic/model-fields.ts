import type { ClassValue } from "../../../project/imports/values.ts";
import { derivesFromBundled } from "../../../project/models/pydantic-model.ts";
import { isPydanticModel } from "../../../project/models/pydantic-schema.ts";
import type * as ast from "../../../python/ast.ts";
import { dottedName } from "../../../python/walk.ts";

/** Is this certainly a model of pydantic 2 (`pydantic.v1` still serves those of pydantic 1)? */
export function isCurrentModel(value: ClassValue): boolean {
	return isPydanticModel(value) === true && !derivesFromBundled(value);
}

/** The names that a model and its own bases annotate; null where a base may have more that we cannot see. */
export function fieldNamesOf(value: ClassValue, depth = 0): readonly string[] | null {
	const names: string[] = [];
	if (depth > 20 || value.namespace.dynamic) return null;
	for (const base of value.bases) {
		if (base.kind === "class") {
			const inherited = fieldNamesOf(base, depth + 1);
			if (inherited === null) return null;
			names.push(...inherited);
		} else if (base.kind !== "external" || !addsNoFields.test(base.canonical)) return null;
	}
	for (const statement of value.node.body) {
		if (statement.type === "AnnAssign" && statement.target.type === "Name" && !isClassVar(statement.annotation))
			names.push(statement.target.id);
		else if (!isPlain(statement)) return null;
	}
	return names;
}

const addsNoFields =
	/^(builtins\.object|abc\.ABC|typing\.Generic|(pydantic|pydantic_settings|sqlmodel)\.(.*\.)?(BaseModel|BaseSettings|GenericModel|SQLModel))$/;

/** Statements of a class body that add no field: those in an `if` or a `for` may. */
function isPlain(statement: ast.Statement): boolean {
	return ["AnnAssign", "Assign", "FunctionDef", "ClassDef", "ExpressionStatement", "Pass"].includes(statement.type);
}

function isClassVar(annotation: ast.Expression): boolean {
	const name = dottedName(annotation.type === "Subscript" ? annotation.value : annotation);
	return name !== null && name.split(".").at(-1) === "ClassVar";
}
