import type * as ast from "../../python/ast.ts";
import { qualifiedName } from "../../python/qualified-name.ts";
import { walk } from "../../python/walk.ts";
import type { FunctionValue } from "../imports/values.ts";
import { scopeOfModule } from "../models/name-scope.ts";
import { valueOfName } from "../models/type-form.ts";
import type { Module, Project } from "../project.ts";
import { isApplication, servedApplication } from "./application.ts";
import { positionalCallError } from "./positional-call.ts";

/** `app.openapi = …`, which FastAPI calls without arguments for /openapi.json, where the call cannot work. */
export interface OpenapiFault {
	/** `called`: what the function gives is kept, and not the function; `arguments`: the function asks for some. */
	readonly kind: "called" | "arguments";
	readonly module: Module;
	readonly statement: ast.Assign;
	/** The application, as it is written. */
	readonly owner: string;
	readonly made: FunctionValue;
	/** The line that Python prints when the schema is asked for. */
	readonly error: string;
}

/** What is wrong with the function that makes the schema of the served application; null where nothing is. */
export function openapiFault(project: Project): OpenapiFault | null {
	const application = servedApplication(project);
	if (application === null || !isApplication(application.result)) return null;
	const found = [...project.trace.runs.values()].flatMap(({ module, reached }) =>
		reached && /\.openapi\s*=/.test(module.text) ? assignmentsIn(module) : [],
	);
	const [only, ...others] = found;
	if (only === undefined || others.length > 0) return null;
	const { module, statement, owner } = only;
	const { value } = statement;
	const called = value.type === "Call" ? value : null;
	const made = functionNamed(project, module, called?.callee ?? value);
	if (made === null || made.node.type === "Lambda" || made.decorators.length > 0) return null;
	if (called !== null) {
		if (!givesSchema(made.node)) return null;
		return { kind: "called", module, statement, owner, made, error: "TypeError: 'dict' object is not callable" };
	}
	const shown = project.environment.python.minor >= 10 ? qualifiedName(made.module.tree, made.node) : made.node.name.name;
	const error = positionalCallError(made.node, 0, shown);
	return error === null ? null : { kind: "arguments", module, statement, owner, made, error: `TypeError: ${error}` };
}

function assignmentsIn(module: Module): readonly Pick<OpenapiFault, "module" | "statement" | "owner">[] {
	const found: Pick<OpenapiFault, "module" | "statement" | "owner">[] = [];
	walk(module.tree, (each) => {
		const target = each.type === "Assign" && each.targets.length === 1 ? each.targets[0] : undefined;
		if (each.type === "Assign" && target?.type === "Attribute" && target.attribute.name === "openapi")
			found.push({ module, statement: each, owner: module.text.slice(target.value.start, target.value.end) });
	});
	return found;
}

/** A function of the module, or of the function that the assignment stands in. */
function functionNamed(project: Project, module: Module, written: ast.Expression): FunctionValue | null {
	if (written.type !== "Name") return null;
	const inner = project.trace.functions.filter(
		({ value }) => value.module === module && value.node.type === "FunctionDef" && value.node.name.name === written.id,
	);
	const scope = scopeOfModule(project, module);
	const found = scope === null ? null : valueOfName(written, scope);
	const value = found ?? (new Set(inner.map((each) => each.value.node)).size === 1 ? inner[0]?.value : null);
	return value?.kind === "function" ? value : null;
}

/** Does the function return what it keeps as the schema, as FastAPI's documentation shows it? */
function givesSchema(node: ast.FunctionDef): boolean {
	if (node.isAsync) return false;
	let gives = false;
	walk(node.body, (each) => {
		if (each.type === "Return" && each.value?.type === "Attribute" && each.value.attribute.name === "openapi_schema")
			gives = true;
		return each.type !== "FunctionDef" && each.type !== "Lambda";
	});
	return gives;
}
