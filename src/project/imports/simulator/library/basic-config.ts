import type { Value } from "../../values.ts";
import type { CallArguments, Machine } from "../machine.ts";

/** A text that Python says, and the exception that it says it with. */
interface LoggingFault {
	readonly exception: "TypeError" | "ValueError";
	readonly message: string;
	readonly more?: undefined;
}

const basicOptions = /^(filename|filemode|format|datefmt|style|level|stream|handlers|force|encoding|errors)$/;
/** What gives the root logger a handler; once it has one, `basicConfig` does nothing any more. */
const configures = /^logging\.(basicConfig|config\.\w+Config|debug|info|warning|warn|error|exception|critical|log)$/;

/** What `logging` refuses of the arguments of `basicConfig`, `Formatter` and `getLogger` (Lib/logging/__init__.py); null where it takes them. */
export function refusedByLogging(machine: Machine, canonical: string, args: CallArguments): LoggingFault | null {
	if (args.open) return null;
	switch (canonical) {
		case "logging.basicConfig":
			return isFirst(machine) ? ofBasicConfig(args) : null;
		case "logging.Formatter":
			return ofFormat(args.args[0] ?? args.keywords.get("fmt"), args.args[2] ?? args.keywords.get("style"));
		case "logging.getLogger":
			return ofName(args.args[0] ?? args.keywords.get("name"));
		default:
			return null;
	}
}

/** Has nothing been done yet that may have given the root logger a handler? The call itself is on record already. */
function isFirst({ calls }: Machine): boolean {
	let count = 0;
	for (const { callee } of calls) {
		if (callee.kind === "external" && configures.test(callee.canonical)) count++;
		if (callee.kind === "bound-method" && callee.name === "addHandler") count++;
	}
	return count <= 1;
}

function ofBasicConfig({ keywords }: CallArguments): LoggingFault | null {
	const force = keywords.get("force");
	const handlers = keywords.get("handlers");
	const isGiven = handlers !== undefined && !(handlers.kind === "constant" && handlers.value === null);
	if (force !== undefined && force.kind !== "constant") return null;
	const [stream, file] = [keywords.has("stream"), keywords.has("filename")];
	if (!isGiven && stream && file) return together("'stream' and 'filename' should not be specified together");
	if (handlers?.kind === "sequence" && (stream || file))
		return together("'stream' or 'filename' should not be specified together with 'handlers'");
	const format = ofFormat(keywords.get("format"), keywords.get("style"));
	if (format !== null) return format;
	const others = [...keywords.keys()].filter((name) => !basicOptions.test(name));
	return others.length === 0 ? null : { exception: "ValueError", message: `Unrecognised argument(s): ${others.join(", ")}` };
}

function together(message: string): LoggingFault {
	return { exception: "ValueError", message };
}

/** A format of another style than it is said to have: in the usual one a field is written `%(message)s`. */
export function ofFormat(format: Value | undefined, style: Value | undefined): LoggingFault | null {
	if (format?.kind !== "constant" || typeof format.value !== "string" || format.isConverted) return null;
	const isPercent = style === undefined || (style.kind === "constant" && style.value === "%");
	if (!isPercent || /%\(\w+\)[#0+ -]*(\*|[1-9]\d*)?(\.(\*|\d+))?[diouxefgcrsa%]/i.test(format.value)) return null;
	return { exception: "ValueError", message: `Invalid format '${format.value}' for '%' style` };
}

function ofName(name: Value | undefined): LoggingFault | null {
	const isNoText =
		name?.kind === "module" ||
		name?.kind === "function" ||
		name?.kind === "class" ||
		(name?.kind === "instance" && name.of.kind === "class" && areBare(name.of.bases));
	return isNoText ? { exception: "TypeError", message: "A logger name must be a string" } : null;
}

/** Do these bases leave an object neither a text nor something that counts as false? */
function areBare(bases: readonly Value[]): boolean {
	return bases.every((base) =>
		base.kind === "class"
			? areBare(base.bases)
			: base.kind === "external" && /^(builtins\.object|pydantic(_settings)?\.main\.Base\w+|abc\.ABC)$/.test(base.canonical),
	);
}
