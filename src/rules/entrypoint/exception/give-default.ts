import type { FixProposal, ImportNeed } from "../../../audit/fix.ts";
import { type InitField, initFields } from "../../../project/imports/simulator/classes/dataclass-init.ts";
import type { ClassValue } from "../../../project/imports/values.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { TextEdit } from "../../../text/range.ts";
import { bringsNoFailure, mends } from "../../repair/trial/trial.ts";

/** Something that a call has to give, in the order of the definition: a parameter, or a field of a dataclass. */
interface Asked {
	readonly name: string;
	readonly end: number;
	readonly annotation: ast.Expression | null;
	readonly hasDefault: boolean;
	readonly isPositional: boolean;
}

/**
 * A function of the project has come to ask for more than its call gives, and no value in sight is meant: what is new gets None
 * for a default, so that older calls stay right. Null where start-up would stumble over the None.
 */
export function giveDefault(project: Project, error: string): FixProposal | undefined {
	const found = /^TypeError: (.+)\(\) missing \d+ required (?:positional|keyword-only) arguments?: (.+)$/.exec(error);
	const failure = project.trace.failures.find((each) => each.error === error);
	const definition = found === null ? null : definitionOf(project, found[1] ?? "");
	if (found === null || definition === null) return undefined;
	const names = [...(found[2] ?? "").matchAll(/'(\w+)'/g)].map(([, name]) => name ?? "");
	const { module, asked } = definition;
	const wanted = asked.filter(({ name }) => names.includes(name));
	const [first] = wanted;
	if (first === undefined || wanted.length < names.length || wanted.some(({ name }) => name === "self" || name === "cls"))
		return undefined;
	// A parameter without a default cannot follow one that has one.
	const behind = asked.slice(asked.indexOf(first)).filter(({ isPositional }) => isPositional);
	if (first.isPositional && behind.some((each) => !each.hasDefault && !wanted.includes(each))) return undefined;
	const isModern = project.environment.python.minor >= 10;
	const edits: TextEdit[] = [];
	const needs: ImportNeed[] = [];
	for (const each of wanted) {
		const { annotation } = each;
		const written = annotation === null ? "" : module.text.slice(annotation.start, annotation.end);
		const takesNone = /\bNone\b|Optional|\bAny\b|^["']/.test(written);
		if (annotation !== null && !takesNone && !isModern) {
			edits.push(replaceText(module, annotation.start, annotation.end, `Optional[${written}]`));
			needs.push({ path: module.path, module: "typing", name: "Optional" });
		}
		const union = annotation === null || takesNone || !isModern ? "" : " | None";
		edits.push(replaceText(module, each.end, each.end, annotation === null ? "=None" : `${union} = None`));
	}
	const proposal: FixProposal = {
		title: `Let ${names.join(" and ")} be left out`,
		explanation: `${found[1]} asks for ${names.join(" and ")}, which this call does not give. With None for a default it can be called as before; the other way is to give a value here.`,
		applicability: "review",
		edits,
		...(needs.length > 0 && { needs }),
	};
	// What fails with the first request only is no failure of start-up.
	const isSound = failure === undefined ? bringsNoFailure(project, proposal) : mends(project, proposal, failure);
	return isSound ? proposal : undefined;
}

/** What `Service.create`, `create_app` or the `__init__` of a class stands for. */
function definitionOf(project: Project, qualified: string): { readonly module: Module; readonly asked: readonly Asked[] } | null {
	const [name = "", owner] = qualified
		.split(".")
		.filter((part) => part !== "<locals>")
		.toReversed();
	const functions = project.trace.functions.filter(({ value }) => {
		if (value.node.type !== "FunctionDef" || value.node.name.name !== name) return false;
		const { start, end } = value.node;
		const around = project.trace.classes.find(
			(each) => each.value.module.path === value.module.path && each.value.node.start <= start && end <= each.value.node.end,
		);
		return (around?.value.node.name.name ?? undefined) === owner || around === undefined;
	});
	const [only] = functions;
	if (only?.value.node.type === "FunctionDef" && new Set(functions.map(({ value }) => value.node)).size === 1) {
		const asked = only.value.node.parameters.map((each) => ({
			name: each.name.name,
			end: each.end,
			annotation: each.annotation,
			hasDefault: each.default !== null || each.kind.startsWith("var-"),
			isPositional: each.kind.startsWith("positional"),
		}));
		return { module: only.value.module, asked };
	}
	const classes =
		name === "__init__" || name === "__new__" ? project.trace.classes.filter(({ value }) => value.node.name.name === owner) : [];
	const [made] = classes;
	const fields =
		made !== undefined && classes.length === 1 ? (name === "__new__" ? tupleFields(made.value) : initFields(made.value)) : null;
	if (made === undefined || fields === null || fields.some(({ node }) => !made.value.node.body.includes(node))) return null;
	const asked = fields.map(({ name: field, node, hasDefault, isKeywordOnly }) => ({
		name: field,
		end: node.annotation.end,
		annotation: node.annotation,
		hasDefault,
		isPositional: !isKeywordOnly,
	}));
	return { module: made.value.module, asked };
}

/** The fields of `class Row(NamedTuple)`. */
function tupleFields({ node, bases }: ClassValue): readonly InitField[] | null {
	const isTuple = bases.length === 1 && bases[0]?.kind === "external" && bases[0].canonical === "typing.NamedTuple";
	return !isTuple
		? null
		: node.body.flatMap((each) =>
				each.type === "AnnAssign" && each.target.type === "Name"
					? [{ name: each.target.id, node: each, hasDefault: each.value !== null, isKeywordOnly: false }]
					: [],
			);
}
