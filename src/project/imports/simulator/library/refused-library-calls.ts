import type { InstanceValue, Value } from "../../values.ts";
import { symbolEntry } from "../external.ts";
import type { CallArguments, Machine } from "../machine.ts";

interface Refusal {
	readonly exception: string;
	readonly message: string;
	readonly more?: undefined;
}

/** What Starlette or FastAPI refuse though the arguments fit the signature: the line's exception and message; null where they accept them. */
export function refusedByStarlette(
	machine: Machine,
	canonical: string,
	given: CallArguments,
	receiver: InstanceValue | null,
): Refusal | null {
	if (given.open) return null;
	if (registersRoute.test(canonical)) return ofTags(receiver) ?? ofResponses(given, receiver);
	if (canonical === "starlette.templating.Jinja2Templates") return ofTemplates(machine, given);
	if (canonical === "fastapi.applications.FastAPI") return ofApplication(given);
	if (/^(fastapi|starlette)\.(applications|routing)\.\w+\.mount$/.test(canonical)) return ofMount(given);
	return /^fastapi\.param_functions\.\w+$/.test(canonical) ? ofMarker(machine, given) : null;
}

/** `UUID4("…")` of pydantic 2, an `Annotated`: calling it makes a UUID, on which Python before 3.13 then cannot note the alias. */
export function refusedByAnnotated(machine: Machine, canonical: string, given: CallArguments): Refusal | null {
	const { distributions, python } = machine.environment;
	if (!/^pydantic\.types\.UUID[1-8]$/.test(canonical) || !distributions.get("pydantic")?.version.startsWith("2.")) return null;
	const isEmpty = given.args.length + given.keywords.size === 0 && !given.open;
	if (isEmpty) {
		const message = "one of the hex, bytes, bytes_le, fields, or int arguments must be given";
		return { exception: "TypeError", message };
	}
	return python.minor < 13 ? { exception: "TypeError", message: "UUID objects are immutable" } : null;
}

const registersRoute =
	/^fastapi\.(applications\.FastAPI|routing\.APIRouter)\.(get|post|put|patch|delete|head|options|trace|api_route|add_api_route)$/;

/** `APIRouter(tags="users")`: each route takes a copy of the list (`APIRouter.add_api_route`). */
function ofTags(receiver: InstanceValue | null): Refusal | null {
	const tags = receiver?.call?.keywords.get("tags");
	const isText = tags?.kind === "constant" && typeof tags.value === "string" && tags.value !== "";
	const isTuple = tags?.kind === "sequence" && tags.type === "tuple" && tags.items.length > 0;
	if (!isText && !isTuple) return null;
	return { exception: "AttributeError", message: `'${isText ? "str" : "tuple"}' object has no attribute 'copy'` };
}

/** `responses=[404, 422]` of a route, or of its router: FastAPI joins the two, each a dict by status. */
function ofResponses({ keywords }: CallArguments, receiver: InstanceValue | null): Refusal | null {
	const given = [receiver?.call?.keywords.get("responses"), keywords.get("responses")];
	const wrong = given.find((each) => each?.kind === "sequence" && each.items.length > 0 && each.type !== "view");
	return wrong?.kind === "sequence" ? { exception: "TypeError", message: `'${wrong.type}' object is not a mapping` } : null;
}

function ofTemplates(machine: Machine, { args, keywords }: CallArguments): Refusal | null {
	if (args.length > 0) return null;
	const entry = symbolEntry(machine, "starlette.templating.Jinja2Templates");
	const init = entry?.kind === "class" ? entry.members.__init__ : undefined;
	// Older versions have no `env`, and ask for the folder in their signature.
	const takesEither = init?.kind === "method" && init.signature.parameters.some(({ name }) => name === "env");
	return takesEither && !keywords.has("directory") && !keywords.has("env")
		? { exception: "AssertionError", message: "either 'directory' or 'env' arguments must be passed" }
		: null;
}

/** A function where FastAPI goes through a list or a dict, and a list of functions where it makes a dict. */
function ofApplication({ keywords }: CallArguments): Refusal | null {
	const handlers = keywords.get("exception_handlers");
	if ([keywords.get("middleware"), handlers].some(isPlainFunction))
		return { exception: "TypeError", message: "'function' object is not iterable" };
	return handlers?.kind === "sequence" && isPlainFunction(handlers.items[0])
		? { exception: "TypeError", message: "cannot convert dictionary update sequence element #0 to a sequence" }
		: null;
}

/** `app.mount("/admin", None)`: mostly what a factory without a `return` gave. */
function ofMount({ args, keywords }: CallArguments): Refusal | null {
	const application = args[1] ?? keywords.get("app");
	return application?.kind === "constant" && application.value === null
		? { exception: "AssertionError", message: "Either 'app=...', or 'routes=' must be specified" }
		: null;
}

/** `Query(None, default_factory=…)`: pydantic 2 takes one of the two. */
function ofMarker({ environment }: Machine, { args, keywords }: CallArguments): Refusal | null {
	const fallback = args[0] ?? keywords.get("default");
	const isGiven = fallback?.kind === "constant" && fallback.value !== undefined;
	const version = environment.distributions.get("pydantic")?.version;
	return isGiven && isPlainFactory(keywords.get("default_factory")) && version?.startsWith("2.") === true
		? { exception: "TypeError", message: "cannot specify both default and default_factory" }
		: null;
}

function isPlainFactory(value: Value | undefined): boolean {
	return value !== undefined && ["function", "class", "external", "bound-method"].includes(value.kind);
}

function isPlainFunction(value: Value | undefined): boolean {
	return value?.kind === "function" && value.decorators.length === 0;
}
