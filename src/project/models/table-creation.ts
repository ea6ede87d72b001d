import type * as ast from "../../python/ast.ts";
import { walk } from "../../python/walk.ts";
import type { Call } from "../imports/trace.ts";
import type { ClassValue } from "../imports/values.ts";
import type { Project } from "../project.ts";
import { scopeOfModule } from "./name-scope.ts";
import { tableKind } from "./table-class.ts";
import { metadataArgument } from "./tables-defined.ts";
import { valueOfName } from "./type-form.ts";

/** The first call by which start-up makes (or drops) the tables of a MetaData, `run_sync(metadata.create_all)` included, behind a place in start-up; null where none is seen. */
export function findTableCreation(project: Project, metadata: unknown, after = -1): Call | null {
	return (
		tableCreations(project)
			.get(metadata)
			?.find(({ order }) => order > after) ?? null
	);
}

/** Such calls for each MetaData, in order; under null those of one that cannot be seen. */
export function tableCreations(project: Project): ReadonlyMap<unknown, readonly Call[]> {
	let found = creations.get(project);
	if (found === undefined) {
		found = listCreations(project);
		creations.set(project, found);
	}
	return found;
}

const creations = new WeakMap<Project, ReadonlyMap<unknown, readonly Call[]>>();

function listCreations(project: Project): ReadonlyMap<unknown, readonly Call[]> {
	const found = new Map<unknown, Call[]>();
	for (const call of project.trace.calls) {
		if (!call.reached || call.guarded) continue;
		for (const owner of creators(call)) {
			const metadata = metadataArgument(project, call.module, owner);
			found.set(metadata, [...(found.get(metadata) ?? []), call]);
		}
	}
	return found;
}

/** The MetaData expressions of which a call makes the tables. */
function creators({ node }: Call): readonly ast.Expression[] {
	if (node.callee.type !== "Attribute") return [];
	const { name } = node.callee.attribute;
	if (isCreator(name)) return [node.callee.value];
	if (name !== "run_sync") return [];
	const owners: ast.Expression[] = [];
	const [first] = node.args;
	if (first !== undefined)
		walk(first, (each) => {
			if (each.type === "Attribute" && isCreator(each.attribute.name)) owners.push(each.value);
		});
	return owners;
}

function isCreator(name: string): boolean {
	return name === "create_all" || name === "drop_all";
}

const queries = new Set(["select", "query", "delete", "update", "aliased", "get", "configure_mappers"]);

/**
 * The first call of start-up that makes SQLAlchemy configure its mappers: an instance of a mapped class, a query for one, or
 * `configure_mappers()`. Null where none is seen.
 */
export function findMapperConfiguration(project: Project): Call | null {
	for (const call of project.trace.calls) {
		if (!call.reached || call.guarded) continue;
		if (call.callee.kind === "class" && tableKind(call.callee) !== null) return call;
		const name = calledName(call);
		if (name === "configure_mappers") return call;
		if (!queries.has(name)) continue;
		if (tablesAsked(project, call).length > 0) return call;
	}
	return null;
}

function calledName({ node: { callee } }: Call): string {
	return callee.type === "Attribute" ? callee.attribute.name : callee.type === "Name" ? callee.id : "";
}

/** The mapped classes that a call is handed, or whose attributes it is: `select(func.count(models.User.id))`. */
export function tablesAsked(project: Project, { module, args, node }: Call): readonly ClassValue[] {
	const found = args.filter((arg): arg is ClassValue => arg.kind === "class");
	const scope = scopeOfModule(project, module);
	if (scope === null) return found.filter((each) => tableKind(each) !== null);
	for (const argument of node.args)
		walk(argument, (each) => {
			const value = each.type === "Attribute" || each.type === "Name" ? valueOfName(each, scope) : null;
			if (value?.kind === "class") found.push(value);
		});
	return found.filter((each) => tableKind(each) !== null);
}
