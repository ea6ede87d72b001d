import type * as ast from "../python/ast.ts";
import { dottedName } from "../python/walk.ts";
import { LineIndex } from "../text/line-index.ts";
import type { SourceTree, Target } from "./project.ts";

/** A start command found in the repository: what to import, and from which folder. */
export interface StartCommand {
	readonly target: Target;
	/** Folder relative to the root from which the command runs, as far as it says so. */
	readonly folder: string;
}

const command =
	/(?:uvicorn|gunicorn|hypercorn|granian)\b[^\n;&|]*?["'\s,]([A-Za-z_][\w]*(?:\.[A-Za-z_]\w*)*):([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(\(\))?/g;
const deployFile =
	/(^|\/)(Dockerfile[^/]*|[^/]*\.dockerfile|docker-compose[^/]*\.ya?ml|compose[^/]*\.ya?ml|Procfile|Makefile|justfile|package\.json|pyproject\.toml|render\.yaml|fly\.toml|[^/]+\.sh)$/i;

/** Start commands in deployment files, nearest to the root first. */
export function findStartCommands(tree: SourceTree): StartCommand[] {
	const found: StartCommand[] = [];
	const paths = [...tree.keys()].filter((path) => deployFile.test(path)).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
	for (const path of paths) {
		const file = tree.get(path);
		if (file === undefined) continue;
		const lines = new LineIndex(file.text);
		for (const match of file.text.matchAll(command)) {
			const [whole, module, attribute] = match;
			if (module === undefined || attribute === undefined || isCommentedOut(lines, match.index)) continue;
			const { line } = lines.positionAt(match.index);
			const factory = /--factory\b/.test(file.text.slice(match.index, lines.lineEnd(line))) || match[3] !== undefined;
			const appDir = /--app-dir[= ]["']?([\w./-]+)/.exec(lines.lineText(line))?.[1];
			const cd = /\bcd\s+["']?([\w./-]+)/.exec(lines.lineText(line))?.[1];
			const base = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
			const folder = joinFolder(base, appDir ?? cd ?? "");
			found.push({ target: { module, attribute, factory, evidence: `${path}:${line}` }, folder });
			if (whole.length === 0) break;
		}
	}
	return found;
}

function isCommentedOut(lines: LineIndex, offset: number): boolean {
	return /^\s*#/.test(lines.lineText(lines.positionAt(offset).line));
}

function rank(path: string): number {
	const depth = path.split("/").length;
	const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
	const kind = name.startsWith("dockerfile") ? 0 : name === "procfile" ? 1 : name.includes("compose") ? 2 : 3;
	return depth * 10 + kind;
}

function joinFolder(base: string, folder: string): string {
	const parts = base === "" ? [] : base.split("/");
	for (const part of folder.split("/")) {
		if (part === "..") parts.pop();
		else if (part !== "." && part !== "") parts.push(part);
	}
	return parts.join("/");
}

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
