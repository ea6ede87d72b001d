import type { FixProposal } from "../../../audit/fix.ts";
import type { ClassValue } from "../../../project/imports/values.ts";
import type { DiscriminatedUnion, DiscriminatorFault } from "../../../project/models/discriminated-union.ts";
import { scopeOfClass } from "../../../project/models/name-scope.ts";
import { allFields } from "../../../project/models/pydantic-model.ts";
import { readTypeForm } from "../../../project/models/type-form.ts";
import type { Project } from "../../../project/project.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { insertBefore } from "../../../python/rewrite/statements.ts";

/** The ways to tell the variants apart, the likeliest first. */
export function discriminatorRemedies(
	project: Project,
	union: DiscriminatedUnion,
	fault: DiscriminatorFault,
): readonly FixProposal[] {
	const found =
		fault.type === "missing"
			? [nameTheCommonField(project, union), addField(project, union, fault)]
			: [ownLiteral(project, union, fault)];
	return found.filter((each) => each !== undefined);
}

/** `discriminator="type"` where all variants have `kind` as a Literal. */
function nameTheCommonField(project: Project, union: DiscriminatedUnion): FixProposal | undefined {
	const models = modelsOf(union);
	const [first] = models;
	if (first === undefined || union.written === null || union.written.node.type !== "Constant") return undefined;
	const isCommon = (name: string) => models.every((model) => literalOf(project, model, name) !== null);
	const [only, ...others] = [...allFields(first).keys()].filter(isCommon);
	if (only === undefined || others.length > 0) return undefined;
	const { node, scope } = union.written;
	return {
		title: `Tell the variants apart by ${only}`,
		explanation: `All of them have ${only} as a Literal, and not all have ${union.discriminator}.`,
		applicability: "safe",
		edits: [replaceText(scope.module, node.start, node.end, `"${only}"`)],
	};
}

function addField(project: Project, union: DiscriminatedUnion, { member }: DiscriminatorFault): FixProposal | undefined {
	const [statement] = member.node.body;
	if (statement === undefined || statement.start <= member.node.name.end) return undefined;
	const value = meantValue(project, union, member);
	const name = union.discriminator;
	return {
		title: `Give ${member.node.name.name} the field ${name}`,
		explanation: `Its value "${value}" follows the class's name; what clients send has to be the same.`,
		applicability: "review",
		edits: [insertBefore(member.module, statement, `${name}: Literal["${value}"] = "${value}"`)],
		needs: [{ path: member.module.path, module: "typing", name: "Literal" }],
	};
}

/** `kind: str = "dog"` → `kind: Literal["dog"] = "dog"`. */
function ownLiteral(
	project: Project,
	union: DiscriminatedUnion,
	{ member, field, type }: DiscriminatorFault,
): FixProposal | undefined {
	if (field?.annotation == null || field.owner !== member) {
		return field === null ? undefined : addField(project, union, { type, member, field, error: "" });
	}
	const { module } = member;
	const { annotation, valueNode } = field;
	const given = valueNode?.type === "Constant" && typeof valueNode.value === "string" ? valueNode.value : null;
	const isMember = valueNode?.type === "Attribute";
	const needs = [{ path: module.path, module: "typing", name: "Literal" }];
	const shown = isMember && type === "not-literal" ? module.text.slice(valueNode.start, valueNode.end) : null;
	const value = given !== null && type === "not-literal" ? given : meantValue(project, union, member);
	if (shown === null && type === "repeated" && value === given) return undefined;
	const code = `Literal[${shown ?? `"${value}"`}]`;
	const edits = [replaceText(module, annotation.start, annotation.end, code)];
	if (type === "repeated" && valueNode !== null) {
		if (given === null) return undefined;
		edits.push(replaceText(module, valueNode.start, valueNode.end, `"${value}"`));
	}
	return {
		title: `Declare ${union.discriminator} of ${member.node.name.name} as ${code}`,
		explanation:
			given !== null && type === "not-literal"
				? "That is the value it has anyway."
				: shown !== null
					? "That is the value it has anyway."
					: "The value follows the class's name; what clients send has to be the same.",
		applicability: given !== null && type === "not-literal" ? "safe" : "review",
		edits,
		needs,
	};
}

/** The value by which the other variants are named: their class's name without what all end with, in lower case. */
function meantValue(project: Project, union: DiscriminatedUnion, member: ClassValue): string {
	const names = modelsOf(union).map(({ node }) => words(node.name.name));
	let shared = 0;
	while (names.every((each) => each.length > shared + 1 && each.at(-1 - shared) === names[0]?.at(-1 - shared))) shared++;
	const own = words(member.node.name.name);
	const parts = own.slice(0, own.length - shared);
	const others = modelsOf(union).flatMap((model) => literalOf(project, model, union.discriminator) ?? []);
	const isUpper = others.length > 0 && others.every((each) => each === each.toUpperCase());
	const joined = parts.join(others.some((each) => each.includes("-")) ? "-" : "_");
	return isUpper ? joined.toUpperCase() : joined;
}

/** `CutStep` → cut, step. */
function words(name: string): string[] {
	return (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+/g) ?? [name]).map((each) => each.toLowerCase());
}

function modelsOf({ members }: DiscriminatedUnion): readonly ClassValue[] {
	return members.flatMap((member) => (member.kind === "class" ? [member.value] : []));
}

/** The only text of a field that is a Literal; null for all others. */
function literalOf(project: Project, model: ClassValue, name: string): string | null {
	const field = allFields(model).get(name);
	const scope = field === undefined ? null : scopeOfClass(project, field.owner);
	if (field?.annotation == null || scope === null) return null;
	const form = readTypeForm(field.annotation, scope);
	const [only] = form.kind === "literal" ? form.items : [];
	return only?.type === "Constant" && typeof only.value === "string" ? only.value : null;
}
