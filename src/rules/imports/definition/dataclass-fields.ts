import type { FixProposal } from "../../../audit/fix.ts";
import type { ClassDefinition } from "../../../project/imports/trace.ts";
import type { ClassValue, Value } from "../../../project/imports/values.ts";
import { argumentsOf, attributesOf, type ClassAttribute, makerOf } from "../../../project/models/class-body.ts";
import { lineageOf } from "../../../project/models/lineage.ts";
import type { Project } from "../../../project/project.ts";
import { isClassVariable } from "../../../python/annotated.ts";
import { addArgument } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { insertBefore, removeStatements } from "../../../python/rewrite/statements.ts";
import { dottedName } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** Fields of a dataclass in an order that its `__init__` cannot have, and defaults that all instances would share. */
export function* dataclassFaults(project: Project, definition: ClassDefinition): Generator<ClassFault> {
	const { value } = definition;
	const options = dataclassOptions(value);
	if (options === null || !lineageOf(value).isComplete) return;
	const shared = [...attributesOf(value).values()].filter((attribute) => isField(attribute) && isShared(project, attribute));
	let turn = 0;
	const range = refusedAt(project, value);
	for (const attribute of shared) {
		yield { ...sharedDefault(definition, attribute), range, order: definition.order + turn / 1000 };
		turn++;
	}
	const late = options.isKeywordOnly ? null : firstLate(value);
	if (late !== null) yield { ...lateField(project, definition, late), range, order: definition.order + turn / 1000 };
}

/** The place that Python names: the decorator, which runs once the class is there; up to 3.10 the line of the class. */
function refusedAt(project: Project, { node }: ClassValue): TextRange {
	return (project.environment.python.minor >= 11 ? node.decorators[0] : undefined) ?? node.name;
}

interface Options {
	readonly isKeywordOnly: boolean;
}

/** The options of the `@dataclass` over a class, the standard library's or pydantic's; null where there is none, or other decorators are. */
function dataclassOptions(value: ClassValue): Options | null {
	const [decorator] = value.decorators;
	if (value.decorators.length !== 1 || decorator === undefined) return null;
	const of = decorator.kind === "instance" ? decorator.of : decorator;
	if (of.kind !== "external" || !/^(pydantic\.)?dataclasses\.dataclass$/.test(of.canonical)) return null;
	if (decorator.kind !== "instance") return { isKeywordOnly: false };
	const call = argumentsOf(decorator);
	const given = call?.keywords.get("kw_only");
	if (call === null || (given !== undefined && given.kind !== "constant") || call.keywords.has("init")) return null;
	return { isKeywordOnly: given?.kind === "constant" && given.value === true };
}

function isField({ annotation, name }: ClassAttribute): boolean {
	return annotation !== null && !isClassVariable(annotation) && name !== "__slots__";
}

/** A list, dict or set, on its own or as the `default` of a `field(...)`. */
function isShared(project: Project, { value }: ClassAttribute): boolean {
	const given = makerOf(value) === "field" ? argumentsOf(value)?.keywords.get("default") : value;
	if (given == null) return false;
	if (given.kind === "dict" || (given.kind === "sequence" && given.type !== "tuple")) return true;
	return project.environment.python.minor >= 11 && isPlainDataclassInstance(given);
}

/** Instances of dataclasses that can change have no hash, by which Python 3.11 and later tell them. */
function isPlainDataclassInstance(value: Value): boolean {
	if (value.kind !== "instance" || value.of.kind !== "class" || value.of.namespace.names.has("__hash__")) return false;
	const [decorator] = value.of.decorators;
	return value.of.decorators.length === 1 && decorator?.kind === "external" && decorator.canonical === "dataclasses.dataclass";
}

function sharedDefault(
	definition: ClassDefinition,
	{ name, owner, value, valueNode }: ClassAttribute,
): Omit<ClassFault, "range"> {
	const { module } = owner;
	const given = makerOf(value) === "field" ? (argumentsOf(value)?.keywords.get("default") ?? null) : value;
	const written =
		valueNode?.type === "Call" && makerOf(value) === "field"
			? valueNode.keywords.find((each) => each.name?.name === "default")
			: undefined;
	const place = written ?? valueNode;
	const inner = written?.value ?? valueNode;
	const type = given?.kind === "sequence" ? given.type : given?.kind === "dict" ? "dict" : null;
	const shown =
		type ??
		(given?.kind === "instance" && given.of.kind === "class" ? `${given.of.module.name}.${given.of.node.name.name}` : "object");
	const text = inner === null || inner === undefined ? "" : module.text.slice(inner.start, inner.end);
	const isEmpty =
		(given?.kind === "sequence" && given.items.length === 0) || (given?.kind === "dict" && given.entries.size === 0);
	const factory = isEmpty && type !== null ? type : `lambda: ${text}`;
	const code = written === undefined ? `field(default_factory=${factory})` : `default_factory=${factory}`;
	return {
		...raising(definition),
		subject: `${module.name}:${owner.node.name.name}.${name}`,
		problem: `All instances of ${owner.node.name.name} would share one default of ${name}`,
		rootCause:
			"A default is made once, when the class is defined; a change through one instance would show in all. Dataclasses refuse that.",
		error: `ValueError: mutable default <class '${shown}'> for field ${name} is not allowed: use default_factory`,
		fixes:
			place == null
				? []
				: [
						{
							title: `Make the default of ${name} with default_factory`,
							explanation: "The factory is called for each instance, which so gets its own.",
							applicability: "safe",
							edits: [replaceText(module, place.start, place.end, code)],
							needs: written === undefined ? [{ path: module.path, module: "dataclasses", name: "field" }] : [],
						},
					],
	};
}

/** A field without a default, the first one before it that has one, and the name of the nearest one. */
interface LateField {
	readonly field: ClassAttribute;
	readonly defaulted: ClassAttribute;
	readonly nearest: string;
}

/** The first field without a default behind one that has one, base classes first. */
function firstLate(value: ClassValue): LateField | null {
	const fields = new Map<string, ClassAttribute>();
	for (const each of lineageOf(value).own.toReversed()) {
		const options = dataclassOptions(each);
		if (options === null && each !== value) continue;
		let isKeywordOnly = options?.isKeywordOnly === true;
		for (const attribute of attributesOf(each).values()) {
			if (!isField(attribute)) continue;
			if (attribute.annotation !== null && /(^|\.)KW_ONLY$/.test(dottedName(attribute.annotation) ?? "")) isKeywordOnly = true;
			else if (!isKeywordOnly && isPositional(attribute)) fields.set(attribute.name, attribute);
		}
	}
	let defaulted: ClassAttribute | null = null;
	let nearest = "";
	for (const field of fields.values()) {
		if (hasDefault(field)) {
			defaulted ??= field;
			nearest = field.name;
		} else if (defaulted !== null) return field.value?.kind === "unknown" ? null : { field, defaulted, nearest };
	}
	return null;
}

function isPositional({ value }: ClassAttribute): boolean {
	if (makerOf(value) !== "field" && makerOf(value) !== "Field") return true;
	const call = argumentsOf(value);
	return call !== null && !call.keywords.has("init") && !call.keywords.has("kw_only");
}

function hasDefault({ value }: ClassAttribute): boolean {
	if (value === null) return false;
	if (makerOf(value) === "field") {
		const call = argumentsOf(value);
		return call === null || call.keywords.has("default") || call.keywords.has("default_factory");
	}
	return true;
}

function lateField(
	project: Project,
	definition: ClassDefinition,
	{ field, defaulted, nearest }: LateField,
): Omit<ClassFault, "range"> {
	const { owner, name } = field;
	const className = definition.value.node.name.name;
	return {
		...raising(definition),
		subject: `${owner.module.name}:${className}.${name}`,
		problem: `${className}.${name} has no default and follows ${defaulted.name}, which has one`,
		rootCause:
			"The fields are the parameters of __init__ in their order, and a parameter without a default cannot follow one that has a default.",
		error:
			project.environment.python.minor >= 13
				? `TypeError: non-default argument '${name}' follows default argument '${nearest}'`
				: `TypeError: non-default argument '${name}' follows default argument`,
		fixes: [...movedUp(field, defaulted), ...keywordOnly(project, definition.value)],
	};
}

/** The fields without a default that stand behind one that has one, put before it. */
export function movedUp({ owner, node, name }: ClassAttribute, defaulted: ClassAttribute): readonly FixProposal[] {
	if (defaulted.owner !== owner) return [];
	const { module } = owner;
	const names = [...attributesOf(owner).values()];
	const late = names.filter(
		(each) => isField(each) && !hasDefault(each) && isPositional(each) && each.node.start > defaulted.node.start,
	);
	const code = late.map((each) => module.text.slice(each.node.start, each.node.end));
	const indent = /(?<![ \t])[ \t]*$/.exec(module.text.slice(0, node.start))?.[0] ?? "";
	return [
		{
			title: `Put ${late.map((each) => each.name).join(", ") || name} before ${defaulted.name}`,
			explanation: "Fields without a default come first. Calls that pass these fields by position have to follow.",
			applicability: "review",
			edits: [
				insertBefore(module, defaulted.node, code.join(`\n${indent}`)),
				...removeStatements(
					module,
					late.map((each) => each.node),
				),
			],
		},
	];
}

function keywordOnly(project: Project, value: ClassValue): readonly FixProposal[] {
	const [written] = value.node.decorators;
	if (written === undefined || project.environment.python.minor < 10) return [];
	const { module } = value;
	const edit =
		written.type === "Call"
			? addArgument(module, written, "kw_only=True")
			: replaceText(module, written.end, written.end, "(kw_only=True)");
	return [
		{
			title: "Take the fields by keyword only",
			explanation: "Keyword arguments may come in any order. Calls that pass fields by position have to follow.",
			applicability: "review",
			edits: [edit],
		},
	];
}
