import type * as ast from "../../python/ast.ts";
import { visitOwn } from "../../python/own-nodes.ts";
import { statementsOf } from "../../python/rewrite/blocks.ts";
import type { Call } from "../imports/trace.ts";
import type { Module, Project } from "../project.ts";
import { listSessionSources, onlySessionKind, type SessionKind, type SessionSource, sessionKindOf } from "./session-kinds.ts";
import { SessionFinder, spelled } from "./session-names.ts";

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
