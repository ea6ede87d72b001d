import { annotatedItems, annotatedType } from "../../python/annotated.ts";
import type * as ast from "../../python/ast.ts";
import { visitOwn } from "../../python/own-nodes.ts";
import { walk } from "../../python/walk.ts";
import type { ModuleRun } from "../imports/trace.ts";
import type { ClassValue } from "../imports/values.ts";
import { lineageOf } from "../models/lineage.ts";
import type { Project } from "../project.ts";
import { openedSessions, yieldedKind } from "./opened-sessions.ts";
import { resolvedName, type SessionKind, sessionKindOf } from "./session-kinds.ts";

/** Finds out which names of a function hold sessions. */
export class SessionFinder {
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
		for (const [name, kind] of openedSessions(this.project, run, owner)) found.set(name, kind);
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
		for (const each of lineageOf(definition).own) for (const name of this.#ownAttributes(each)) names.add(name);
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

/** `session` or `self.session`. */
export function spelled(expression: ast.Expression): string | null {
	if (expression.type === "Name") return expression.id;
	const isOwn = expression.type === "Attribute" && expression.value.type === "Name" && expression.value.id === "self";
	return isOwn ? `self.${expression.attribute.name}` : null;
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
