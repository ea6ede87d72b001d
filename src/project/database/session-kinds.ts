import type { Environment } from "../../environment/environment.ts";
import type * as ast from "../../python/ast.ts";
import { dottedName, walk } from "../../python/walk.ts";
import type { Call } from "../imports/trace.ts";
import type { Value } from "../imports/values.ts";
import type { Module, Project } from "../project.ts";
import { isMadeBy } from "./sqlalchemy-values.ts";

/** What a session can do. */
export interface SessionKind {
	readonly isAsync: boolean;
	/** SQLModel's sessions have `exec`; SQLAlchemy's own have not. */
	readonly hasExec: boolean;
	/** `AsyncSession`, as error messages name the class. */
	readonly className: string;
}

/** The kind of session that a class makes; null for everything that is no session class, or one of a kind we do not know. */
export function sessionKindOf(value: Value | undefined): SessionKind | null {
	if (value?.kind === "class") {
		const inherited = value.bases.map(sessionKindOf).find((kind) => kind !== null) ?? null;
		return inherited === null || value.namespace.names.has("exec") || value.namespace.names.has("__getattr__")
			? null
			: { ...inherited, className: value.node.name.name };
	}
	if (value?.kind !== "external") return null;
	switch (value.canonical) {
		case "sqlalchemy.ext.asyncio.session.AsyncSession":
			return { isAsync: true, hasExec: false, className: "AsyncSession" };
		case "sqlmodel.ext.asyncio.session.AsyncSession":
			return { isAsync: true, hasExec: true, className: "AsyncSession" };
		case "sqlalchemy.orm.session.Session":
			return { isAsync: false, hasExec: false, className: "Session" };
		case "sqlmodel.orm.session.Session":
			return { isAsync: false, hasExec: true, className: "Session" };
		default:
			return null;
	}
}

/** The kind of session that a session factory makes (`async_sessionmaker(...)`, `sessionmaker(...)`); null where it is none, or not certain. */
export function factoryKind(value: Value | undefined): SessionKind | null {
	if (value?.kind !== "instance" || value.call === null || value.call.open) return null;
	const isAsync = isMadeBy(value, "async_sessionmaker");
	if (!isAsync && !isMadeBy(value, "sessionmaker")) return null;
	const given = value.call.keywords.get("class_") ?? value.call.args[1];
	const kind = given === undefined ? null : sessionKindOf(given);
	// A factory whose class is of the other kind is a fault of its own: what its sessions are meant to be is not certain.
	if (given !== undefined) return kind?.isAsync === false && isAsync ? null : kind;
	return { isAsync, hasExec: false, className: isAsync ? "AsyncSession" : "Session" };
}

/** A place that makes sessions or a factory of them. */
export interface SessionSource {
	/** Null where it is not certain what it makes. */
	readonly kind: SessionKind | null;
	readonly module: Module;
	readonly node: ast.Call;
	/** The call of the factory's maker, where it was seen. */
	readonly call: Call | null;
}

/** Every place of the modules that start-up reaches that makes sessions, in functions too. */
export function listSessionSources(project: Project): readonly SessionSource[] {
	const factories = project.trace.calls.flatMap((call): SessionSource[] => {
		const isFactory = isMadeBy(call.result, "async_sessionmaker") || isMadeBy(call.result, "sessionmaker");
		return call.reached && isFactory ? [{ kind: factoryKind(call.result), module: call.module, node: call.node, call }] : [];
	});
	const made: SessionSource[] = [];
	for (const { module, reached, namespace } of project.trace.runs.values()) {
		if (!reached || !/Session\w*\(/.test(module.text)) continue;
		walk(module.tree, (node) => {
			if (node.type !== "Call" || node.args.length + node.keywords.length === 0) return;
			const kind = sessionKindOf(resolvedName(project, namespace.names, node.callee));
			if (kind !== null) made.push({ kind, module, node, call: null });
		});
	}
	return [...factories, ...made];
}

/** The kind of every session of the backend; null where it has none, has several kinds, or one that is not known. */
export function onlySessionKind(sources: readonly SessionSource[]): SessionKind | null {
	const [first] = sources;
	if (first === undefined || first.kind === null) return null;
	const { kind } = first;
	const isSame = (other: SessionKind | null): boolean => other?.isAsync === kind.isAsync && other.hasExec === kind.hasExec;
	return sources.every((source) => isSame(source.kind)) ? kind : null;
}

/** `sa.AsyncSession` of a module that was imported as `sa`. */
function memberOf(environment: Environment, name: string): Value {
	return { kind: "external", name, canonical: environment.canonical(name), isModule: false, entry: null };
}

type Names = ReadonlyMap<string, { readonly value: Value; readonly maybe: boolean }>;

/** What a name or a dotted name stands for at the end of a module's import, as far as that is certain. */
export function resolvedName({ environment }: Project, names: Names, expression: ast.Expression): Value | undefined {
	const [first, ...rest] = dottedName(expression)?.split(".") ?? [];
	const binding = first === undefined ? undefined : names.get(first);
	if (binding === undefined || binding.maybe) return undefined;
	let value: Value | undefined = binding.value;
	for (const name of rest) {
		if (value?.kind === "module") value = value.namespace.names.get(name)?.value;
		else if (value?.kind === "instance") value = value.attributes.get(name);
		else if (value?.kind === "external" && value.isModule) value = memberOf(environment, `${value.name}.${name}`);
		else return undefined;
	}
	return value;
}
