import type * as ast from "../../python/ast.ts";
import { dottedName } from "../../python/walk.ts";
import { isSymbol } from "../database/sqlalchemy-values.ts";
import { baseOfMetadata } from "../imports/simulator/library/base-metadata.ts";
import type { ClassDefinition } from "../imports/trace.ts";
import type { ClassValue, InstanceValue, Value } from "../imports/values.ts";
import type { Project } from "../project.ts";
import { attributesOf, type ClassAttribute } from "./class-body.ts";
import { computedTableName, isTableNaming } from "./computed-table-name.ts";
import {
	baseMaker,
	hasHiddenTemplate,
	holderOf,
	isDeclarativeBase,
	isDeclarativeRoot,
	mappingDecorator,
	registryBehind,
} from "./declarative-base.ts";
import { inheritedValue, lineageOf } from "./lineage.ts";

/** A class that SQLAlchemy maps to a table, or to that of a class it derives from. */
export interface TableClass {
	readonly definition: ClassDefinition;
	readonly value: ClassValue;
	readonly kind: "sqlmodel" | "declarative";
	/** The name of its own table; `inherited` where it shares that of a mapped base, null where the name is computed. */
	readonly tableName: string | null;
	/** How the name is found: written, made by code, taken over from a mapped base, or nowhere. */
	readonly naming: "written" | "computed" | "inherited" | "missing";
	readonly schema: string | null | "unknown";
	/** Tables of one MetaData know each other; compared by identity. */
	readonly metadata: unknown;
	/** The mapped class it derives from, or null. */
	readonly parent: ClassValue | null;
	/** The attributes of its body and of the mixins it takes columns from, nearest class winning. */
	readonly attributes: ReadonlyMap<string, ClassAttribute>;
	/** True where a base or the body may bring what is not seen here. */
	readonly isOpen: boolean;
}

const known = new WeakMap<Project, readonly TableClass[]>();

/** The table classes whose statements certainly run, in order; one that a function makes more than once counts once. */
export function tableClasses(project: Project): readonly TableClass[] {
	const cached = known.get(project);
	if (cached !== undefined) return cached;
	const seen = new Set<string>();
	const result: TableClass[] = [];
	for (const definition of project.trace.classes) {
		const { value, guarded } = definition;
		const place = `${value.module.name}:${value.node.start}`;
		const kind = guarded || seen.has(place) ? null : tableKind(value);
		seen.add(place);
		if (kind !== null) result.push(readTable(definition, kind));
	}
	known.set(project, result);
	return result;
}

/** Is the class mapped, and by whom? Null for plain classes, abstract ones and the declarative base itself. */
export function tableKind(value: ClassValue): TableClass["kind"] | null {
	if (isSqlmodelTable(value)) return "sqlmodel";
	if (mappingDecorator(value) !== null) return "declarative";
	return isDeclarative(value) && !isDeclarativeBase(value) && !isAbstract(value) ? "declarative" : null;
}

/** SQLModel keeps `table=True` in the configuration, which models inherit; only the class that says it is mapped. */
export function isSqlmodelTable(value: ClassValue): boolean {
	const table = value.keywords.get("table");
	return table?.kind === "constant" && table.value === true && isSqlmodel(value);
}

export function isSqlmodel(value: ClassValue): boolean {
	return lineageOf(value).ancestors.some((each) => each.kind === "external" && isSymbol(each, "SQLModel"));
}

export function isDeclarative(value: ClassValue): boolean {
	const { ancestors, own } = lineageOf(value);
	return ancestors.some(isDeclarativeRoot) || own.some(isDeclarativeBase);
}

export function isAbstract(value: ClassValue): boolean {
	const abstract = value.namespace.names.get("__abstract__")?.value;
	return abstract !== undefined && !(abstract.kind === "constant" && abstract.value === false);
}

function readTable(definition: ClassDefinition, kind: TableClass["kind"]): TableClass {
	const { value } = definition;
	const { own, isComplete } = lineageOf(value);
	const parent = own.find((each) => each !== value && tableKind(each) !== null) ?? null;
	const sources = own.filter((each) => each === value || (tableKind(each) === null && !isMixedInto(each, parent)));
	const attributes = new Map<string, ClassAttribute>();
	for (const source of sources.toReversed())
		for (const attribute of attributesOf(source).values()) attributes.set(attribute.name, attribute);
	const named = sources.find((source) => source.namespace.names.has("__tablename__") || source.namespace.names.has("__table__"));
	const name = named?.namespace.names.get("__tablename__");
	const isWritten = name?.value.kind === "constant" && typeof name.value.value === "string" && !name.maybe;
	// What a mixin of the parent says about the name holds for this class as well, under declared_attr made anew.
	const isNamedAbove = own.some((each) => tableKind(each) === null && each.namespace.names.has("__tablename__"));
	const isComputed = named !== undefined || isNamedAbove || hasHiddenBase(value);
	const naming = isWritten ? "written" : isComputed ? "computed" : namingOf(kind, parent);
	return {
		definition,
		value,
		kind,
		naming,
		tableName:
			isWritten && name.value.kind === "constant"
				? String(name.value.value)
				: naming === "computed" && name !== undefined && !name.maybe
					? computedTableName(name.value, value)
					: defaultName(kind, naming, value),
		schema: schemaOf(value),
		metadata: metadataOf(value),
		parent,
		attributes,
		isOpen: !isComplete || hasHiddenBase(value) || sources.some(isOpenBody),
	};
}

function isMixedInto(value: ClassValue, parent: ClassValue | null): boolean {
	return parent !== null && lineageOf(parent).own.includes(value);
}

function namingOf(kind: TableClass["kind"], parent: ClassValue | null): TableClass["naming"] {
	if (kind === "sqlmodel") return "written";
	return parent === null ? "missing" : "inherited";
}

/** SQLModel names a table after its class. */
function defaultName(kind: TableClass["kind"], naming: TableClass["naming"], value: ClassValue): string | null {
	return kind === "sqlmodel" && naming === "written" ? value.node.name.name.toLowerCase() : null;
}

/** Arguments of `declarative_base()` and decorators bring members that the class statement does not show. */
function hasHiddenBase(value: ClassValue): boolean {
	const { ancestors, own } = lineageOf(value);
	const isOther = (each: ClassValue, decorator: Value) =>
		decorator !== plainMaker(each) && (each !== value || decorator !== mappingDecorator(each));
	if (own.some((each) => each.decorators.some((decorator) => isOther(each, decorator)))) return true;
	return ancestors.some((each) => {
		if (each.kind === "class") return false;
		if (each.kind === "instance") return !isDeclarativeRoot(each) || hasHiddenTemplate(each);
		return (
			!/^(sqlalchemy|sqlmodel|pydantic|typing|abc|builtins)\b/.test(each.canonical) ||
			/\.(AutomapBase|DeferredReflection)$/.test(each.canonical)
		);
	});
}

/** The call of `as_declarative` over a class that adds nothing but what every declarative base has. */
function plainMaker(value: ClassValue): InstanceValue | null {
	const maker = baseMaker(value);
	return maker === null || hasHiddenTemplate(maker) ? null : maker;
}

/** A body with loops, conditions or computed names may bind more than its statements say. */
function isOpenBody({ node, namespace }: ClassValue): boolean {
	return (
		namespace.dynamic ||
		node.body.some(
			(statement) =>
				!isTableNaming(statement) &&
				(!["AnnAssign", "Assign", "FunctionDef", "ClassDef", "Pass", "ExpressionStatement"].includes(statement.type) ||
					(statement.type === "FunctionDef" && statement.decorators.some((decorator) => !isPlainDecorator(decorator)))),
		)
	);
}

/** Decorators of methods that are no columns: properties, validators, parts of a hybrid (`@is_large.inplace.expression`). */
const plainDecorator =
	/^(property|classmethod|staticmethod|cached_property|abstractmethod|overload|override|hybrid_property|hybrid_method|validates|reconstructor|(field|model)_(validator|serializer)|computed_field|validator|root_validator)$/;

function isPlainDecorator(decorator: ast.Expression): boolean {
	const name = dottedName(decorator.type === "Call" ? decorator.callee : decorator)?.split(".") ?? [];
	const last = name.at(-1) ?? "";
	return (
		plainDecorator.test(last) ||
		(name.length > 1 && /^(setter|getter|deleter|expression|comparator|update_expression)$/.test(last))
	);
}

/** The arguments of `__table_args__`: constraints, and options by keyword; null where they cannot be seen. */
export function tableArguments(
	value: ClassValue,
): { readonly items: readonly Value[]; readonly options: ReadonlyMap<string, Value> } | null {
	const found = inheritedValue(value, "__table_args__");
	if (found === undefined) return { items: [], options: new Map() };
	const items = found.kind === "sequence" && found.complete ? found.items : found.kind === "dict" ? [found] : null;
	if (items === null) return null;
	const options = new Map<string, Value>();
	for (const item of items) {
		if (item.kind === "unknown" || (item.kind === "dict" && !item.complete)) return null;
		if (item.kind === "dict") for (const [key, option] of item.entries) options.set(String(key), option);
	}
	return { items, options };
}

function schemaOf(value: ClassValue): TableClass["schema"] {
	const arguments_ = tableArguments(value);
	if (arguments_ === null) return "unknown";
	const schema = arguments_.options.get("schema");
	if (schema === undefined) return null;
	return schema.kind === "constant" && typeof schema.value === "string" ? schema.value : "unknown";
}

/** What stands for the MetaData of a class: the value that is set, else the declarative base, else SQLModel's own. */
export function metadataOf(value: ClassValue): unknown {
	const setter = lineageOf(value).own.find(
		(each) => each.namespace.names.has("metadata") && (isDeclarativeBase(each) || tableKind(each) === null),
	);
	const set = setter?.namespace.names.get("metadata")?.value;
	if (set !== undefined) return identityOf(set);
	const holder = baseHolder(value);
	if (holder?.kind !== "instance") return holder ?? "sqlmodel";
	const given = holder.call?.keywords.get("metadata");
	return given === undefined ? holder : identityOf(given);
}

/** What holds a class's MetaData and the names of its like: a registry, what `declarative_base()` made, or a base of the project; null for SQLModel's classes. */
export function baseHolder(value: ClassValue): ClassValue | InstanceValue | null {
	const { own, ancestors } = lineageOf(value);
	const decorator = mappingDecorator(value);
	if (decorator !== null) return registryBehind(decorator);
	const base = own.find(isDeclarativeBase) ?? null;
	const made = ancestors.find((each) => each.kind === "instance") ?? (base === null ? null : baseMaker(base));
	return made?.kind === "instance" ? holderOf(made) : base;
}

/** `SQLModel.metadata` is the same thing wherever it is read, and so is the one that a declarative base brings. */
export function identityOf(metadata: Value): unknown {
	if (metadata.kind !== "external") return baseOfMetadata(metadata) ?? metadata;
	return metadata.canonical.endsWith("SQLModel.metadata") ? "sqlmodel" : metadata.canonical;
}
