import type { ExternalEntry } from "../../../../environment/environment.ts";
import { namesOfPrinted } from "../../../../project/imports/simulator/classes/library-classes.ts";
import type { ClassValue } from "../../../../project/imports/values.ts";
import { lineageOf } from "../../../../project/models/lineage.ts";
import type { Module, Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { boundNames } from "../../../../python/scopes.ts";
import { walk } from "../../../../python/walk.ts";
import { ownModules } from "../../../repair/modules/module-spelling.ts";
import type { FailureOf } from "../../../repair/trial/import-failures.ts";

/** What the owner has instead: names of a module, members of a class. */
export function namesOf(project: Project, { detail, module }: FailureOf<"attribute-missing">): readonly string[] {
	const { owner } = detail;
	const run = project.trace.runs.get(owner);
	if (run) {
		const submodules = [...ownModules(project).keys()]
			.filter((name) => name.startsWith(`${owner}.`))
			.map((name) => name.slice(owner.length + 1));
		return [...run.namespace.names.keys(), ...submodules].filter((name) => !name.startsWith("__") && !name.includes("."));
	}
	const external = project.environment.findModule(owner);
	if (external.found === "present") return external.module.names().filter((name) => !name.startsWith("_"));
	const own = findClass(project, module, owner);
	if (own) return [...new Set(lineageOf(own).own.flatMap(({ node }) => ownMembers(node)))];
	const members = membersOf(project, owner).filter((name) => !name.startsWith("_"));
	return members.length > 0 ? members : namesOfPrinted(owner, project.environment.python.minor);
}

/** The class of a name: the one of the module near it, or the only one of the project. */
export function findClass(project: Project, near: Module, name: string): ClassValue | null {
	const classes = project.trace.classes.filter(({ value }) => value.node.name.name === name);
	const best = classes.find(({ value }) => value.module === near) ?? (classes.length === 1 ? classes[0] : undefined);
	return best?.value ?? null;
}

/** What a class binds or annotates in its body, and what its methods set on `self`. */
function ownMembers(node: ast.ClassDef): readonly string[] {
	const names = new Set(boundNames(node.body));
	for (const statement of node.body)
		if (statement.type === "AnnAssign" && statement.target.type === "Name") names.add(statement.target.id);
	walk(node, (each) => {
		if (each.type === "Attribute" && each.value.type === "Name" && each.value.id === "self") names.add(each.attribute.name);
	});
	return [...names].filter((name) => !name.startsWith("_"));
}

/** Members of an external class that its own body defines. */
export function membersOf(project: Project, dotted: string): readonly string[] {
	const canonical = project.environment.canonical(dotted);
	const at = canonical.lastIndexOf(".");
	const found = project.environment.findModule(canonical.slice(0, Math.max(0, at)));
	const lookup = found.found === "present" ? found.module.lookup(canonical.slice(at + 1)) : null;
	const entry: ExternalEntry | null = lookup?.found === "present" ? lookup.entry : null;
	if (entry?.kind !== "class") return [];
	const inherited = entry.bases.flatMap((base) =>
		base.includes(".") && base !== dotted ? membersOf(project, base) : baseMembers(project, canonical, base),
	);
	return [...Object.keys(entry.members), ...inherited];
}

/** A base class as its module names it. */
function baseMembers(project: Project, canonical: string, base: string): readonly string[] {
	const module = canonical.slice(0, canonical.lastIndexOf("."));
	const qualified = `${module}.${base}`;
	return qualified === canonical || project.environment.canonical(qualified) === canonical ? [] : membersOf(project, qualified);
}

/** The only object that an own module makes of a class that has the attribute. */
export function objectWith(project: Project, owner: string, name: string): string | null {
	const namespace = project.trace.runs.get(owner)?.namespace;
	const found = [...(namespace?.names ?? [])].filter(([, { value }]) => {
		if (value.kind !== "instance") return false;
		if (value.of.kind === "class") return hasMember(value.of, name);
		return membersOf(project, value.of.canonical).includes(name);
	});
	return found.length === 1 ? (found[0]?.[0] ?? null) : null;
}

function hasMember(owner: ClassValue, name: string): boolean {
	return ownMembers(owner.node).includes(name) || owner.bases.some((base) => base.kind === "class" && hasMember(base, name));
}
