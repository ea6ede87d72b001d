import type { FixProposal } from "../../../../audit/fix.ts";
import { scopeOfModule } from "../../../../project/models/name-scope.ts";
import { valueOfName } from "../../../../project/models/type-form.ts";
import type { Module, Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { insertBefore } from "../../../../python/rewrite/statements.ts";
import { holdsName } from "../../../../python/walk.ts";

/** `class Page(Generic[T])` where nothing makes T: a type variable of that name. Null where the name stands elsewhere too. */
export function defineTypeVariable(project: Project, module: Module, name: string, offset: number): FixProposal | null {
	const scope = scopeOfModule(project, module);
	const owner = module.tree.body.find(
		(each): each is ast.ClassDef => each.type === "ClassDef" && each.start <= offset && offset < each.end,
	);
	const isVariable = owner?.bases.some((base) => {
		const generic = base.type === "Subscript" && scope !== null ? valueOfName(base.value, scope) : null;
		if (base.type !== "Subscript" || generic?.kind !== "external" || !/^typing\.(Generic|Protocol)$/.test(generic.canonical))
			return false;
		return holdsName(base.index, name);
	});
	if (owner === undefined || isVariable !== true) return null;
	return {
		title: `Make ${name} a type variable`,
		explanation: `${name} stands for a type that the users of ${owner.name.name} choose; TypeVar makes such a name.`,
		applicability: "safe",
		edits: [insertBefore(module, owner, `${name} = TypeVar("${name}")\n\n\n`)],
		needs: [{ path: module.path, module: "typing", name: "TypeVar" }],
	};
}
