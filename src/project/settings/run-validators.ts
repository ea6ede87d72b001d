import type * as ast from "../../python/ast.ts";
import type { CallArguments, Frame, Handler, Machine } from "../imports/simulator/machine.ts";
import { PythonException } from "../imports/simulator/machine.ts";
import { seal } from "../imports/simulator/missing-items.ts";
import type { ClassValue, FunctionValue, InstanceValue, Value } from "../imports/values.ts";
import { unknown } from "../imports/values.ts";

/** A validator of a settings class (https://docs.pydantic.dev/latest/concepts/validators/). */
export interface Validator {
	readonly function: FunctionValue;
	/** Fields that it sees; `*` stands for all. Empty for one that sees the whole class. */
	readonly fields: readonly string[];
	/** Before or after pydantic's own check; `other` for modes that replace or wrap it. */
	readonly mode: "before" | "after" | "other";
	/** pydantic 1 hands on more by the names of the parameters. */
	readonly isOld: boolean;
}

/** The validators of a class and its own bases, in the order of their definition; those of a class that names its own again are not there twice. */
export function listValidators(cls: ClassValue): readonly Validator[] {
	const found = new Map<string, Validator>();
	for (const each of lineage(cls).toReversed()) {
		for (const [name, { value }] of each.namespace.names) {
			if (value.kind !== "function") continue;
			for (const decorator of value.decorators) {
				const validator = validatorOf(decorator, value);
				if (validator !== null) found.set(name, validator);
			}
		}
	}
	return [...found.values()];
}

function validatorOf(decorator: Value, value: FunctionValue): Validator | null {
	const made = decorator.kind === "instance" && decorator.of.kind === "external" ? decorator : null;
	const name = made?.of.kind === "external" ? made.of.name : decorator.kind === "external" ? decorator.name : "";
	const maker = name.slice(name.lastIndexOf(".") + 1);
	const { args = [], keywords = new Map<string, Value>() } = made?.call ?? {};
	const fields = args.map((arg) => (arg.kind === "constant" && typeof arg.value === "string" ? arg.value : "*"));
	const mode = modeOf(keywords.get("mode"));
	const isPre = isTrue(keywords.get("pre"));
	switch (maker) {
		case "field_validator":
			return { function: value, fields, mode: mode ?? "after", isOld: false };
		case "model_validator":
			return { function: value, fields: [], mode: mode ?? "other", isOld: false };
		case "validator":
			return { function: value, fields, mode: isPre ? "before" : "after", isOld: true };
		case "root_validator":
			return { function: value, fields: [], mode: "other", isOld: true };
		default:
			return null;
	}
}

function modeOf(mode: Value | undefined): Validator["mode"] | null {
	if (mode === undefined) return null;
	return mode.kind === "constant" && (mode.value === "before" || mode.value === "after") ? mode.value : "other";
}

function isTrue(value: Value | undefined): boolean {
	return value?.kind === "constant" && value.value === true;
}

/** What a validator makes of a value: another value (unknown where it cannot be followed), or a refusal. */
export type Verdict = { readonly type: "value"; readonly value: Value } | { readonly type: "refused" };

/** Runs a validator of one field; `data` has what the fields before it came to. */
export function runFieldValidator(
	machine: Machine,
	frame: Frame,
	cls: ClassValue,
	validator: Validator,
	value: Value,
	data: ReadonlyMap<string, Value>,
): Verdict {
	const { node } = validator.function;
	if (node.type === "Lambda") return { type: "value", value: unknown };
	const keys = new Map<string | number | boolean | null, Value>(data);
	const isKnown = !validator.isOld && isWhollySeen(cls);
	const seen: Value = isKnown
		? seal({ kind: "dict", entries: keys, complete: true })
		: { kind: "dict", entries: keys, complete: false };
	const args: Value[] = takesClass(validator) ? [cls, value] : [value];
	const rest = node.parameters.filter(({ kind }) => kind === "positional" || kind === "keyword-only").slice(args.length);
	const keywords = new Map<string, Value>();
	if (validator.isOld) {
		for (const { name } of rest) keywords.set(name.name, name.name === "values" ? seen : unknown);
	} else if (rest.length > 0) {
		args.push({ kind: "instance", of: informationClass, attributes: new Map<string, Value>([["data", seen]]), call: null });
	}
	return guarded(machine, () => run(machine, frame, validator.function, { args, keywords, open: false }));
}

/** pydantic 1 makes a class method of every validator, pydantic 2 of what is called one or begins with `cls`. */
function takesClass({ function: { node, decorators }, isOld }: Validator): boolean {
	const isMarked = (by: string) => decorators.some((each) => each.kind === "external" && each.canonical === `builtins.${by}`);
	if (isMarked("staticmethod")) return false;
	return isOld || isMarked("classmethod") || node.parameters[0]?.name.name === "cls";
}

const informationClass: InstanceValue["of"] = {
	kind: "external",
	name: "pydantic.ValidationInfo",
	canonical: "pydantic_core.core_schema.ValidationInfo",
	isModule: false,
	entry: null,
};

/** Runs a validator of the whole object, once its fields are there. What it assigns to the object changes `attributes`. */
export function runModelValidator(
	machine: Machine,
	frame: Frame,
	cls: ClassValue,
	validator: Validator,
	attributes: Map<string, Value>,
): Verdict {
	const { node, module } = validator.function;
	if (node.type === "Lambda" || /__setattr__|__dict__|\bsetattr\(/.test(module.text.slice(node.start, node.end))) {
		for (const name of attributes.keys()) attributes.set(name, unknown);
		return { type: "value", value: unknown };
	}
	const self: Value = { kind: "instance", of: cls, attributes, call: null };
	return guarded(machine, () => run(machine, frame, validator.function, { args: [self], keywords: new Map(), open: false }));
}

/**
 * Runs the validators that see what a settings object is to be made of before any of it is read, for what their code does: what they
 * return is not followed.
 */
export function runEarlyValidators(machine: Machine, frame: Frame, cls: ClassValue, validators: readonly Validator[]): void {
	for (const validator of validators) {
		const isEarly = validator.fields.length === 0 && validator.mode === "before" && !validator.isOld;
		if (!isEarly || validator.function.node.type === "Lambda") continue;
		const data: Value = { kind: "dict", entries: new Map(), complete: false };
		const args = takesClass(validator) ? [cls, data] : [data];
		guarded(machine, () => run(machine, frame, validator.function, { args, keywords: new Map(), open: false }));
	}
}

/** Are all fields of the class in sight, and in the order in which pydantic checks them? */
function isWhollySeen(cls: ClassValue): boolean {
	const [base, ...others] = cls.bases;
	if (base === undefined || others.length > 0 || cls.node.body.some(({ type }) => !plainInClass.has(type))) return false;
	return base.kind === "class"
		? isWhollySeen(base)
		: base.kind === "external" && /^pydantic_settings\.(.*\.)?BaseSettings$/.test(base.canonical);
}

const plainInClass: ReadonlySet<string> = new Set([
	"AnnAssign",
	"Assign",
	"FunctionDef",
	"ClassDef",
	"ExpressionStatement",
	"Pass",
]);

function run(machine: Machine, frame: Frame, callee: FunctionValue, args: CallArguments): Value {
	const { node } = callee;
	const nowhere: ast.InvalidExpression = { type: "InvalidExpression", start: node.start, end: node.start };
	const call: ast.Call = {
		type: "Call",
		start: node.start,
		end: node.start,
		callee: nowhere,
		args: [],
		keywords: [],
		argumentsRange: nowhere,
	};
	return machine.call(frame, { ...callee, decorators: [] }, args, call);
}

/** ValueError and AssertionError of a validator become part of pydantic's ValidationError. */
function guarded(machine: Machine, evaluate: () => Value): Verdict {
	const refusal: Handler = { catches: ["ValueError", "AssertionError"], surfaces: [null, null] };
	const depth = machine.handlers.length;
	const { uncertain } = machine;
	machine.handlers.push(refusal);
	try {
		return { type: "value", value: evaluate() };
	} catch (error) {
		if (!(error instanceof PythonException) || error.handler !== refusal) throw error;
		machine.uncertain = uncertain;
		return { type: "refused" };
	} finally {
		machine.handlers.length = depth;
	}
}

function lineage(cls: ClassValue): ClassValue[] {
	return [cls, ...cls.bases.flatMap((base) => (base.kind === "class" ? lineage(base) : []))];
}
