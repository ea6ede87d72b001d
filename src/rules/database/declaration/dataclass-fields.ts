import { isSymbol } from "../../../project/database/sqlalchemy-values.ts";
import type { ClassValue, Value } from "../../../project/imports/values.ts";
import { argumentsOf, attributesOf, type ClassAttribute, makerOf } from "../../../project/models/class-body.ts";
import { isMappedAsDataclass, mappingDecorator } from "../../../project/models/declarative-base.ts";
import { lineageOf } from "../../../project/models/lineage.ts";
import { hasSqlalchemy } from "../../../project/models/orm-version.ts";
import type { TableClass } from "../../../project/models/table-class.ts";
import type { Project } from "../../../project/project.ts";
import { isClassVariable } from "../../../python/annotated.ts";
import { addArgument } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { dottedName } from "../../../python/walk.ts";
import type { TextEdit } from "../../../text/range.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** Classes below `MappedAsDataclass` whose fields dataclasses do not take (https://docs.sqlalchemy.org/en/20/orm/dataclasses.html). */
export function* dataclassFields(project: Project, table: TableClass): Generator<ClassFault> {
	if (!isDataclass(table.value) || table.isOpen || table.parent !== null) return;
	yield* plainMixins(project, table);
	yield* wrongOrder(project, table);
}

function isDataclass(value: ClassValue): boolean {
	if (isMappedAsDataclass(value)) return true;
	return lineageOf(value).ancestors.some((each) => each.kind === "external" && isSymbol(each, "MappedAsDataclass"));
}

/** A field without a default behind one that has one, both arguments of `__init__`. */
function* wrongOrder(project: Project, table: TableClass): Generator<ClassFault> {
	const owners = lineageOf(table.value).own.filter(isDataclass).toReversed();
	let earlier: ClassAttribute | null = null;
	for (const owner of owners) {
		const options = optionsOf(owner);
		if (options.has("kw_only") || options.has("init")) continue;
		for (const field of attributesOf(owner).values()) {
			const place = placeOf(field);
			if (place === "unknown") return;
			if (place === "optional") earlier ??= field;
			if (place !== "required" || earlier === null) continue;
			const { node, module } = table.value;
			const says = project.environment.python.minor >= 12 ? ` '${earlier.name}'` : "";
			const code = hasSqlalchemy(project, 2, 1) ? "21" : "20";
			yield {
				...raising(table.definition),
				subject: `${module.name}:${node.name.name}.${field.name}`,
				range: field.owner === table.value ? field.node : node.name,
				problem: `${node.name.name}.${field.name} has no default, and stands behind ${earlier.name}, which has one`,
				rootCause: `${isMappedAsDataclass(table.value) ? "mapped_as_dataclass" : "MappedAsDataclass"} makes a dataclass of the class: its fields become the arguments of __init__ in their order, and those without a default have to come first.`,
				error: `sqlalchemy.exc.InvalidRequestError: Python dataclasses error encountered when creating dataclass for '${node.name.name}': TypeError("non-default argument '${field.name}' follows default argument${says}"). Please refer to Python dataclasses documentation for additional information. (Background on this error at: https://sqlalche.me/e/${code}/dcte)`,
				fixes: [
					{
						title: `Let ${node.name.name} take its fields by name`,
						explanation:
							"With kw_only the order of the fields does not matter; objects are made as before, with the names of the fields.",
						applicability: "review",
						edits: [takingByName(table.value)],
					},
				],
				manualSteps: [`Define ${field.name} before ${earlier.name}, or give it a default.`],
			};
			return;
		}
	}
}

/** What the dataclass of a class is told: by the class statement, or by the decorator that maps it. */
function optionsOf(value: ClassValue): ReadonlyMap<string, Value> {
	const decorator = mappingDecorator(value);
	if (decorator === null) return value.keywords;
	return decorator.kind === "instance" ? (decorator.call?.keywords ?? new Map()) : new Map();
}

function takingByName(value: ClassValue): TextEdit {
	const decorator = mappingDecorator(value);
	const index = decorator === null ? -1 : value.decorators.indexOf(decorator);
	const written = value.node.decorators[index];
	if (written === undefined) return withKeyword(value, "kw_only=True");
	if (written.type === "Call") return addArgument(value.module, written, "kw_only=True");
	return replaceText(value.module, written.end, written.end, "(kw_only=True)");
}

/** What a field is to `__init__`. */
function placeOf({ annotation, value, valueNode, name }: ClassAttribute): "required" | "optional" | "none" | "unknown" {
	if (annotation === null || name.startsWith("__") || isClassVariable(annotation)) return "none";
	if (valueNode === null) return "required";
	const maker = makerOf(value);
	if (maker === null && value?.kind === "constant") return "optional";
	const call = argumentsOf(value);
	if (
		call === null ||
		!["mapped_column", "relationship", "column_property", "deferred", "query_expression"].includes(maker ?? "")
	)
		return "unknown";
	const init = call.keywords.get("init");
	const byName = call.keywords.get("kw_only");
	if (init !== undefined || byName !== undefined) {
		const isLeft = (each: typeof init) => each?.kind === "constant";
		if (!isLeft(init ?? byName)) return "unknown";
		if (init?.kind === "constant" && init.value === false) return "none";
		if (byName?.kind === "constant" && byName.value === true) return "none";
	}
	return call.keywords.has("default") || call.keywords.has("default_factory") ? "optional" : "required";
}

/** A mixin with mapped fields that is no dataclass itself: SQLAlchemy 2.1 refuses what 2.0 warned of. */
function* plainMixins(project: Project, table: TableClass): Generator<ClassFault> {
	if (!hasSqlalchemy(project, 2, 1)) return;
	for (const mixin of lineageOf(table.value).own) {
		if (isDataclass(mixin)) continue;
		const mapped = [...attributesOf(mixin).values()].filter(
			({ annotation }) => annotation?.type === "Subscript" && dottedName(annotation.value)?.split(".").at(-1) === "Mapped",
		);
		if (mapped.length === 0) continue;
		const names = mapped.map(({ name }) => name);
		const { module, node } = mixin;
		yield {
			...raising(table.definition),
			module,
			subject: `${table.value.module.name}:${table.value.node.name.name}:${node.name.name}`,
			range: node.name,
			problem: `${table.value.node.name.name} is mapped as a dataclass, and takes ${names.join(", ")} from ${node.name.name}, which is none`,
			rootCause: "Fields of a class that is no dataclass get no place in __init__; SQLAlchemy 2.1 refuses such a mixin.",
			error: `sqlalchemy.exc.InvalidRequestError: When transforming <class '${table.value.module.name}.${table.value.node.name.name}'> to a dataclass, attribute(s) …`,
			fixes: [
				{
					title: `Make ${node.name.name} a dataclass as well`,
					explanation: "Its fields are then taken by their names, wherever the mixin stands among the bases.",
					applicability: "review",
					edits: [withKeyword(mixin, "MappedAsDataclass, kw_only=True")],
					needs: [{ path: module.path, module: "sqlalchemy.orm", name: "MappedAsDataclass" }],
				},
			],
		};
	}
}

/** Adds to the parentheses of a class statement, which are written where there are none. */
function withKeyword({ module, node, bases }: ClassValue, code: string): TextEdit {
	const call = node.bases.at(-1);
	const last = [...node.bases, ...node.keywords.map(({ value }) => value)].reduce((end, each) => Math.max(end, each.end), 0);
	if (call !== undefined || bases.length > 0) return replaceText(module, last, last, `, ${code}`);
	const rest = module.text.slice(node.name.end);
	const empty = /^\s*\(\s*\)/.exec(rest)?.[0].length ?? 0;
	return replaceText(module, node.name.end, node.name.end + empty, `(${code})`);
}
