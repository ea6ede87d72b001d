import type { FixProposal, ImportNeed } from "../../../audit/fix.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { addArgument, findKeyword } from "../../../python/rewrite/arguments.ts";
import { statementsOf } from "../../../python/rewrite/blocks.ts";
import { indentUnitOf } from "../../../python/rewrite/source.ts";
import { insertBefore, removeStatements } from "../../../python/rewrite/statements.ts";
import { boundNames } from "../../../python/scopes.ts";
import { contains, isGenerator } from "../../../python/walk.ts";

/** Edits with the imports they need. */
export type Move = Pick<FixProposal, "edits" | "needs">;

/**
 * Takes a statement of module level away and puts `code` at the start of the lifespan of the application that the same module makes,
 * or of its start-up handler; where it has neither, a lifespan is written. Null where that is not certain to run.
 */
export function moveToLifespan(project: Project, module: Module, statement: ast.Statement, code: string): Move | null {
	return module.tree.body.includes(statement)
		? runInLifespan(project, module, code, removeStatements(module, [statement]))
		: null;
}

/** Puts `code` at the start of the lifespan or the start-up handler of the application that the module makes, together with other edits; where it has neither, a lifespan is written. */
export function runInLifespan(project: Project, module: Module, code: string, removal: Move["edits"] = []): Move | null {
	const handler = startupFunction(module) ?? lifespanOf(project, module);
	if (handler !== null) {
		const first = firstStatement(handler);
		if (first === null || !handler.isAsync) return null;
		return { edits: [...removal, insertBefore(module, first, code)] };
	}
	const application = applicationCall(project, module);
	if (application === null || findKeyword(application, "lifespan") !== null || findKeyword(application, "on_startup") !== null)
		return null;
	if (boundNames(module.tree.body).has("lifespan") || application.keywords.some(({ name }) => name === null)) return null;
	return writeLifespan(module, application, code, removal);
}

function writeLifespan(module: Module, application: ast.Call, code: string, removal: Move["edits"]): Move | null {
	const statement = module.tree.body.find((each) => contains(each, application.start));
	const callee = module.text.slice(application.callee.start, application.callee.end);
	if (statement === undefined) return null;
	const unit = indentUnitOf(module);
	const body = [...code.split("\n"), "yield"].map((line) => unit + line).join("\n");
	const lifespan = `@asynccontextmanager\nasync def lifespan(app: ${callee}):\n${body}\n\n`;
	const needs: ImportNeed[] = [{ path: module.path, module: "contextlib", name: "asynccontextmanager" }];
	return {
		edits: [...removal, insertBefore(module, statement, `${lifespan}`), addArgument(module, application, "lifespan=lifespan")],
		needs,
	};
}

/** The call of FastAPI that stands in the module, where it is the only one. */
function applicationCall(project: Project, module: Module): ast.Call | null {
	const calls = project.trace.calls.filter(
		({ callee, module: where, reached }) =>
			where === module && reached && callee.kind === "external" && /^fastapi\.applications\.FastAPI$/.test(callee.canonical),
	);
	return calls.length === 1 ? (calls[0]?.node ?? null) : null;
}

function lifespanOf(project: Project, module: Module): ast.FunctionDef | null {
	const application = applicationCall(project, module);
	const named = application === null ? null : findKeyword(application, "lifespan");
	const name = named?.value.type === "Name" ? named.value.id : null;
	if (name === null) return null;
	const found = module.tree.body.find((each) => each.type === "FunctionDef" && each.name.name === name);
	return found?.type === "FunctionDef" && isGenerator(found) ? found : null;
}

/** A handler that `@app.on_event("startup")` registers in the module, and that is async. */
function startupFunction(module: Module): ast.FunctionDef | null {
	for (const statement of statementsOf(module.tree)) {
		if (statement.type !== "FunctionDef" || !statement.isAsync) continue;
		const isHandler = statement.decorators.some((decorator) => {
			const [event] = decorator.type === "Call" ? decorator.args : [];
			const isRegistration =
				decorator.type === "Call" &&
				decorator.callee.type === "Attribute" &&
				decorator.callee.attribute.name === "on_event" &&
				event?.type === "Constant" &&
				event.value === "startup";
			return isRegistration;
		});
		if (isHandler) return statement;
	}
	return null;
}

/** Where the body begins, behind a docstring. */
function firstStatement(node: ast.FunctionDef): ast.Statement | null {
	const [first, second] = node.body;
	const isDocstring = first?.type === "ExpressionStatement" && first.value.type === "Constant";
	return (isDocstring ? second : first) ?? null;
}
