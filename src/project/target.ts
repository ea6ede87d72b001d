import type * as ast from "../python/ast.ts";
import { dottedName } from "../python/walk.ts";

/** Names at a module's top level that are bound to an application, with whether they are factories. */
export interface ApplicationBinding {
	readonly attribute: string;
	readonly factory: boolean;
	/** Lower is likelier to be what the server starts. */
	readonly rank: number;
}

/** Looks for `app = FastAPI(...)`, `app = create_app()` and functions that return an application. */
export function findApplications(tree: ast.Module): ApplicationBinding[] {
	const classes = applicationClasses(tree.body);
	const factories = new Set<string>();
	const found: ApplicationBinding[] = [];
	for (const statement of tree.body) {
		if (statement.type === "FunctionDef" && buildsApplication(statement, classes)) {
			factories.add(statement.name.name);
			found.push({ attribute: statement.name.name, factory: true, rank: 3 });
		}
		const pairs = assignmentsOf(statement);
		for (const [name, value] of pairs) {
			const callee = value.type === "Call" ? dottedName(value.callee) : null;
			if (callee === null) continue;
			if (classes.has(callee)) found.push({ attribute: name, factory: false, rank: name === "app" ? 0 : 1 });
			else if (factories.has(callee) || /^(create|make|build|get|init)_?(fastapi_?)?(app|application)$/.test(lastPart(callee))) {
				found.push({ attribute: name, factory: false, rank: name === "app" ? 0 : 2 });
			}
		}
	}
	return found.sort((a, b) => a.rank - b.rank);
}

function lastPart(dotted: string): string {
	return dotted.slice(dotted.lastIndexOf(".") + 1);
}

/** The spellings under which the file can call an application class. */
function applicationClasses(body: readonly ast.Statement[]): Set<string> {
	const names = new Set<string>();
	for (const statement of body) {
		if (statement.type === "ImportFrom" && /^(fastapi|starlette)(\.applications)?$/.test(statement.module)) {
			for (const alias of statement.names) {
				if (alias.name.name === "FastAPI" || alias.name.name === "Starlette") names.add(alias.asName?.name ?? alias.name.name);
			}
		}
		if (statement.type === "Import") {
			for (const alias of statement.names) {
				if (/^fastapi(\.applications)?$/.test(alias.name.name)) names.add(`${alias.asName?.name ?? alias.name.name}.FastAPI`);
			}
		}
		if (statement.type === "Try") for (const name of applicationClasses(statement.body)) names.add(name);
		// A subclass of the application is one too.
		if (statement.type === "ClassDef" && statement.bases.some((base) => names.has(dottedName(base) ?? "")))
			names.add(statement.name.name);
	}
	// The import may be the very thing that is missing.
	names.add("FastAPI");
	return names;
}

function assignmentsOf(statement: ast.Statement): [string, ast.Expression][] {
	if (statement.type === "Assign") {
		return statement.targets.flatMap((target) =>
			target.type === "Name" ? [[target.id, statement.value] as [string, ast.Expression]] : [],
		);
	}
	if (statement.type === "AnnAssign" && statement.target.type === "Name" && statement.value !== null)
		return [[statement.target.id, statement.value]];
	if (statement.type === "Try") return statement.body.flatMap(assignmentsOf);
	if (statement.type === "If") return [...statement.body, ...statement.orelse].flatMap(assignmentsOf);
	return [];
}

const usualClasses: ReadonlySet<string> = new Set(["FastAPI", "fastapi.FastAPI"]);

/** Does the function build an application and return it? Without classes, by the usual name of the application class. */
export function buildsApplication(node: ast.FunctionDef, classes: ReadonlySet<string> = usualClasses): boolean {
	if (node.isAsync) return false;
	const built = new Set<string>();
	let returns = false;
	for (const statement of node.body) {
		for (const [name, value] of assignmentsOf(statement)) {
			if (value.type === "Call" && classes.has(dottedName(value.callee) ?? "")) built.add(name);
		}
		if (statement.type === "Return" && statement.value !== null) {
			const { value } = statement;
			returns ||=
				value.type === "Name" ? built.has(value.id) : value.type === "Call" && classes.has(dottedName(value.callee) ?? "");
		}
	}
	return returns;
}
