import type { Call } from "../../../project/imports/trace.ts";
import type { Value } from "../../../project/imports/values.ts";
import { metadataArgument } from "../../../project/models/tables-defined.ts";
import type { Project } from "../../../project/project.ts";

/** What of SQLAlchemy 1.x a call does, and SQLAlchemy 2 refuses. */
export type RemovedUse =
	| { readonly type: "engine-method"; readonly method: string; readonly isAsync: boolean }
	| { readonly type: "textual-sql"; readonly sql: string; readonly on: "connection" | "session" }
	| { readonly type: "list-of-columns" }
	| { readonly type: "list-of-whens" }
	| { readonly type: "bound-metadata"; readonly callee: "MetaData.__init__" | "declarative_base" }
	/** `MetaData(engine)`: the first argument is the schema since 2.0. */
	| { readonly type: "metadata-of-engine" }
	| { readonly type: "unbound-create-all"; readonly method: string }
	| { readonly type: "url-constructor"; readonly missing: readonly string[] }
	| { readonly type: "classical-mapper" };

export interface FoundUse {
	readonly use: RemovedUse;
	readonly call: Call;
}

/** Calls that start-up makes for certain, and that SQLAlchemy 2 answers with an exception. */
export function* findRemovedUses(project: Project): Generator<FoundUse> {
	for (const call of project.trace.calls) {
		if (call.guarded) continue;
		const use = removedUseIn(call) ?? unboundCreateAll(project, call);
		if (use !== null) yield { use, call };
	}
}

function removedUseIn(call: Call): RemovedUse | null {
	const { callee } = call;
	if (callee.kind === "external") return ofFunction(callee.canonical, call);
	if (callee.kind !== "bound-method" || callee.function !== null) return null;
	const receiver = canonicalOf(callee.receiver);
	return receiver === null ? null : ofMethod(receiver, callee.name, call);
}

/** `Base.metadata.create_all()`, where `Base` is a class and its metadata no value of its own. */
function unboundCreateAll(project: Project, { node, module, open }: Call): RemovedUse | null {
	const { callee, args, keywords } = node;
	if (open || args.length > 0 || keywords.length > 0 || callee.type !== "Attribute" || callee.value.type !== "Attribute")
		return null;
	const { name } = callee.attribute;
	if ((name !== "create_all" && name !== "drop_all") || callee.value.attribute.name !== "metadata") return null;
	return metadataArgument(project, module, callee.value) === null ? null : { type: "unbound-create-all", method: name };
}

function ofFunction(canonical: string, call: Call): RemovedUse | null {
	const [first] = call.args;
	switch (canonical) {
		case "sqlalchemy.sql._selectable_constructors.select":
			return first?.kind === "sequence" && first.type === "list" ? { type: "list-of-columns" } : null;
		case "sqlalchemy.sql._elements_constructors.case":
			return first?.kind === "sequence" && first.type === "list" ? { type: "list-of-whens" } : null;
		case "sqlalchemy.sql.schema.MetaData":
			if (first !== undefined && isEngine(first)) return { type: "metadata-of-engine" };
			return call.keywords.has("bind") ? { type: "bound-metadata", callee: "MetaData.__init__" } : null;
		case "sqlalchemy.orm.decl_api.declarative_base":
		case "sqlalchemy.ext.declarative.declarative_base":
			return call.keywords.has("bind") ? { type: "bound-metadata", callee: "declarative_base" } : null;
		case "sqlalchemy.engine.url.URL":
			return urlConstructor(call);
		case "sqlalchemy.orm._orm_constructors._mapper_fn":
			return { type: "classical-mapper" };
		default:
			return null;
	}
}

const urlFields = ["drivername", "username", "password", "host", "port", "database", "query"];

/** `URL` is a named tuple without defaults; `URL.create` has them. */
function urlConstructor(call: Call): RemovedUse | null {
	if (call.open) return null;
	const missing = urlFields.slice(call.args.length).filter((field) => !call.keywords.has(field));
	return missing.length === 0 ? null : { type: "url-constructor", missing };
}

/** Methods that the engine had before 2.0. */
const engineMethods = new Set([
	"execute",
	"scalar",
	"table_names",
	"has_table",
	"run_callable",
	"transaction",
	"contextual_connect",
]);

function ofMethod(receiver: string, method: string, call: Call): RemovedUse | null {
	const isAsync = receiver.endsWith(".create_async_engine");
	if ((isAsync || receiver === "sqlalchemy.engine.create.create_engine") && engineMethods.has(method))
		return { type: "engine-method", method, isAsync };
	const [first] = call.args;
	const sql = first?.kind === "constant" && typeof first.value === "string" ? first.value : null;
	if (sql !== null && ["execute", "scalar", "scalars"].includes(method)) {
		if (/\.create_(async_)?engine\.(connect|begin)$/.test(receiver)) return { type: "textual-sql", sql, on: "connection" };
		if (isSession(receiver)) return { type: "textual-sql", sql, on: "session" };
	}
	const isUnbound = call.args.length + call.keywords.size === 0 && !call.open;
	if (isUnbound && isMetaData(receiver) && (method === "create_all" || method === "drop_all"))
		return { type: "unbound-create-all", method };
	return null;
}

function isSession(receiver: string): boolean {
	return (
		/^(sqlalchemy|sqlmodel)\.(orm\.session\.Session|ext\.asyncio\.session\.AsyncSession)(\.begin)?$/.test(receiver) ||
		/\.scoped_session$/.test(receiver)
	);
}

function isEngine(value: Value): boolean {
	return value.kind === "instance" && canonicalOf(value) === "sqlalchemy.engine.create.create_engine";
}

function isMetaData(receiver: string): boolean {
	return receiver === "sqlalchemy.sql.schema.MetaData";
}

/** What made the value that a method belongs to. */
function canonicalOf(value: Value): string | null {
	return value.kind === "instance" && value.of.kind === "external" ? value.of.canonical : null;
}
