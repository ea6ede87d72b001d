import type { FixProposal } from "../../../audit/fix.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { dottedName, walk } from "../../../python/walk.ts";
import type { TextEdit, TextRange } from "../../../text/range.ts";
import { enclosing } from "./enclosing-node.ts";

/** `class Tags(BaseModel): __root__: list[str]` becomes `class Tags(RootModel[list[str]]): root: list[str]`. */
export function rootModel(module: Module, range: TextRange, project: Project): FixProposal | undefined {
	const definition = enclosing(module, range, "ClassDef");
	const field = enclosing(module, range, "AnnAssign");
	const base = definition?.bases.find((each) => dottedName(each)?.split(".").at(-1) === "BaseModel");
	// Without an annotation, or below a base of the project's own, what the root is has to be said first.
	if (!definition || !field || !base || definition.bases.length !== 1) return undefined;
	const annotation = module.text.slice(field.annotation.start, field.annotation.end);
	return {
		title: `Make ${definition.name.name} a RootModel`,
		explanation: "pydantic 2 has RootModel for models that are one value; its value is called root.",
		applicability: "safe",
		edits: [
			replaceText(module, base.start, base.end, `RootModel[${annotation}]`),
			replaceText(module, field.target.start, field.target.end, "root"),
			...[...project.modules.values()].flatMap(usesOfRoot),
			...definition.body.flatMap(fieldsNamedRoot).map(({ start, end }) => replaceText(module, start, end, "root")),
		],
		needs: [{ path: module.path, module: "pydantic", name: "RootModel" }],
	};
}

/** `@validator("__root__")` names the field too. */
function fieldsNamedRoot(statement: ast.Statement): readonly TextRange[] {
	const decorators = statement.type === "FunctionDef" ? statement.decorators : [];
	return decorators
		.flatMap((each) => (each.type === "Call" ? each.args : []))
		.flatMap((each) => (each.type === "Constant" && each.value === "__root__" && each.content !== null ? [each.content] : []));
}

/** `self.__root__` and `Tags(__root__=…)`, wherever they stand. */
function usesOfRoot(module: Module): readonly TextEdit[] {
	if (!module.text.includes("__root__")) return [];
	const names: ast.Identifier[] = [];
	walk(module.tree, (node) => {
		if (node.type === "Attribute" && node.attribute.name === "__root__") names.push(node.attribute);
		if (node.type === "Call")
			for (const keyword of node.keywords) if (keyword.name?.name === "__root__") names.push(keyword.name);
		return true;
	});
	return names.map(({ start, end }) => replaceText(module, start, end, "root"));
}
