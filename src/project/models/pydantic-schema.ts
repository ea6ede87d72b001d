import type { Environment, ExternalEntry } from "../../environment/environment.ts";
import type * as ast from "../../python/ast.ts";
import { methodOfDatetime } from "../imports/datetime-methods.ts";
import { findInClass } from "../imports/simulator/classes/class-members.ts";
import { symbolEntry } from "../imports/simulator/external.ts";
import type { ClassValue, ExternalValue, Value } from "../imports/values.ts";
import type { Project } from "../project.ts";
import { makesBase } from "./declarative-base.ts";
import { type NameScope, scopeOfClass } from "./name-scope.ts";
import { plainName, readTypeForm, type TypeForm } from "./type-form.ts";

/**
 * Can pydantic validate values of an annotation? `no` only where it certainly raises when it builds the schema (pydantic 1 and 2
 * agree, but for what they print); `unknown` where any part of it cannot be seen.
 */
export type SchemaAnswer =
	| { readonly schema: "yes" }
	| {
			readonly schema: "no";
			/** What has no schema, as Python shows it: `<class 'app.db.Store'>`; null where it shows an address or a path. */
			readonly shown: string | null;
			/** The same for people: `Store`, `the function any`, `the module datetime`. */
			readonly named: string;
			readonly culprit: TypeForm;
			/** The line that Python prints, where pydantic has words of its own for it. */
			readonly error?: string;
	  }
	| { readonly schema: "unknown" };

const yes: SchemaAnswer = { schema: "yes" };
const unknownSchema: SchemaAnswer = { schema: "unknown" };

/**
 * Answers for an annotation in its scope (`scopeOfFunction`, `scopeOfClass`, `scopeOfModule`). With `arbitrary_types_allowed` every class
 * is fine; that is for the caller to know.
 */
export function pydanticSchemaOf(annotation: ast.Expression, scope: NameScope, project: Project): SchemaAnswer {
	return new SchemaReader(project).ofForm(readTypeForm(annotation, scope));
}

/** Is this a class of the project that derives from pydantic's BaseModel, SQLModel's models included? Null where a base is unknown. */
export function isPydanticModel(value: ClassValue, depth = 0): boolean | null {
	let certain = true;
	for (const base of value.bases) {
		if (base.kind === "external" && isModelBase(base)) {
			if (!base.canonical.startsWith("pydantic.v1.")) return true;
			certain = false;
			continue;
		}
		if (base.kind === "class" && depth < 20) {
			const inherited = isPydanticModel(base, depth + 1);
			if (inherited === true) return true;
			if (inherited === null) certain = false;
		} else if (base.kind !== "external") certain = false;
	}
	return certain ? false : null;
}

/** Is it one of the classes that bring pydantic's metaclass? */
export function isModelBase(base: ExternalValue): boolean {
	return /^(pydantic|pydantic_settings|sqlmodel)\.(.*\.)?(BaseModel|RootModel|BaseSettings|GenericModel|SQLModel)$/.test(
		base.canonical,
	);
}

/** `_handlers` of pydantic/_internal/_generate_schema.py, and what `typing` adds. */
const withSchema = new Set(
	(
		"str bytes int float bool complex object type dict tuple list set frozenset typing.MutableSet typing.Set typing.AbstractSet " +
		"typing.MutableSequence typing.Sequence collections.deque typing.Iterable typing.Generator typing.Mapping typing.MutableMapping " +
		"collections.OrderedDict collections.defaultdict collections.Counter typing.Callable typing.Hashable typing.Any typing.Pattern " +
		"datetime.date datetime.datetime datetime.time datetime.timedelta decimal.Decimal uuid.UUID fractions.Fraction zoneinfo.ZoneInfo " +
		"ipaddress.IPv4Address ipaddress.IPv4Interface ipaddress.IPv4Network ipaddress.IPv6Address ipaddress.IPv6Interface " +
		"ipaddress.IPv6Network os.PathLike pathlib.Path pathlib.PurePath pathlib.PosixPath pathlib.WindowsPath pathlib.PurePosixPath " +
		"pathlib.PureWindowsPath re.Pattern enum.Enum enum.IntEnum enum.StrEnum enum.Flag enum.IntFlag typing.Final typing.ClassVar " +
		"typing.Required typing.NotRequired typing.ReadOnly typing.Self typing.AnyStr"
	).split(" "),
);

/** Containers whose subscripts need a schema too. */
const containers = new Set(
	(
		"dict tuple list set frozenset typing.MutableSet typing.Set typing.AbstractSet typing.MutableSequence typing.Sequence " +
		"collections.deque typing.Iterable typing.Mapping typing.MutableMapping collections.OrderedDict collections.defaultdict " +
		"collections.Counter typing.Final"
	).split(" "),
);

/** Classes of `builtins` and the standard library, and of SQLAlchemy's C modules, that pydantic knows nothing of. */
const withoutSchema: Readonly<Record<string, string>> = {
	bytearray: "<class 'bytearray'>",
	memoryview: "<class 'memoryview'>",
	range: "<class 'range'>",
	slice: "<class 'slice'>",
	"datetime.tzinfo": "<class 'datetime.tzinfo'>",
	"datetime.timezone": "<class 'datetime.timezone'>",
	"io.BytesIO": "<class '_io.BytesIO'>",
	"io.StringIO": "<class '_io.StringIO'>",
	"re.Match": "<class 're.Match'>",
	"socket.socket": "<class 'socket.socket'>",
	"sqlalchemy.engine.row.Row": "<class 'sqlalchemy.engine.row.Row'>",
	"sqlalchemy.engine.row.RowMapping": "<class 'sqlalchemy.engine.row.RowMapping'>",
	"sqlite3.Connection": "<class 'sqlite3.Connection'>",
	"sqlite3.Cursor": "<class 'sqlite3.Cursor'>",
	"typing.IO": "<class 'typing.IO'>",
	"typing.TextIO": "<class 'typing.TextIO'>",
	"typing.BinaryIO": "<class 'typing.BinaryIO'>",
	Exception: "<class 'Exception'>",
	BaseException: "<class 'BaseException'>",
	ValueError: "<class 'ValueError'>",
};

/** What has to be awaited has no schema; pydantic 2 knows only the plain iterators. */
const asynchronous = /^typing\.(Async(Generator|Iterator|Iterable)|Awaitable|Coroutine)$/;

/** Functions of `builtins` that are mistaken for types. */
const builtinFunctions = new Set("any callable all id iter next open input len max min sum sorted print vars".split(" "));

/** Bases that neither give a class a schema nor keep it from having none. */
const plainBases = new Set(
	"object typing.Generic typing.Protocol abc.ABC str int float bytes list dict set tuple frozenset Exception BaseException ValueError RuntimeError".split(
		" ",
	),
);

class SchemaReader {
	private depth = 0;
	/** Dataclasses whose fields are being looked at. */
	private readonly within = new Set<ClassValue>();
	private readonly environment: Environment;

	constructor(private readonly project: Project) {
		this.environment = project.environment;
	}

	ofForm(form: TypeForm): SchemaAnswer {
		if (this.depth > 20) return unknownSchema;
		this.depth++;
		try {
			return this.answer(form);
		} finally {
			this.depth--;
		}
	}

	private answer(form: TypeForm): SchemaAnswer {
		switch (form.kind) {
			case "none":
				return yes;
			case "literal":
				return yes;
			case "union":
				return this.all(form.members);
			case "annotated":
				return form.metadata.every((each) => isPlainMetadata(each.value, each.node)) ? this.ofForm(form.type) : unknownSchema;
			case "external":
				return this.ofExternal(form, form.value, form.args);
			case "class":
				return this.ofClass(form, form.value);
			case "object":
				return this.ofObject(form);
			default:
				return unknownSchema;
		}
	}

	/** No where one part has none, in the order in which pydantic meets them; yes only where all have one. */
	private all(parts: readonly TypeForm[]): SchemaAnswer {
		const answers = parts.map((part) => this.ofForm(part));
		return answers.find((answer) => answer.schema === "no") ?? answers.find((answer) => answer.schema === "unknown") ?? yes;
	}

	private ofExternal(form: TypeForm, value: ExternalValue, args: readonly TypeForm[] | null): SchemaAnswer {
		const name = plainName(value);
		if (withSchema.has(name)) {
			if (!containers.has(name)) return yes;
			return args === null ? unknownSchema : this.all(args);
		}
		if (value.name.startsWith("builtins.") && builtinFunctions.has(name))
			return { schema: "no", shown: `<built-in function ${name}>`, named: `the function ${name}`, culprit: form };
		const method = methodOfDatetime(name);
		if (method !== null) {
			const shown = `<method '${method}' of 'datetime.datetime' objects>`;
			return { schema: "no", shown, named: `the method ${method} of datetime`, culprit: form };
		}
		if (asynchronous.test(name) && !isVersionOne(this.environment))
			return { schema: "no", shown: null, named: name.slice("typing.".length), culprit: form };
		const shown = withoutSchema[name];
		const short = name.slice(name.lastIndexOf(".") + 1);
		if (shown !== undefined) return { schema: "no", shown: args?.length ? null : shown, named: short, culprit: form };
		const entry = value.entry ?? symbolEntry({ environment: this.environment }, value.canonical);
		if (entry?.kind !== "class") return unknownSchema;
		// What its brackets give is another class than the one that is named.
		if ((args === null || args.length > 0) && Object.hasOwn(entry.members, "__class_getitem__")) return unknownSchema;
		const verdict = this.externalClass(entry, 0);
		return verdict === "none"
			? { schema: "no", shown: shownClass(value.canonical), named: short, culprit: form }
			: schemaOf(verdict);
	}

	/** Does a class of a library bring a schema? `none` only where it and all of its bases can be read and none does. */
	private externalClass(entry: ExternalEntry | null, depth: number): "some" | "none" | "unknown" {
		if (entry?.kind !== "class" || depth > 12) return "unknown";
		if (entry.metaclass !== null && entry.metaclass !== "abc.ABCMeta") return "unknown";
		if (!entry.decorators.every((decorator) => addsNoSchema.test(decorator))) return "unknown";
		const { members } = entry;
		if (Object.hasOwn(members, "__get_pydantic_core_schema__") || Object.hasOwn(members, "__get_validators__")) return "some";
		for (const base of entry.bases) {
			const plain = base.replace(/^builtins\./, "").replace(/^typing_extensions\./, "typing.");
			if (this.inheritsSchema(plain)) return "some";
			if (plainBases.has(plain) || abstractCollection.test(plain)) continue;
			const found = this.externalClass(symbolEntry({ environment: this.environment }, base), depth + 1);
			if (found !== "none") return found;
		}
		return "none";
	}

	private ofClass(form: TypeForm, value: ClassValue): SchemaAnswer {
		if (this.isOldTypedDict(value, 0))
			return { schema: "no", shown: null, named: `the TypedDict ${value.node.name.name}`, culprit: form, error: oldTypedDict };
		if (isStandardDataclass(value)) return this.ofDataclass(form, value);
		const kind = this.ownClass(value, 0);
		if (kind !== "none") return (kind === "some" ? this.refusedArgument(form, value) : null) ?? schemaOf(kind);
		const { module, node } = value;
		if (form.kind === "class" && form.args.length > 0 && findInClass(value, "__class_getitem__") !== null) return unknownSchema;
		if (form.kind === "class" && form.args.length > 0) return { schema: "no", shown: null, named: node.name.name, culprit: form };
		return { schema: "no", shown: shownClass(`${module.name}.${node.name.name}`), named: node.name.name, culprit: form };
	}

	/** A dataclass of the standard library has a schema where each of its fields has one. */
	private ofDataclass(form: TypeForm, value: ClassValue): SchemaAnswer {
		const scope = scopeOfClass(this.project, value);
		const { names, dynamic } = value.namespace;
		if (scope === null || dynamic || names.has("__get_pydantic_core_schema__") || names.has("__pydantic_config__"))
			return unknownSchema;
		if (this.within.has(value)) return yes;
		this.within.add(value);
		try {
			const above = value.bases.map((base): SchemaAnswer => {
				if (base.kind === "external" && plainBases.has(plainName(base))) return yes;
				return base.kind === "class" && isStandardDataclass(base) ? this.ofDataclass(form, base) : unknownSchema;
			});
			const fields = value.node.body.flatMap((each) => (each.type === "AnnAssign" ? [each.annotation] : []));
			const answers = [...above, ...fields.map((each) => this.ofForm(readTypeForm(each, scope)))];
			const refused = answers.find((answer) => answer.schema === "no");
			if (refused === undefined) return answers.every(({ schema }) => schema === "yes") ? yes : unknownSchema;
			if (refused.schema === "no" && refused.error !== undefined) return unknownSchema;
			const { module, node } = value;
			return { schema: "no", shown: shownClass(`${module.name}.${node.name.name}`), named: node.name.name, culprit: form };
		} finally {
			this.within.delete(value);
		}
	}

	/** `Page[User]` of a generic model: pydantic 2 builds the schema of the whole at once. */
	private refusedArgument(form: TypeForm, value: ClassValue): SchemaAnswer | null {
		if (form.kind !== "class" || form.args.length === 0 || isVersionOne(this.environment)) return null;
		if (isPydanticModel(value) !== true || isLenient(value, 0)) return null;
		const answers = form.args.map((argument) => this.ofForm(argument));
		const refused = answers.find((answer) => answer.schema === "no");
		if (refused?.schema !== "no" || refused.shown === null || refused.error !== undefined) return null;
		const error = `pydantic.errors.PydanticSchemaGenerationError: Unable to generate pydantic-core schema for ${refused.shown}. Set \`arbitrary_types_allowed=True\` in the model_config to ignore this error or implement \`__get_pydantic_core_schema__\` on your type to fully support it.`;
		return { ...refused, error };
	}

	/** pydantic 2 takes the TypedDict of `typing` from Python 3.12 on. */
	private isOldTypedDict({ bases }: ClassValue, depth: number): boolean {
		if (isVersionOne(this.environment) || this.environment.python.minor >= 12 || depth > 12) return false;
		return bases.some((base) =>
			base.kind === "class" ? this.isOldTypedDict(base, depth + 1) : base.kind === "external" && base.name === "typing.TypedDict",
		);
	}

	private ownClass(value: ClassValue, depth: number): "some" | "none" | "unknown" {
		if (depth > 20 || value.namespace.dynamic || !value.decorators.every(makesBase)) return "unknown";
		const metaclass = value.keywords.get("metaclass");
		if (metaclass !== undefined && !(metaclass.kind === "external" && metaclass.canonical === "abc.ABCMeta")) return "unknown";
		const { names } = value.namespace;
		if (names.has("__get_pydantic_core_schema__") || names.has("__get_validators__")) return "some";
		// Without a scope of its own the class was made by a function, which may add to it.
		if (scopeOfClass(this.project, value) === null) return "unknown";
		let answer: "some" | "none" | "unknown" = "none";
		for (const base of value.bases) {
			const found = this.baseClass(base, depth);
			if (found === "some") return "some";
			if (found === "unknown") answer = "unknown";
		}
		return answer;
	}

	private baseClass(base: Value, depth: number): "some" | "none" | "unknown" {
		if (base.kind === "class") return this.ownClass(base, depth + 1);
		if (isDeclarativeBase(base)) return "none";
		if (base.kind !== "external") return "unknown";
		if (isModelBase(base)) return "some";
		const name = plainName(base);
		if (this.inheritsSchema(name)) return "some";
		if (plainBases.has(name)) return "none";
		if (/^enum\.|^typing\.(NamedTuple|TypedDict)$/.test(name)) return "some";
		return this.externalClass(base.entry ?? symbolEntry({ environment: this.environment }, base.canonical), 0);
	}

	/** pydantic 1 asks for subclasses of what it knows (its own `UUID4` is one of UUID), pydantic 2 only for the very class. */
	private inheritsSchema(base: string): boolean {
		return isVersionOne(this.environment) && base !== "object" && !base.startsWith("typing.") && withSchema.has(base);
	}

	private ofObject(form: TypeForm & { kind: "object" }): SchemaAnswer {
		const { value, node } = form;
		const isModule = value?.kind === "module" || (value?.kind === "external" && value.isModule);
		if (isModule) return { schema: "no", shown: `<module '${value.name}' …>`, named: `the module ${value.name}`, culprit: form };
		if (node.type === "Constant" && node.literal === "ellipsis")
			return { schema: "no", shown: "Ellipsis", named: "...", culprit: form };
		if (node.type === "Sequence") {
			const shown = { list: "[…]", tuple: "(…)", set: "{…}" }[node.kind];
			return { schema: "no", shown, named: `a ${node.kind} of types`, culprit: form };
		}
		if (node.type === "Dict") return { schema: "no", shown: "{…}", named: "a dict of types", culprit: form };
		return unknownSchema;
	}
}

/** Abstract classes of `collections.abc`: pydantic knows them by themselves, not what derives from them. */
const abstractCollection =
	/^(typing|collections\.abc)\.(Awaitable|Coroutine|Hashable|Sized|Iterable|Container|Collection|(Mutable)?(Mapping|Sequence|Set))(\[|$)/;

/** Decorators of library classes after which the class is what its body says; the last is SQLAlchemy's, on its asyncio classes. */
const addsNoSchema = /(^|\.)(final|runtime_checkable|create_proxy_methods)$/;

/** SQLAlchemy's declarative base, made by a call or inherited from: its metaclass brings no schema. */
function isDeclarativeBase(base: Value): boolean {
	if (base.kind === "external") return /^sqlalchemy\.(.*\.)?DeclarativeBase(NoMeta)?$/.test(base.canonical);
	if (base.kind !== "instance" || base.of.kind !== "external" || base.call === null) return false;
	const { call } = base;
	const isPlain = !call.open && !["cls", "metaclass"].some((name) => call.keywords.has(name));
	return isPlain && /^sqlalchemy\.(.*\.)?declarative_base$/.test(base.of.canonical);
}

/** Is the installed pydantic of the first series? */
export function isVersionOne(environment: Environment): boolean {
	return environment.distributions.get("pydantic")?.version.startsWith("1.") === true;
}

/** Is `@dataclass` of the standard library the one decorator of the class? */
function isStandardDataclass({ decorators: [only, ...others] }: ClassValue): boolean {
	const maker = only?.kind === "instance" ? only.of : only;
	return others.length === 0 && maker?.kind === "external" && maker.canonical === "dataclasses.dataclass";
}

/** May a model or one of its bases allow any class in its fields? */
function isLenient({ namespace, bases, decorators }: ClassValue, depth: number): boolean {
	if (namespace.names.has("model_config") || namespace.names.has("Config") || decorators.length > 0 || depth > 12) return true;
	return bases.some((base) => base.kind === "class" && isLenient(base, depth + 1));
}

const oldTypedDict =
	"pydantic.errors.PydanticUserError: Please use `typing_extensions.TypedDict` instead of `typing.TypedDict` on Python < 3.12.";

function schemaOf(kind: "some" | "unknown"): SchemaAnswer {
	return kind === "some" ? yes : unknownSchema;
}

function shownClass(dotted: string): string {
	return `<class '${dotted}'>`;
}

/** Field descriptions, FastAPI's parameter markers and texts leave the type as it is; other metadata may replace its schema. */
function isPlainMetadata(value: Value, node: ast.Expression): boolean {
	if (node.type === "Constant" || (node.type !== "Call" && value.kind === "function")) return true;
	if (value.kind !== "external") return false;
	return /^(pydantic\.fields\.Field|fastapi\.(param_functions|params)\.\w+|annotated_types\.\w+|annotated_doc\.(\w+\.)?Doc)$/.test(
		value.canonical,
	);
}
