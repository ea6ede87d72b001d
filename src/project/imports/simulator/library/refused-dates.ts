import type { RaisesException } from "../../trace.ts";
import type { Value } from "../../values.ts";
import type { CallArguments } from "../machine.ts";
import { typeName } from "../value-types.ts";
import { type UnsetVariable, unsetVariable } from "./unset-variable.ts";

/** What the classes of `datetime` say of arguments that they refuse. */
export interface RefusedDate {
	readonly exception: string;
	readonly message: string;
	readonly keyword?: RaisesException["keyword"];
	/** The environment variable that is not set, where its None is what they refuse. */
	readonly unset?: UnsetVariable;
}

/** Arguments of the constructors, in order (https://docs.python.org/3/library/datetime.html). */
const parameters: Readonly<Record<string, readonly string[]>> = {
	timedelta: ["days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"],
	date: ["year", "month", "day"],
	datetime: ["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold"],
	time: ["hour", "minute", "second", "microsecond", "tzinfo", "fold"],
};

const ranges: Readonly<Record<string, readonly [number, number]>> = {
	month: [1, 12],
	hour: [0, 23],
	minute: [0, 59],
	second: [0, 59],
	microsecond: [0, 999_999],
};

/** Calls of `datetime.timedelta`, `datetime.datetime` and their kin whose arguments these refuse; `minor` is the Python 3 version. */
export function refusedDate(canonical: string, args: CallArguments, minor: number): RefusedDate | null {
	const name = /^_?(?:py)?datetime\.(timedelta|datetime|date|time)$/.exec(canonical)?.[1];
	if (name !== undefined) return ofConstructor(name, args, minor);
	return /^_?(?:py)?datetime\.datetime\.strptime$/.test(canonical) ? ofText(args) : null;
}

function ofConstructor(name: string, args: CallArguments, minor: number): RefusedDate | null {
	const known = parameters[name] ?? [];
	for (const keyword of args.keywords.keys()) {
		if (known.includes(keyword)) continue;
		const free = known.slice(args.args.length).filter((each) => !args.keywords.has(each));
		const asked = name === "timedelta" ? "__new__()" : "this function";
		const message =
			minor >= 13
				? `${asked} got an unexpected keyword argument '${keyword}'`
				: `'${keyword}' is an invalid keyword argument for ${asked}`;
		return { exception: "TypeError", message, keyword: { name: keyword, parameters: free } };
	}
	const given: (readonly [string, Value])[] = args.args.flatMap((value, index) => {
		const parameter = known[index];
		return parameter === undefined ? [] : [[parameter, value] as const];
	});
	for (const [parameter, value] of [...given, ...args.keywords]) {
		const problem = name === "timedelta" ? ofSpan(parameter, value) : ofPart(parameter, value);
		if (problem !== null) return problem;
	}
	return null;
}

function ofSpan(parameter: string, value: Value): RefusedDate | null {
	const type = typeName(value);
	const isNumber = type === null || type === "int" || type === "float" || type === "bool";
	const unset = unsetVariable(value);
	if (isNumber && unset === null && !isUnset(value)) return null;
	const message = `unsupported type for timedelta ${parameter} component: ${type ?? "NoneType"}`;
	return { exception: "TypeError", message, ...(unset !== null && { unset }) };
}

/** A None that was written as one. */
function isUnset(value: Value): boolean {
	return value.kind === "constant" && value.value === null && value.origin?.type === "source";
}

function ofPart(parameter: string, value: Value): RefusedDate | null {
	const range = ranges[parameter];
	if (range === undefined || value.kind !== "constant" || typeof value.value !== "number") return null;
	const [least, most] = range;
	if (value.value >= least && value.value <= most) return null;
	return { exception: "ValueError", message: `${parameter} must be in ${least}..${most}` };
}

/** What the directives of strptime read (Lib/_strptime.py), as far as no locale plays a part in it. */
const directives: Readonly<Record<string, string>> = {
	Y: "\\d\\d\\d\\d",
	y: "\\d\\d",
	m: "1[0-2]|0[1-9]|[1-9]",
	d: "3[0-1]|[1-2]\\d|0[1-9]|[1-9]| [1-9]",
	H: "2[0-3]|[0-1]\\d|\\d",
	I: "1[0-2]|0[1-9]|[1-9]| [1-9]",
	M: "[0-5]\\d|\\d",
	S: "6[0-1]|[0-5]\\d|\\d",
	f: "[0-9]{1,6}",
	j: "36[0-6]|3[0-5]\\d|[1-2]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9]",
	z: "[+-]\\d\\d:?[0-5]\\d(?::?[0-5]\\d(?:\\.\\d{1,6})?)?|Z",
	"%": "%",
};

function ofText({ args, keywords, open }: CallArguments): RefusedDate | null {
	const [text, format] = args.map((each) => (each.kind === "constant" && typeof each.value === "string" ? each.value : null));
	if (open || keywords.size > 0 || args.length !== 2 || text == null || format == null) return null;
	if (!/^[\x20-\x7e]{0,100}$/.test(text) || !/^(?:[^%\s]|%[YymdHIMSfjz%]| ){0,60}$/.test(format)) return null;
	const pattern = format
		.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
		.replace(/ +/g, "\\s+")
		.replace(/%(.)/g, (_, letter: string) => `(?:${directives[letter] ?? ""})`);
	const found = new RegExp(`^${pattern}`, "i").exec(text);
	if (found === null) return { exception: "ValueError", message: `time data '${text}' does not match format '${format}'` };
	const rest = text.slice(found[0].length);
	return rest === "" ? null : { exception: "ValueError", message: `unconverted data remains: ${rest}` };
}
