import type { Module, Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { importsOf } from "../../../../python/rewrite/remove-imports.ts";
import { boundNames } from "../../../../python/scopes.ts";
import { walk } from "../../../../python/walk.ts";
import { ownModules } from "../../../repair/modules/module-spelling.ts";
import { absoluteModule } from "../../../repair/names/symbol-homes.ts";
import type { FailureOf } from "../../../repair/trial/import-failures.ts";

/**
 * The only class of the module asked that has what the project reads of objects annotated with the missing name, and what
 * it passes when it makes one: `body: OrderIn` with `body.lines` means the class that has `lines`. Null where nothing tells.
 */
export function findClassByUse(project: Project, { detail }: FailureOf<"name-not-in-module">): string | null {
	if (!/^[A-Z]/.test(detail.name)) return null;
	const source = ownModules(project).get(detail.source);
	if (source === undefined) return null;
	const wanted = new Set<string>();
	for (const [dotted, module] of ownModules(project)) {
		if (module.text.includes(detail.name) && importsIt(dotted, module, detail.source, detail.name))
			collectMembers(module, detail.name, wanted);
	}
	for (const method of modelMethods) wanted.delete(method);
	if (wanted.size === 0) return null;
	const fitting = source.tree.body.filter(
		(statement): statement is ast.ClassDef =>
			statement.type === "ClassDef" && [...wanted].every((member) => membersOf(source, statement).has(member)),
	);
	const [only] = fitting;
	return only && fitting.length === 1 ? only.name.name : null;
}

function importsIt(dotted: string, module: Module, source: string, name: string): boolean {
	return importsOf(module.tree).some(
		(statement) =>
			statement.type === "ImportFrom" &&
			statement.names.some((alias) => alias.name.name === name && alias.asName === null) &&
			absoluteModule(dotted, module.isPackage, statement) === source,
	);
}

function collectMembers(module: Module, name: string, found: Set<string>): void {
	walk(module.tree, (node) => {
		if (node.type === "Call" && node.callee.type === "Name" && node.callee.id === name) {
			for (const keyword of node.keywords) if (keyword.name) found.add(keyword.name.name);
		}
		if (node.type === "FunctionDef") {
			const objects = new Set(
				node.parameters
					.filter(({ annotation }) => annotation?.type === "Name" && annotation.id === name)
					.map((each) => each.name.name),
			);
			if (objects.size > 0) collectReads(node, objects, found);
		}
	});
}

function collectReads(host: ast.FunctionDef, objects: ReadonlySet<string>, found: Set<string>): void {
	walk(host.body, (node) => {
		if (node.type === "Attribute" && node.value.type === "Name" && objects.has(node.value.id)) found.add(node.attribute.name);
	});
}

/** Of its own body, and of its bases in the same module. */
function membersOf(source: Module, node: ast.ClassDef): ReadonlySet<string> {
	const members = new Set(boundNames(node.body));
	for (const statement of node.body)
		if (statement.type === "AnnAssign" && statement.target.type === "Name") members.add(statement.target.id);
	for (const base of node.bases) {
		const parent = source.tree.body.find(
			(each) => each !== node && each.type === "ClassDef" && base.type === "Name" && each.name.name === base.id,
		);
		if (parent?.type === "ClassDef" && parent.start < node.start)
			for (const member of membersOf(source, parent)) members.add(member);
	}
	return members;
}

/** Every model has these (https://docs.pydantic.dev/latest/api/base_model/). */
const modelMethods = ["model_dump", "model_dump_json", "model_copy", "model_fields_set", "dict", "json", "copy"];
