import type { FixProposal, ImportNeed } from "../../../audit/fix.ts";
import type { ClassValue } from "../../../project/imports/values.ts";
import { lookUpName, scopeOfClass, scopeOfModule } from "../../../project/models/name-scope.ts";
import { pydanticSchemaOf } from "../../../project/models/pydantic-schema.ts";
import type { Project } from "../../../project/project.ts";
import { replaceText } from "../../../python/rewrite/source.ts";

/**
 * `class Problem:` with nothing but annotated fields → `class Problem(BaseModel):`. Undefined for a class that has a base, a
 * method or a decorator, or a field that pydantic has no schema for.
 */
export function asPydanticModel(value: ClassValue, project: Project): FixProposal | undefined {
	const { node, module } = value;
	if (node.decorators.length > 0 || node.bases.length > 0 || node.keywords.length > 0) return undefined;
	const fields = node.body.filter((statement) => statement.type === "AnnAssign");
	const isPlain = node.body.every(
		(statement) =>
			statement.type === "AnnAssign" || (statement.type === "ExpressionStatement" && statement.value.type === "Constant"),
	);
	const scope = scopeOfClass(project, value);
	const outer = scopeOfModule(project, module);
	if (fields.length === 0 || !isPlain || scope === null || outer === null) return undefined;
	if (fields.some(({ annotation }) => pydanticSchemaOf(annotation, scope, project).schema !== "yes")) return undefined;
	const bound = lookUpName(outer, "BaseModel");
	if (bound !== "unbound" && !(bound.value.kind === "external" && bound.value.canonical.startsWith("pydantic.")))
		return undefined;
	const needs: readonly ImportNeed[] = bound === "unbound" ? [{ path: module.path, module: "pydantic", name: "BaseModel" }] : [];
	const header = /^\s*\(\s*\)/.exec(module.text.slice(node.name.end));
	const name = node.name.name;
	return {
		title: `Make ${name} a pydantic model`,
		explanation: `${name} has nothing but annotated fields, as a model has. FastAPI can then check and describe it; objects of it are made with keyword arguments.`,
		applicability: "review",
		edits: [replaceText(module, node.name.end, node.name.end + (header?.[0].length ?? 0), "(BaseModel)")],
		needs,
	};
}
