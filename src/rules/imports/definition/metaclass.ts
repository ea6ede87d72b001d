import type { FixProposal } from "../../../audit/fix.ts";
import type { ClassDefinition } from "../../../project/imports/trace.ts";
import type { ClassValue, Value } from "../../../project/imports/values.ts";
import { type Ancestor, lineageOf } from "../../../project/models/lineage.ts";
import type { Project } from "../../../project/project.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { removeFromHeader } from "../../repair/classes/class-arguments.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** A metaclass by all that it derives from: its own classes as they are, those of libraries by name; it stands first itself. */
type Metaclass = readonly (ClassValue | string)[];

/** Bases whose metaclasses have nothing to do with each other (https://docs.python.org/3/reference/datamodel.html#determining-the-appropriate-metaclass). */
export function* metaclassFaults(project: Project, definition: ClassDefinition): Generator<ClassFault> {
	const { value } = definition;
	const { module, node } = value;
	if (value.bases.length !== node.bases.length) return;
	const conflict = conflictOf(value);
	if (conflict === null) return;
	yield {
		...raising(definition),
		subject: `${module.name}:${node.name.name}`,
		range: node.name,
		problem: `${node.name.name} would need two metaclasses that do not go together`,
		rootCause: `${nameOf(conflict[0])} and ${nameOf(conflict[1])} make classes each in a way of its own; a class has one metaclass, which has to derive from those of all its bases.`,
		error:
			"TypeError: metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
		fixes: [...joined(project, conflict), ...withoutBase(value)],
		manualSteps: [`Give ${node.name.name} bases of one kind, or a metaclass that derives from both.`],
	};
}

function nameOf([first]: Metaclass): string {
	return typeof first === "object" ? first.node.name.name : (first?.split(".").at(-1) ?? "type");
}

/** The first two metaclasses of a class of which neither derives from the other; null where there are none, or one is not known. */
function conflictOf(value: ClassValue): readonly [Metaclass, Metaclass] | null {
	let winner: Metaclass = ["type"];
	for (const candidate of candidatesOf(value, 0)) {
		if (candidate === null) return null;
		if (derives(winner, candidate)) continue;
		if (!derives(candidate, winner)) return [winner, candidate];
		winner = candidate;
	}
	return null;
}

function derives(a: Metaclass, b: Metaclass): boolean {
	const [first] = b;
	return first === "type" || (first !== undefined && a.includes(first));
}

function candidatesOf(value: ClassValue, depth: number): readonly (Metaclass | null)[] {
	const written = value.keywords.get("metaclass");
	const own = written === undefined ? [] : [asMetaclass(written)];
	return [...own, ...value.bases.map((base) => metaclassOf(base, depth + 1))];
}

const deepest = 20;

/** The metaclass of a base; null where it is not known. */
function metaclassOf(base: Value, depth: number): Metaclass | null {
	if (base.kind === "instance")
		return isDeclarativeBase(base.of) ? (metaclassesOfLibraries["sqlalchemy.DeclarativeMeta"] ?? null) : null;
	if (base.kind === "external") return ofLibrary(base.canonical);
	if (base.kind !== "class" || depth > deepest || base.namespace.dynamic || base.decorators.length > 0) return null;
	if (base.bases.length !== base.node.bases.length) return null;
	let winner: Metaclass = ["type"];
	for (const candidate of candidatesOf(base, depth)) {
		if (candidate === null) return null;
		if (derives(candidate, winner)) winner = candidate;
	}
	return winner;
}

function isDeclarativeBase(maker: Value): boolean {
	return maker.kind === "external" && /^sqlalchemy\..*\bdeclarative_base$/.test(maker.canonical);
}

function asMetaclass(value: Value): Metaclass | null {
	if (value.kind === "external") return knownMetaclass(value.canonical);
	if (value.kind !== "class" || !lineageOf(value).isComplete) return null;
	const all = lineageOf(value).ancestors.map((each) => (each.kind === "class" ? [each] : ofAncestor(each)));
	return all.some((each) => each === null) ? null : all.flatMap((each) => each ?? []);
}

function ofAncestor(each: Ancestor): Metaclass | null {
	return each.kind === "external" ? knownMetaclass(each.canonical) : null;
}

function knownMetaclass(canonical: string): Metaclass | null {
	if (canonical === "builtins.type") return ["type"];
	return Object.values(metaclassesOfLibraries).find(([first]) => first === canonical || first === aliases[canonical]) ?? null;
}

const aliases: Readonly<Record<string, string>> = { "enum.EnumType": "enum.EnumMeta" };

const abc = ["abc.ABCMeta", "type"];
const pydantic = ["pydantic.ModelMetaclass", ...abc];

/** By what a class derives from. */
const metaclassesOfLibraries: Readonly<Record<string, Metaclass>> = {
	"abc.ABC": abc,
	"typing.Protocol": ["typing._ProtocolMeta", ...abc],
	"enum.Enum": ["enum.EnumMeta", "type"],
	"pydantic.BaseModel": pydantic,
	"sqlalchemy.DeclarativeMeta": ["sqlalchemy.DeclarativeMeta", "type"],
	"sqlalchemy.DeclarativeBase": ["sqlalchemy.DeclarativeAttributeIntercept", "type"],
	"sqlmodel.SQLModel": ["sqlmodel.SQLModelMetaclass", ...pydantic.slice(0, 1), "sqlalchemy.DeclarativeMeta", ...abc],
};

function ofLibrary(canonical: string): Metaclass | null {
	if (canonical === "builtins.type") return null;
	if (/^builtins\.(object|str|int|float|dict|list|tuple|set|bytes|\w*(Error|Exception|Warning))$/.test(canonical))
		return ["type"];
	if (canonical === "typing.Generic") return ["type"];
	if (/^enum\.(Int|Str)?(Enum|Flag)$/.test(canonical)) return metaclassesOfLibraries["enum.Enum"] ?? null;
	if (/^pydantic(_settings)?\.(.*\.)?(BaseModel|BaseSettings)$/.test(canonical)) return pydantic;
	if (canonical === "sqlmodel.main.SQLModel") return metaclassesOfLibraries["sqlmodel.SQLModel"] ?? null;
	if (/^sqlalchemy\.orm\.(.*\.)?DeclarativeBase$/.test(canonical))
		return metaclassesOfLibraries["sqlalchemy.DeclarativeBase"] ?? null;
	return canonical === "abc.ABC" || canonical === "typing.Protocol" ? (metaclassesOfLibraries[canonical] ?? null) : null;
}

/** What a metaclass of the project derives from in place of `type`, so that it goes together with a library's. */
const partners: Readonly<Record<string, readonly [code: string, module: string, name: string]>> = {
	"abc.ABCMeta": ["ABCMeta", "abc", "ABCMeta"],
	"pydantic.ModelMetaclass": ["type(BaseModel)", "pydantic", "BaseModel"],
	"sqlmodel.SQLModelMetaclass": ["type(SQLModel)", "sqlmodel", "SQLModel"],
	"sqlalchemy.DeclarativeAttributeIntercept": ["type(DeclarativeBase)", "sqlalchemy.orm", "DeclarativeBase"],
};

/** A metaclass of the project that derives from `type` alone can derive from the library's. */
function joined(project: Project, conflict: readonly [Metaclass, Metaclass]): readonly FixProposal[] {
	const own = conflict.find(([first]) => typeof first === "object");
	const foreign = conflict.find(([first]) => typeof first === "string");
	const partner = partners[String(foreign?.[0])];
	const defined = own?.filter((each) => typeof each === "object").at(-1);
	if (
		own === undefined ||
		partner === undefined ||
		typeof defined !== "object" ||
		own.some((each) => typeof each === "string" && each !== "type")
	)
		return [];
	const { module, node } = defined;
	const [base, ...others] = node.bases;
	if (base === undefined || others.length > 0 || project.modulesByPath.get(module.path) !== module) return [];
	const [code, source, name] = partner;
	return [
		{
			title: `Derive ${node.name.name} from ${code}`,
			explanation: `A metaclass that derives from ${code} still does what ${node.name.name} does, and can make classes of both kinds.`,
			applicability: "review",
			edits: [replaceText(module, base.start, base.end, code)],
			needs: [{ path: module.path, module: source, name }],
		},
	];
}

/** An enumeration is neither abstract nor a model: the other base goes, or is the type of the values. */
function withoutBase(value: ClassValue): readonly FixProposal[] {
	const { module, node } = value;
	const isEnum = (each: Value) => each.kind === "external" && /^enum\./.test(each.canonical);
	if (!value.bases.some(isEnum)) return [];
	const other = node.bases.find((_, index) => {
		const base = value.bases[index];
		return base?.kind === "external" && /^(abc\.ABC|pydantic\.(.*\.)?BaseModel)$/.test(base.canonical);
	});
	if (other === undefined) return [];
	const name = module.text.slice(other.start, other.end);
	const values = node.body.flatMap((each) => (each.type === "Assign" ? [each.value] : []));
	const isText = name.endsWith("BaseModel") && values.every((each) => each.type === "Constant" && typeof each.value === "string");
	return [
		{
			title: isText ? `Derive ${node.name.name} from str instead of ${name}` : `Do not derive ${node.name.name} from ${name}`,
			explanation: `An enumeration has its members and nothing to fill in, so that ${name} adds nothing to it; pydantic takes enumerations as they are.`,
			applicability: "review",
			edits: isText ? [replaceText(module, other.start, other.end, "str")] : removeFromHeader(module, node, [other]),
		},
	];
}
