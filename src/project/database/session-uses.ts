import { annotatedItems, annotatedType } from "../../python/annotated.ts";
import type * as ast from "../../python/ast.ts";
import { statementsOf } from "../../python/rewrite/blocks.ts";
import { dottedName, walk } from "../../python/walk.ts";
import type { Call, ModuleRun } from "../imports/trace.ts";
import type { ClassValue } from "../imports/values.ts";
import type { Module, Project } from "../project.ts";
import {
	factoryKind,
	listSessionSources,
	onlySessionKind,
	resolvedName,
	type SessionKind,
	type SessionSource,
	sessionKindOf,
} from "./session-kinds.ts";

/** A call of a session's method. */
export interface SessionUse {
	readonly kind: SessionKind;
	readonly module: Module;
	/** The function that it stands in. */
	readonly owner: ast.FunctionDef;
	readonly call: ast.Call & { readonly callee: ast.Attribute };
	readonly method: string;
	/** The nodes around the call, innermost first. */
	readonly around: readonly ast.TypedNode[];
	/** The same call where start-up makes it; null where only requests do. */
	readonly atStartup: Call | null;
}

/** The sessions of a backend, and what its functions call on them. */
export interface SessionModel {
	readonly sources: readonly SessionSource[];
	readonly uses: readonly SessionUse[];
}

const models = new WeakMap<Project, SessionModel>();

/**
 * What the functions of the modules that start-up reaches call on sessions. A name holds a session where it is annotated with a session class (or with
 * `Annotated` of one), is entered from a session factory, or is an attribute that `__init__` sets to such a parameter. The annotation tells that it is a
 * session; of which kind it is, the dependency or else the factories tell, since Python does not check annotations. Where start-up was followed to the call, it is known.
 */
export function sessionModelOf(project: Project): SessionModel {
	let model = models.get(project);
	if (model === undefined) {
		const sources = listSessionSources(project);
		model = { sources, uses: sources.length === 0 ? [] : listUses(project, sources) };
		models.set(project, model);
	}
	return model;
}

function listUses(project: Project, sources: readonly SessionSource[]): readonly SessionUse[] {
	const finder = new SessionFinder(project, onlySessionKind(sources));
	const calls = new Map(
		project.trace.calls.filter(({ stage, reached }) => stage === "startup" && reached).map((call) => [call.node, call]),
	);
	const followed = kindsOfCalls(project);
	const uses: SessionUse[] = [];
	for (const run of project.trace.runs.values()) {
		if (!run.reached) continue;
		const ofModule = followed.get(run.module);
		for (const { owner, ownerClass } of functionsOf(run.module)) {
			const sessions = finder.sessionsIn(run, owner, ownerClass);
			if (sessions.size === 0 && ofModule === undefined) continue;
			visitOwn(owner, (node, around) => {
				if (node.type !== "Call" || node.callee.type !== "Attribute") return;
				const kind = ofModule?.get(node) ?? sessions.get(spelled(node.callee.value) ?? "");
				if (kind === undefined) return;
				const call = node as SessionUse["call"];
				uses.push({
					kind,
					module: run.module,
					owner,
					call,
					method: node.callee.attribute.name,
					around: [...around],
					atStartup: calls.get(node) ?? null,
				});
			});
		}
	}
	return uses;
}

/** The sessions whose methods start-up was seen to call, by module and call: of these the kind is known, whatever the name or attribute that holds them. */
function kindsOfCalls({ trace }: Project): ReadonlyMap<Module, ReadonlyMap<ast.Node, SessionKind>> {
	const found = new Map<Module, Map<ast.Node, SessionKind>>();
	for (const { callee, module, node, reached } of trace.calls) {
		if (!reached || callee.kind !== "bound-method" || callee.receiver.kind !== "instance") continue;
		const kind = sessionKindOf(callee.receiver.of);
		if (kind === null) continue;
		const ofModule = found.get(module) ?? new Map<ast.Node, SessionKind>();
		found.set(module, ofModule.set(node, kind));
	}
	return found;
}

/** `session` or `self.session`. */
function spelled(expression: ast.Expression): string | null {
	if (expression.type === "Name") return expression.id;
	const isOwn = expression.type === "Attribute" && expression.value.type === "Name" && expression.value.id === "self";
	return isOwn ? `self.${expression.attribute.name}` : null;
}

interface OwnedFunction {
	readonly owner: ast.FunctionDef;
	readonly ownerClass: ast.ClassDef | null;
}

function functionsOf(module: Module): OwnedFunction[] {
	const classes = [...statementsOf(module.tree)].filter((each) => each.type === "ClassDef");
	return [...statementsOf(module.tree)].flatMap((owner) =>
		owner.type === "FunctionDef" ? [{ owner, ownerClass: classes.find(({ body }) => body.includes(owner)) ?? null }] : [],
	);
}

/** Visits what belongs to a function itself, functions inside it left out, each node with those around it, innermost first. */
function visitOwn(owner: ast.FunctionDef, visit: (node: ast.TypedNode, around: readonly ast.TypedNode[]) => void): void {
	const around: ast.TypedNode[] = [];
	const descend = (node: unknown): void => {
		if (Array.isArray(node)) {
			for (const item of node) descend(item);
			return;
		}
		if (typeof node !== "object" || node === null || node instanceof Set) return;
		const typed = node as ast.TypedNode;
		const isNode = typeof typed.type === "string";
		if (isNode && (typed.type === "FunctionDef" || typed.type === "Lambda")) return;
		if (isNode) {
			visit(typed, around);
			around.unshift(typed);
		}
		for (const value of Object.values(node)) descend(value);
		if (isNode) around.shift();
	};
	descend(owner.body);
}

/** Finds out which names of a function hold sessions. */
class SessionFinder {
	/** Names that modules give `Annotated[<session class>, ...]`, with the kind that the dependency behind each yields. */
	readonly #aliases = new Map<string, SessionKind | null>();
	readonly #attributes = new Map<ast.ClassDef, ReadonlySet<string>>();

	constructor(
		readonly project: Project,
		readonly onlyKind: SessionKind | null,
	) {
		for (const run of project.trace.runs.values()) {
			for (const statement of run.module.tree.body) {
				if (statement.type !== "Assign" || statement.targets[0]?.type !== "Name") continue;
				if (this.#isSession(run, annotatedType(statement.value)))
					this.#aliases.set(statement.targets[0].id, yieldedKind(this.project, run, annotatedItems(statement.value).slice(1)));
			}
		}
	}

	sessionsIn(run: ModuleRun, owner: ast.FunctionDef, ownerClass: ast.ClassDef | null): ReadonlyMap<string, SessionKind> {
		const found = new Map<string, SessionKind>();
		for (const parameter of this.#parameters(run, owner)) {
			const kind = this.#dependencyKind(run, parameter) ?? this.onlyKind;
			if (kind !== null) found.set(parameter.name.name, kind);
		}
		if (this.onlyKind !== null) {
			for (const name of ownerClass === null ? [] : this.#attributesOf(ownerClass)) found.set(`self.${name}`, this.onlyKind);
		}
		for (const [name, kind] of opened(this.project, run, owner)) found.set(name, kind);
		for (const name of rebound(owner, found)) found.delete(name);
		return found;
	}

	#parameters(run: ModuleRun, { parameters }: ast.FunctionDef): readonly ast.Parameter[] {
		return parameters.filter(({ annotation }) => annotation !== null && this.#isAnnotated(run, annotation));
	}

	/** The kind of session that FastAPI hands to a parameter, where the function behind its `Depends(…)` shows it. */
	#dependencyKind(run: ModuleRun, { annotation, default: given }: ast.Parameter): SessionKind | null {
		const written = yieldedKind(this.project, run, [...annotatedItems(annotation).slice(1), ...(given === null ? [] : [given])]);
		return written ?? (annotation?.type === "Name" ? (this.#aliases.get(annotation.id) ?? null) : null);
	}

	#isAnnotated(run: ModuleRun, annotation: ast.Expression): boolean {
		if (annotation.type === "Name" && this.#aliases.has(annotation.id)) return true;
		return this.#isSession(run, annotation) || this.#isSession(run, annotatedType(annotation));
	}

	#isSession(run: ModuleRun, expression: ast.Expression | null): boolean {
		return expression !== null && sessionKindOf(resolvedName(this.project, run.namespace.names, expression)) !== null;
	}

	/** Attributes that `__init__` of the class, or of one of its bases, sets to a session parameter. */
	#attributesOf(node: ast.ClassDef): ReadonlySet<string> {
		const known = this.#attributes.get(node);
		if (known !== undefined) return known;
		const names = new Set<string>();
		this.#attributes.set(node, names);
		const definition = this.project.trace.classes.find(({ value }) => value.node === node)?.value;
		if (definition === undefined) return names;
		for (const each of lineage(definition)) for (const name of this.#ownAttributes(each)) names.add(name);
		return names;
	}

	#ownAttributes({ node, module }: ClassValue): readonly string[] {
		const run = this.project.trace.runs.get(module.name);
		const init = node.body.find((each) => each.type === "FunctionDef" && each.name.name === "__init__");
		if (run === undefined || init?.type !== "FunctionDef") return [];
		const parameters = this.#parameters(run, init).map(({ name }) => name.name);
		return init.body.flatMap((statement) => {
			const target =
				statement.type === "Assign" ? statement.targets[0] : statement.type === "AnnAssign" ? statement.target : undefined;
			const value = statement.type === "Assign" || statement.type === "AnnAssign" ? statement.value : null;
			if (target?.type !== "Attribute" || value?.type !== "Name" || !parameters.includes(value.id)) return [];
			return spelled(target) === null ? [] : [target.attribute.name];
		});
	}
}

/** The kind of the session that the function of a `Depends(get_session)` among some expressions opens and yields; null where that is not seen. */
function yieldedKind(project: Project, run: ModuleRun, expressions: readonly ast.Expression[]): SessionKind | null {
	const [depends] = expressions.filter((each) => each.type === "Call" && dottedName(each.callee)?.endsWith("Depends"));
	const [given] = depends?.type === "Call" ? depends.args : [];
	const dependency = given === undefined ? undefined : resolvedName(project, run.namespace.names, given);
	if (dependency?.kind !== "function" || dependency.node.type !== "FunctionDef") return null;
	const { node } = dependency;
	const home = project.trace.runs.get(dependency.module.name);
	const yielded = new Set<string>();
	visitOwn(node, (each) => {
		if (each.type === "Yield" && each.value?.type === "Name") yielded.add(each.value.id);
	});
	const sessions = home === undefined ? [] : opened(project, home, node).filter(([name]) => yielded.has(name));
	const [only, ...others] = sessions;
	return only !== undefined && others.length === 0 && yielded.size === 1 ? only[1] : null;
}

/** `async with factory() as session`, `with Session(engine) as session` and `session = factory()`, with the kind that just that makes. */
function opened(project: Project, run: ModuleRun, owner: ast.FunctionDef): readonly [string, SessionKind][] {
	const found: [string, SessionKind][] = [];
	const kindOf = (expression: ast.Expression): SessionKind | null => {
		if (expression.type !== "Call") return null;
		const callee = resolvedName(project, run.namespace.names, expression.callee);
		return factoryKind(callee) ?? sessionKindOf(callee);
	};
	visitOwn(owner, (node) => {
		if (node.type === "With") {
			for (const { context, target } of node.items) {
				const kind = kindOf(context);
				if (kind !== null && target?.type === "Name" && kind.isAsync === node.isAsync) found.push([target.id, kind]);
			}
		} else if (node.type === "Assign") {
			const [target] = node.targets;
			const kind = kindOf(node.value);
			if (kind !== null && target?.type === "Name") found.push([target.id, kind]);
		}
	});
	return found;
}

/** Names that the function binds to something else as well: what they hold is not certain. */
function rebound(owner: ast.FunctionDef, sessions: ReadonlyMap<string, SessionKind>): readonly string[] {
	const count = new Map<string, number>();
	for (const parameter of owner.parameters) if (sessions.has(parameter.name.name)) count.set(parameter.name.name, 1);
	visitOwn(owner, (node) => {
		const targets =
			node.type === "Assign"
				? node.targets
				: node.type === "AnnAssign" || node.type === "For"
					? [node.target]
					: node.type === "With"
						? node.items.flatMap(({ target }) => target ?? [])
						: [];
		for (const target of targets) {
			walk(target, (each) => {
				if (each.type === "Name" && sessions.has(each.id)) count.set(each.id, (count.get(each.id) ?? 0) + 1);
				return each.type !== "Attribute" && each.type !== "Subscript";
			});
		}
	});
	return [...count].filter(([, times]) => times > 1).map(([name]) => name);
}

function lineage(value: ClassValue, depth = 0): readonly ClassValue[] {
	if (depth > 10) return [value];
	return [value, ...value.bases.flatMap((base) => (base.kind === "class" ? lineage(base, depth + 1) : []))];
}
