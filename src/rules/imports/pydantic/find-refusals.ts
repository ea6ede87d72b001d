import type { ClassDefinition } from "../../../project/imports/trace.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import type { TextRange } from "../../../text/range.ts";
import { isCurrentModel } from "./model-fields.ts";
import type { Refusal, RefusedUse, RemovedKeyword } from "./refusal.ts";
import { refusedDecorators } from "./validators.ts";

/** All that pydantic 2 refuses of what start-up defines, and pydantic 1 took. */
export function* findRefusals(project: Project): Generator<Refusal> {
	yield* removedKeywords(project);
	for (const definition of project.trace.classes) {
		if (definition.guarded) continue;
		const refusal = refusalOf(definition, project);
		if (refusal !== null) yield refusal;
	}
}

const keywords: readonly RemovedKeyword[] = ["const", "unique_items", "regex"];

/** `Field(regex=…)`. None counts as left out. */
function* removedKeywords(project: Project): Generator<Refusal> {
	for (const { callee, node, module, stage, order, guarded, keywords: values } of project.trace.calls) {
		if (callee.kind !== "external" || callee.canonical !== "pydantic.fields.Field" || guarded) continue;
		for (const keyword of keywords) {
			const place = findKeyword(node, keyword);
			const value = values.get(keyword);
			if (place === null || (value?.kind === "constant" && value.value === null)) continue;
			const subject = `${module.name}:${module.text.slice(node.start, node.end)}`;
			yield { use: { type: "keyword", keyword }, subject, module, range: placeOf(place), stage, order };
			break;
		}
	}
}

/** The first thing of a class at which pydantic stops: its decorators run before the class is made. */
function refusalOf(definition: ClassDefinition, project: Project): Refusal | null {
	const { value, stage, order } = definition;
	const { node, module } = value;
	const made = (use: RefusedUse, range: TextRange, at = order): Refusal => ({
		use,
		subject: `${module.name}:${node.name.name}`,
		module,
		range: placeOf(range),
		stage,
		order: at,
	});
	const decorated = refusedDecorators(value, project);
	const [before] = decorated.atDecoration;
	if (before !== undefined) return made(before.use, before.place, before.order);
	if (!isCurrentModel(value)) return null;
	const root = node.body.find(isRootField);
	const config = configsOf(node);
	if (config !== null) return made({ type: "two-configs", className: node.name.name }, config.config);
	if (root !== undefined) return made({ type: "root-field", className: node.name.name }, root);
	const [after] = decorated.atCreation;
	return after === undefined ? null : made(after.use, after.place);
}

function isRootField(statement: ast.Statement): boolean {
	const target = statement.type === "AnnAssign" ? statement.target : statement.type === "Assign" ? statement.targets[0] : null;
	return target?.type === "Name" && target.id === "__root__";
}

/** Both ways to configure a model, where a class body uses both; an empty model_config does not count. */
export function configsOf(node: ast.ClassDef): { readonly config: ast.ClassDef; readonly value: ast.Expression } | null {
	let config: ast.ClassDef | null = null;
	let value: ast.Expression | null = null;
	for (const statement of node.body) {
		if (statement.type === "ClassDef" && statement.name.name === "Config") config = statement;
		const target = statement.type === "AnnAssign" ? statement.target : statement.type === "Assign" ? statement.targets[0] : null;
		if (
			target?.type === "Name" &&
			target.id === "model_config" &&
			(statement.type === "Assign" || statement.type === "AnnAssign")
		)
			value = statement.value;
	}
	if (config === null || value === null) return null;
	const isFilled = value.type === "Call" ? value.keywords.length > 0 : value.type === "Dict" && value.entries.length > 0;
	return isFilled ? { config, value } : null;
}

function placeOf({ start, end }: TextRange): TextRange {
	return { start, end };
}
