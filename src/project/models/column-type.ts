import { findKeyword } from "../../python/rewrite/arguments.ts";
import type { ClassValue } from "../imports/values.ts";
import type { Project } from "../project.ts";
import { lineageOf, ownerOf } from "./lineage.ts";
import { scopeOfClass } from "./name-scope.ts";
import { annotationError } from "./orm-version.ts";
import { isVersionOne } from "./pydantic-schema.ts";
import type { TableClass } from "./table-class.ts";
import { readTypeForm, type TypeForm } from "./type-form.ts";

/**
 * Why a table class cannot make a column of a type: `no-type` there is no column type for it, `union` it is a union of several types,
 * `unbound` it names something that is not defined, `relation` it is another table class, `not-a-type` it is a module or a type of SQLAlchemy's.
 */
export interface TypeProblem {
	readonly problem: "no-type" | "union" | "unbound" | "relation" | "not-a-type";
	/** For people: `list`, `Station`. */
	readonly named: string;
	/** The line that Python prints, or null where it cannot be foreseen. */
	readonly error: string | null;
}

/** The types of which SQLModel makes columns (`get_sqlalchemy_type` in sqlmodel/main.py), besides their subclasses and enums. */
const sqlmodelTypes = new Set(
	(
		"str int float bool bytes datetime.datetime datetime.date datetime.time datetime.timedelta decimal.Decimal uuid.UUID pathlib.Path " +
		"ipaddress.IPv4Address ipaddress.IPv4Network ipaddress.IPv6Address ipaddress.IPv6Network"
	).split(" "),
);

/** The types of `registry.type_annotation_map` as SQLAlchemy 2 brings it (`_type_map` in sqlalchemy/sql/sqltypes.py). */
const mappedTypes = new Set(
	"str int float bool bytes datetime.datetime datetime.date datetime.time datetime.timedelta decimal.Decimal uuid.UUID".split(
		" ",
	),
);

/** Plain types that have a name of their own in both and a column type in neither. */
const typesWithoutColumn = new Set(
	(
		"list dict set frozenset tuple object complex type typing.Any typing.Sequence typing.Mapping typing.Iterable typing.Collection " +
		"typing.MutableMapping typing.MutableSequence collections.deque collections.defaultdict collections.OrderedDict collections.Counter typing.Callable"
	).split(" "),
);

/** Classes of pydantic 2 that are no subclasses of `str`. */
const pydanticTypesWithoutColumn = /^pydantic\.(networks\.(\w+Url|\w+Dsn)|types\.Secret\w+)$/;

/** What is wrong with the type of a SQLModel field that has neither `sa_column` nor `sa_type`; null where nothing is, or it cannot be seen. */
export function sqlmodelTypeProblem(form: TypeForm, project: Project, field: string): TypeProblem | null {
	const isOne = isVersionOne(project.environment);
	const noType = (named: string, shown: string | null): TypeProblem => ({
		problem: "no-type",
		named,
		error: isOne
			? `ValueError: The field ${field} has no matching SQLAlchemy type`
			: shown && `ValueError: ${shown} has no matching SQLAlchemy type`,
	});
	switch (form.kind) {
		case "unbound":
			return isOne ? null : { problem: "unbound", named: form.name, error: "TypeError: issubclass() arg 1 must be a class" };
		case "annotated":
			return sqlmodelTypeProblem(form.type, project, field);
		case "union":
			return unionProblem(form.members, project, field, isOne);
		case "literal":
			return isOne ? null : { problem: "no-type", named: "Literal", error: "TypeError: issubclass() arg 1 must be a class" };
		case "external": {
			if (sqlmodelTypes.has(form.name)) return null;
			if (!isOne && pydanticTypesWithoutColumn.test(form.value.canonical))
				return noType(shortName(form.name), `<class '${form.value.canonical}'>`);
			if (!typesWithoutColumn.has(form.name)) return null;
			// SQLModel on pydantic 1 looks at what a list holds.
			if (isOne && (form.args === null || form.args.length > 0)) return null;
			return noType(shortName(form.name), shownType(form.name));
		}
		case "class": {
			const { value } = form;
			if (!isPlainClass(form)) return null;
			const dotted = `${value.module.name}.${value.node.name.name}`;
			return { ...noType(value.node.name.name, `<class '${dotted}'>`), problem: "relation" };
		}
		default:
			return null;
	}
}

function unionProblem(members: readonly TypeForm[], project: Project, field: string, isOne: boolean): TypeProblem | null {
	const types = members.filter((member) => member.kind !== "none");
	const [only] = types;
	if (types.length === 1 && only !== undefined) return sqlmodelTypeProblem(only, project, field);
	if (types.some((member) => member.kind === "unknown")) return null;
	return {
		problem: "union",
		named: "union",
		error: isOne
			? "TypeError: issubclass() arg 1 must be a class"
			: "ValueError: Cannot have a (non-optional) union as a SQLAlchemy field",
	};
}

/** Names of bases that make a class a column type for one of the two: enums, and subclasses of plain types for SQLModel. */
const columnBases =
	/^(builtins\.)?(str|int|float|bool|bytes|datetime|date|time|timedelta|Decimal|UUID|Path)$|enum\.|\.(Decimal|UUID|Path|PurePath|datetime|date|time|timedelta|EmailStr|SecretStr)$/;

/** A class of the project of which everything can be seen, and nothing is a column type. */
function isPlainClass({ value, args }: TypeForm & { kind: "class" }): boolean {
	const { ancestors, isComplete } = lineageOf(value);
	if (!isComplete || args.length > 0 || value.decorators.length > 0) return false;
	return ancestors.every(
		(each) =>
			each.kind === "class" ||
			(each.kind === "external" &&
				/^(sqlmodel|pydantic|sqlalchemy|typing|abc)\b/.test(each.canonical) &&
				!columnBases.test(each.canonical)),
	);
}

/** What is wrong with the type inside `Mapped[...]` of a column that names no column type; null where nothing is, or it cannot be seen. */
export function mappedTypeProblem(form: TypeForm, project: Project, table: TableClass, attribute: string): TypeProblem | null {
	switch (form.kind) {
		case "external":
			return mappedExternalProblem(form, project, table, attribute);
		case "class": {
			if (!isPlainClass(form) || mayBeMapped(project, table, form.value)) return null;
			const { value } = form;
			const shown = `<class '${value.module.name}.${value.node.name.name}'>`;
			return { problem: "relation", named: value.node.name.name, error: unmappable(project, shown, attribute) };
		}
		case "union": {
			const types = form.members.filter((member) => member.kind !== "none");
			const [only] = types;
			if (types.length === 1 && only !== undefined) return mappedTypeProblem(only, project, table, attribute);
			if (
				mayBeMapped(project, table, null) ||
				types.some((member) => member.kind !== "external" || !mappedTypes.has(member.name))
			)
				return null;
			return { problem: "union", named: "union", error: null };
		}
		case "object": {
			const { value } = form;
			const isModule = value?.kind === "module" || (value?.kind === "external" && value.isModule);
			return isModule ? { problem: "not-a-type", named: value.name, error: null } : null;
		}
		default:
			return null;
	}
}

function mappedExternalProblem(
	form: TypeForm & { kind: "external" },
	project: Project,
	table: TableClass,
	attribute: string,
): TypeProblem | null {
	const { name, value, args } = form;
	if (mappedTypes.has(name)) return null;
	if (/^sqlalchemy\.(sql\.sqltypes|types|dialects)\b/.test(value.canonical)) {
		const home = value.canonical;
		return {
			problem: "not-a-type",
			named: shortName(home),
			error: `${annotationError(project)}: The type provided inside the '${attribute}' attribute Mapped annotation is the SQLAlchemy type <class '${home}'>. Expected a Python type instead`,
		};
	}
	if (!typesWithoutColumn.has(name) || mayBeMapped(project, table, name)) return null;
	const shown = args?.length === 0 ? shownType(name) : null;
	return { problem: "no-type", named: shortName(name), error: unmappable(project, shown ?? "…", attribute) };
}

function unmappable(project: Project, shown: string, attribute: string): string {
	const error = annotationError(project);
	return error.startsWith("sqlalchemy.orm")
		? `${error}: Could not locate SQLAlchemy Core type when resolving for Python type indicated by '${shown}' inside the Mapped[] annotation for the '${attribute}' attribute; the type object is not resolvable by the registry`
		: `${error}: Could not locate SQLAlchemy Core type for Python type ${shown} inside the '${attribute}' attribute Mapped annotation`;
}

/** May the declarative base bring a column type of its own for a type: a class, a plain name, or null for any other? */
function mayBeMapped(project: Project, { value }: TableClass, type: ClassValue | string | null): boolean {
	if (lineageOf(value).ancestors.some((each) => each.kind === "instance" && (each.call?.keywords.size ?? 1) > 0)) return true;
	const owners = ["type_annotation_map", "registry"].flatMap((name) => {
		const owner = ownerOf(value, name);
		return owner === null ? [] : [{ owner, name }];
	});
	return owners.some(({ owner, name }) => {
		const types = typesInMap(project, owner, name);
		if (types === null || type === null) return true;
		if (typeof type === "string") return types.some((each) => each.kind === "external" && each.name === type);
		// A class is looked for by its bases too.
		const canonical = new Set(types.map(({ value: each }) => (each.kind === "external" ? each.canonical : each)));
		return lineageOf(type).ancestors.some(
			(each) => each.kind !== "instance" && canonical.has(each.kind === "external" ? each.canonical : each),
		);
	});
}

type MappedType = TypeForm & { readonly kind: "class" | "external" };

/** The types that `type_annotation_map`, or the one that `registry(...)` is handed, names in the body of a class; null where they cannot be seen. */
function typesInMap(project: Project, owner: ClassValue, name: string): readonly MappedType[] | null {
	const scope = scopeOfClass(project, owner);
	const statement = owner.node.body.findLast(
		(each) =>
			(each.type === "Assign" && each.targets.some((target) => target.type === "Name" && target.id === name)) ||
			(each.type === "AnnAssign" && each.target.type === "Name" && each.target.id === name),
	);
	const given = statement?.type === "Assign" || statement?.type === "AnnAssign" ? statement.value : null;
	const isRegistry = given?.type === "Call" && name === "registry";
	const written = isRegistry ? (findKeyword(given, "type_annotation_map")?.value ?? null) : given;
	if (isRegistry && written === null) return given.keywords.some((each) => each.name === null) ? null : [];
	if (scope === null || written?.type !== "Dict") return null;
	const types: MappedType[] = [];
	for (const { key } of written.entries) {
		const form = key === null ? null : readTypeForm(key, scope);
		// An Annotated type has its entry for itself; what it is made of has none by that.
		if (form?.kind === "annotated") continue;
		if (form?.kind !== "class" && form?.kind !== "external") return null;
		types.push(form);
	}
	return types;
}

function shortName(name: string): string {
	return name.slice(name.lastIndexOf(".") + 1);
}

/** How Python shows one of the plain types: `<class 'list'>`, `typing.Any`. */
function shownType(name: string): string | null {
	if (name === "typing.Any") return name;
	return name.startsWith("typing.") ? null : `<class '${name}'>`;
}
