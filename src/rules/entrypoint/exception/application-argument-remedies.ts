import type { FixProposal } from "../../../audit/fix.ts";
import { isObjectOf, routerClass } from "../../../project/imports/library-objects.ts";
import type { Value } from "../../../project/imports/values.ts";
import { type NameScope, scopeOfModule } from "../../../project/models/name-scope.ts";
import { valueOfName } from "../../../project/models/type-form.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { findKeyword, removeArguments } from "../../../python/rewrite/arguments.ts";
import { enclosingStatement, fillsStatement } from "../../../python/rewrite/enclosing.ts";
import { indentAt, lineBreakOf, replaceText } from "../../../python/rewrite/source.ts";
import { dottedName } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";
import { returnTheApplication } from "../repair/application-remedies.ts";

/** A call with an argument that its callee cannot use. */
interface RefusedCall {
	readonly module: Module;
	readonly call: ast.Call;
	readonly scope: NameScope;
}

/** By what Python says: the change that gives the callee what it wants. */
const remedies: readonly (readonly [says: RegExp, mend: (refused: RefusedCall) => FixProposal | undefined])[] = [
	[/^TypeError: 'function' object is not iterable$/, callTheMaker],
	[/dictionary update sequence element #0/, handlersByException],
	[/Either 'app=\.\.\.', or 'routes='/, returnWhatIsMounted],
	[/^TypeError: cannot specify both default and default_factory$/, keepTheFactory],
	[/add_exception_handler\(\) missing 1 required positional argument: 'handler'$/, nameTheException],
	[/add_middleware\(\) takes 2 positional arguments but 3 were given$/, withoutApplication],
	[/include_router\(\) takes 2 positional arguments but \d+ were given$/, oneRouterEach],
	[/^TypeError: Security\(\) takes from 0 to 1 positional arguments but 2 were given$/, nameScopes],
	[/\b__init__\(\) takes 1 positional argument but \d+ were given$/, spreadAsKeywords],
	[/object is not a mapping$/, responsesByStatus],
	[/^AttributeError: '(?:str|tuple)' object has no attribute 'copy'$/, tagsInList],
];

/** What FastAPI's constructor, `mount` and the parameter markers want instead of an argument that they cannot use. */
export function applicationArgumentRemedy(
	project: Project,
	module: Module,
	range: TextRange,
	error: string,
): FixProposal | undefined {
	const scope = scopeOfModule(project, module);
	const call = nodeAt(module.tree, range, "Call");
	if (scope === null || call === undefined) return undefined;
	return remedies.find(([says]) => says.test(error))?.[1]({ module, call, scope });
}

/** `app.include_router(users.router, items.router)`: a line for each. */
function oneRouterEach({ module, call, scope }: RefusedCall): FixProposal | undefined {
	const statement = enclosingStatement(module.tree, call.start);
	const isRouter = (each: ast.Expression) => isObjectOf(valueOfName(each, scope) ?? undefined, routerClass);
	const [first] = call.args;
	const last = call.args.at(-1);
	if (statement === null || !fillsStatement(statement, call) || first === undefined || last === undefined) return undefined;
	if (!call.args.every(isRouter)) return undefined;
	const [before, behind] = [module.text.slice(call.start, first.start), module.text.slice(last.end, call.end)];
	const lines = call.args.map((each) => before + module.text.slice(each.start, each.end) + behind);
	const lineBreak = lineBreakOf(module.text) + indentAt(module.text, statement.start);
	return {
		title: "Include each router in a line of its own",
		explanation: "include_router takes one router at a time.",
		applicability: "safe",
		edits: [replaceText(module, call.start, call.end, lines.join(lineBreak))],
	};
}

/** `app.add_middleware(CORSMiddleware, app, allow_origins=["*"])`: the middleware is given the application by itself. */
export function withoutApplication({ module, call }: Pick<RefusedCall, "module" | "call">): FixProposal | undefined {
	const [, extra] = call.args;
	const owner = call.callee.type === "Attribute" ? dottedName(call.callee.value) : null;
	if (extra === undefined || call.args.length > 2 || owner === null || dottedName(extra) !== owner) return undefined;
	return {
		title: "Leave the application out",
		explanation: "add_middleware takes the class and its options; the application is handed over when the middleware is made.",
		applicability: "safe",
		edits: removeArguments(module, call, [extra]),
	};
}

/** `FastAPI(*OPTIONS)` and `FastAPI(OPTIONS)` of a dict → `FastAPI(**OPTIONS)`. */
function spreadAsKeywords({ module, call: { args }, scope }: RefusedCall): FixProposal | undefined {
	const [only, ...others] = args;
	const given = only?.type === "Starred" ? only.value : only;
	if (only === undefined || given === undefined || others.length > 0) return undefined;
	if (given.type !== "Dict" && valueOfName(given, scope)?.kind !== "dict") return undefined;
	return {
		title: "Pass the dict as keyword arguments",
		explanation: "Two stars give each entry by its name; one star gives the keys alone.",
		applicability: "safe",
		edits: [replaceText(module, only.start, given.start, "**")],
	};
}

/** `add_exception_handler(on_full)` of `def on_full(request, exc: StorageFull)` → `add_exception_handler(StorageFull, on_full)`. */
function nameTheException({ module, call, scope }: RefusedCall): FixProposal | undefined {
	const [only, ...others] = call.args;
	const handler = only === undefined || others.length > 0 ? null : valueOfName(only, scope);
	if (only === undefined || handler?.kind !== "function" || call.keywords.length > 0) return undefined;
	const annotation = handler.node.parameters[1]?.annotation;
	const name = annotation == null ? null : dottedName(annotation);
	if (annotation == null || name === null || (handler.module !== module && name !== "Exception")) return undefined;
	return {
		title: `Register the handler for ${name}`,
		explanation: "add_exception_handler takes the class of exceptions first; the handler's own definition says which it is for.",
		applicability: "safe",
		edits: [replaceText(module, only.start, only.start, `${name}, `)],
	};
}

/** `Security(current_user, "items")` → `Security(current_user, scopes=["items"])`. */
function nameScopes({ module, call: { args, keywords } }: RefusedCall): FixProposal | undefined {
	const [, given] = args;
	const isText = given?.type === "Constant" && given.literal === "string";
	if (given === undefined || !(isText || given.type === "Sequence") || keywords.length > 0) return undefined;
	const written = module.text.slice(given.start, given.end);
	return {
		title: "Give the scopes by name",
		explanation: "Security takes what it calls by its place, and the list of scopes by its name only.",
		applicability: "safe",
		edits: [replaceText(module, given.start, given.end, `scopes=${isText ? `[${written}]` : written}`)],
	};
}

/** `responses=[404]` → `responses={404: {}}`, and the entries of a list of dicts in one dict; of the route, or else of its router. */
function responsesByStatus({ module, call, scope }: RefusedCall): FixProposal | undefined {
	const owner = call.callee.type === "Attribute" ? valueOfName(call.callee.value, scope) : null;
	const made = owner?.kind === "instance" ? owner.call : null;
	const places = [{ module, node: call }, ...(made === null ? [] : [made])];
	for (const { module: home, node } of places) {
		const list = findKeyword(node, "responses")?.value;
		if (list?.type !== "Sequence") continue;
		const entries = list.items.map((item) => responseEntries(home, item));
		if (entries.includes(null)) return undefined;
		return {
			title: "Give the responses by their status",
			explanation: "FastAPI takes a dict: for each status what is said about that response.",
			applicability: "safe",
			edits: [replaceText(home, list.start, list.end, `{${entries.join(", ")}}`)],
		};
	}
	return undefined;
}

/** `APIRouter(tags="users")` → `APIRouter(tags=["users"])`, where the router is made. */
function tagsInList({ call, scope }: RefusedCall): FixProposal | undefined {
	const router = call.callee.type === "Attribute" ? valueOfName(call.callee.value, scope) : null;
	if (router?.kind !== "instance" || router.call === null) return undefined;
	const { module, node } = router.call;
	const given = findKeyword(node, "tags")?.value;
	if (given === undefined) return undefined;
	const written = module.text.slice(given.start, given.end);
	const items =
		given.type === "Sequence" ? given.items.map(({ start, end }) => module.text.slice(start, end)).join(", ") : written;
	const isTuple = given.type === "Sequence" || given.type === "Constant";
	return {
		title: "Put the tags in a list",
		explanation: "Each route of the router takes a copy of its list of tags.",
		applicability: "safe",
		edits: [replaceText(module, given.start, given.end, isTuple ? `[${items}]` : `list(${written})`)],
	};
}

/** One item of such a list as entries of a dict. */
function responseEntries({ text }: Module, item: ast.Expression): string | null {
	const shown = text.slice(item.start, item.end);
	if (item.type === "Dict") return shown.slice(1, -1).trim().replace(/,$/, "");
	const isStatus = (item.type === "Constant" && typeof item.value === "number") || item.type === "Attribute";
	return isStatus ? `${shown}: {}` : null;
}

/** `FastAPI(middleware=stack)` → `FastAPI(middleware=stack())`. */
function callTheMaker({ module, call, scope }: RefusedCall): FixProposal | undefined {
	for (const name of ["middleware", "exception_handlers"]) {
		const node = findKeyword(call, name)?.value;
		const maker = node === undefined ? null : plainFunction(valueOfName(node, scope));
		if (node === undefined || maker === null) continue;
		const needs = maker.parameters.some((each) => each.default === null && !each.kind.startsWith("var-"));
		if (needs || maker.isAsync) return undefined;
		const shown = module.text.slice(node.start, node.end);
		return {
			title: `Call ${shown}`,
			explanation: `FastAPI goes through what ${name} is given; the function only makes it.`,
			applicability: "safe",
			edits: [replaceText(module, node.end, node.end, "()")],
		};
	}
	return undefined;
}

/** `[on_missing]` → `{NotFound: on_missing}`, by the exception that each handler of this module is annotated with. */
function handlersByException({ module, call, scope }: RefusedCall): FixProposal | undefined {
	const list = findKeyword(call, "exception_handlers")?.value;
	if (list?.type !== "Sequence") return undefined;
	const entries = list.items.map((item) => {
		const value = valueOfName(item, scope);
		const handler = plainFunction(value);
		const exception = handler?.parameters[1]?.annotation;
		const isHere = value?.kind === "function" && value.module === module;
		if (!isHere || exception == null || (exception.type !== "Name" && exception.type !== "Attribute")) return null;
		return `${module.text.slice(exception.start, exception.end)}: ${module.text.slice(item.start, item.end)}`;
	});
	if (entries.includes(null)) return undefined;
	return {
		title: "Name the exception that each handler is for",
		explanation: "FastAPI looks a handler up by the class of the exception, here the one that it is annotated with.",
		applicability: "review",
		edits: [replaceText(module, list.start, list.end, `{${entries.join(", ")}}`)],
	};
}

/** `app.mount("/admin", create_admin())`, where the factory builds the application and does not return it. */
function returnWhatIsMounted({ call, scope }: RefusedCall): FixProposal | undefined {
	const mounted = call.args[1] ?? findKeyword(call, "app")?.value;
	if (mounted?.type !== "Call") return undefined;
	const factory = valueOfName(mounted.callee, scope);
	const node = plainFunction(factory);
	return factory?.kind === "function" && node !== null ? returnTheApplication(factory.module, node) : undefined;
}

/** `Query(None, default_factory=today)` → `Query(default_factory=today)`. */
function keepTheFactory({ module, call }: RefusedCall): FixProposal | undefined {
	const doomed = call.args[0] ?? findKeyword(call, "default");
	if (doomed == null) return undefined;
	return {
		title: "Keep the default_factory",
		explanation: "pydantic takes a default or a function that makes one, not both.",
		applicability: "review",
		edits: removeArguments(module, call, [doomed]),
	};
}

function plainFunction(value: Value | null): ast.FunctionDef | null {
	return value?.kind === "function" && value.node.type === "FunctionDef" && value.decorators.length === 0 ? value.node : null;
}
