import { missingTableError } from "../database/database-error.ts";
import { type EngineCall, listEngineCalls } from "../database/engine-calls.ts";
import { databaseOf, loadedDriver } from "../database/sqlalchemy-driver.ts";
import { findStartupConnection } from "../database/startup-connection.ts";
import type { Call, ForgottenCoroutine } from "../imports/trace.ts";
import type { Project } from "../project.ts";
import { findTableCreation, tableCreations, tablesAsked } from "./table-creation.ts";
import { type DefinedTable, definedTables } from "./tables-defined.ts";

/** Tables that an empty SQLite database does not have when the first request comes. */
export interface NeverCreated {
	readonly tables: readonly DefinedTable[];
	readonly engine: EngineCall;
	/** The call that makes the other tables of their MetaData, before these are defined; null where nothing makes any. */
	readonly tooEarly: Call | null;
	/** The call that makes them once start-up has asked for one of them; null where none does. */
	readonly tooLate: Call | null;
	/** The call of the coroutine function that would make them, which nobody awaits; null where there is none. */
	readonly unawaited: ForgottenCoroutine | null;
	/** The function of the project that would make them, and that nothing calls or names; null where there is none. */
	readonly uncalled: UncalledCreator | null;
}

export interface UncalledCreator {
	readonly name: string;
	readonly module: string;
	readonly isAsync: boolean;
	/** True for a lifespan that no application is given. */
	readonly isLifespan: boolean;
}

/**
 * Tables that start-up defines and nothing makes. Only where the one database is a SQLite file that is not there yet, or lies in memory, and where no
 * migration or script of the project may make them: what an existing database holds is not known.
 */
export function neverCreated(project: Project): NeverCreated | null {
	const engines = listEngineCalls(project).filter(({ call }) => call.reached);
	const [engine, ...others] = engines;
	const unawaited = project.trace.forgotten.find(makesTables) ?? null;
	// Code that means to make its tables at each start is judged for the first one, whatever the database.
	if (engine === undefined || others.length > 0 || (unawaited === null && !isEmptySqlite(project, engine))) return null;
	const { tables, isOpen } = definedTables(project);
	const reached = tables.filter(({ module }) => project.trace.runs.get(module.name)?.reached === true);
	if (isOpen || reached.length === 0) return null;
	const plain = { engine, tooEarly: null, tooLate: null, unawaited: null, uncalled: null };
	const creations = project.trace.calls.filter(isCreation);
	const unmade = reached.filter(({ metadata }) => findTableCreation(project, metadata) === null);
	if (creations.length > 0 && unmade.length > 0) {
		// Tables of another MetaData are made: that of a second declarative base.
		const isOther = [...tableCreations(project).keys()].every((each) => each !== null && each !== undefined);
		const isAll = tableCreations(project).size === creations.length;
		return isOther && isAll && !mayBeMadeElsewhere(project, creations.length) ? { ...plain, tables: unmade } : null;
	}
	if (new Set(reached.map((table) => table.metadata)).size !== 1) return null;
	const creation = findTableCreation(project, reached[0]?.metadata);
	if (creation !== null) {
		if (creations.length !== 1 || mayBeMadeElsewhere(project, 1)) return null;
		const late = reached.filter((table) => table.order > creation.order);
		if (late.length > 0) return { ...plain, tables: late, tooEarly: creation };
		const query = firstQuery(project, { tables: reached, engine });
		return query !== null && query.call.order < creation.order ? { ...plain, tables: reached, tooLate: creation } : null;
	}
	const uncalled = unawaited === null ? uncalledCreator(project) : null;
	if (mayBeMadeElsewhere(project, uncalled === null && unawaited === null ? 0 : 1)) return null;
	return { ...plain, tables: reached, unawaited, uncalled };
}

function makesTables({ function: { node, module }, reached }: ForgottenCoroutine): boolean {
	return reached && module.text.slice(node.start, node.end).includes("create_all");
}

/** The first query that start-up makes of one of the tables, and which. */
export function firstQuery(
	project: Project,
	{ tables, engine }: Pick<NeverCreated, "tables" | "engine">,
): { readonly call: Call; readonly table: string; readonly error: string } | null {
	if (findStartupConnection(project, engine.call) === null) return null;
	for (const call of project.trace.calls) {
		if (!call.reached || call.guarded || call.order < engine.call.order || call.node.callee.type !== "Attribute") continue;
		const method = call.node.callee.attribute.name;
		if (!["execute", "exec", "scalars", "scalar", "query", "get"].includes(method)) continue;
		const asked = tablesAsked(project, call).map(({ node }) => node);
		const table = tables.find(({ node }) => asked.some((each) => each === node)) ?? tableOfStatement(tables, call);
		if (table !== undefined) return { call, table: table.name, error: missingTableError(project, engine, table.name) };
	}
	return null;
}

/** The table that a statement made before asks for: `session.execute(statement)`. */
function tableOfStatement(tables: NeverCreated["tables"], { args: [statement] }: Call): DefinedTable | undefined {
	const asked = statement?.kind === "instance" && statement.call !== null ? statement.call.args[0] : undefined;
	return tables.find(({ node }) => asked?.kind === "class" && node === asked.node);
}

/** Is the database certainly without tables before start-up? */
function isEmptySqlite(project: Project, { url }: EngineCall): boolean {
	if (url === null || databaseOf(url) !== "sqlite" || loadedDriver(project, url) === null || url.host !== null) return false;
	const file = url.database;
	if (file === null || file === "" || file === ":memory:") return true;
	if (/^(\/|file:)|%|\.\./.test(file)) return false;
	const parts = [...project.workingDirectory.split("/"), ...file.split("/")].filter((part) => part !== "" && part !== ".");
	if (project.listings === undefined) return !project.files.has(parts.join("/"));
	let folder = "";
	for (const part of parts) {
		const listing = project.listings.get(folder);
		if (listing === undefined) return false;
		if (!listing.has(part)) return true;
		folder = folder === "" ? part : `${folder}/${part}`;
	}
	return false;
}

function isCreation({ node }: Call): boolean {
	const text = node.callee.type === "Attribute" ? node.callee.attribute.name : "";
	return (
		text === "create_all" ||
		(text === "run_sync" && node.args.some((arg) => arg.type === "Attribute" && arg.attribute.name === "create_all"))
	);
}

/** Words by which a file of the project may make tables in another way. */
const otherWays =
	/\balembic\b|\baerich\b|CREATE TABLE|\bmigrat|\bsqlite3\b|__table__\.create|sorted_tables|\.create\(\s*(bind|engine|conn)/i;
/** Methods of other libraries that make tables, where the project has no such function of its own. */
const foreignWay = /\bcreate_tables?\(/i;

/** What start-up asks of an empty database after a call that was to make its tables and never runs; null where it asks nothing, or where something else makes them. */
export function queryAfterCreation(project: Project, creation: Call): ReturnType<typeof firstQuery> {
	const [engine, ...others] = listEngineCalls(project).filter(({ call }) => call.reached);
	const { tables, isOpen } = definedTables(project);
	if (engine === undefined || others.length > 0 || isOpen || mayBeMadeElsewhere(project, 1)) return null;
	if (project.trace.calls.filter(isCreation).length !== 1) return null;
	const query = firstQuery(project, { tables, engine });
	return query !== null && query.call.order > creation.order ? query : null;
}

/** Is there a sign of another way, or another mention of `create_all` than those that are known? */
function mayBeMadeElsewhere(project: Project, known: number): boolean {
	let mentions = 0;
	const isOwn = [...project.modulesByPath.values()].some(
		({ text }) => /\bdef create_tables?\(/.test(text) && text.includes("create_all"),
	);
	for (const { path, text } of project.files.values()) {
		if (/(^|\/)(tests?|docs?)\/|\.(md|rst|lock)$|(^|\/)(test_\w+|conftest)\.py$/.test(path)) continue;
		const isManifest = /requirements[^/]*\.txt$|\.toml$|\.in$|Pipfile$/.test(path);
		if (!isManifest && (otherWays.test(text) || (!isOwn && foreignWay.test(text)))) return true;
		mentions += text.match(/\bcreate_all\b/g)?.length ?? 0;
	}
	return mentions > known;
}

/** The only function whose body makes the tables, where no file of the project but its own definition has its name. */
function uncalledCreator(project: Project): UncalledCreator | null {
	const found = [...project.modulesByPath.values()].flatMap((module) =>
		module.tree.body.flatMap((statement) =>
			statement.type === "FunctionDef" && module.text.slice(statement.start, statement.end).includes("create_all")
				? [{ module, statement }]
				: [],
		),
	);
	const [only, ...others] = found;
	if (only === undefined || others.length > 0) return null;
	const { module, statement } = only;
	const required = statement.parameters.filter((each) => each.default === null && !each.kind.startsWith("var-"));
	const name = statement.name.name;
	const word = new RegExp(`\\b${name}\\b`, "g");
	let mentions = 0;
	for (const { path, text } of project.files.values()) {
		if (/(^|\/)tests?\/|\.(md|rst)$/.test(path)) continue;
		// An import alone calls nothing.
		const imported = text.replace(/^[ \t]*from\s[^\n(]*import\s[^\n(]*$/gm, "");
		// Nor does the name alone as a statement.
		const code = imported.replace(new RegExp(`^[ \\t]*${name}[ \\t]*$`, "gm"), "");
		mentions += code.match(word)?.length ?? 0;
	}
	const isReached = project.trace.runs.get(module.name)?.reached === true;
	const [decorator, ...more] = statement.decorators;
	const isLifespan =
		required.length === 1 && more.length === 0 && decorator?.type === "Name" && decorator.id === "asynccontextmanager";
	const isPlain = required.length === 0 && decorator === undefined;
	if (mentions > 1 || !isReached || (!isPlain && !isLifespan)) return null;
	return { name, module: module.name, isAsync: statement.isAsync, isLifespan };
}
