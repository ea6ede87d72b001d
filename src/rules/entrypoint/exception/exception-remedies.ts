import type { FixProposal } from "../../../audit/fix.ts";
import { isSimilarName } from "../../../project/imports/nearest-module.ts";
import type { AsyncMisuse, RaisesException } from "../../../project/imports/trace.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { decoratedBy, nodeAt } from "../../../python/node-at.ts";
import { enclosingFunction, enclosingStatement, fillsStatement } from "../../../python/rewrite/enclosing.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { dottedName, walk } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";
import {
	completeScheme,
	makeTheObject,
	mountBelow,
	passTheFunction,
	passTheRouter,
} from "../../repair/calls/library-call-remedies.ts";
import { makePlain } from "../../repair/calls/make-plain.ts";
import { askForReleaseBefore } from "../../repair/packages/release-with-name.ts";
import { variableBehindRaise } from "../../repair/settings/variable-behind-raise.ts";
import { registerEach } from "../lifespan/register-each.ts";
import { wrapMiddleware } from "../middleware/wrap-middleware.ts";
import { meantParameter } from "../repair/meant-parameter.ts";
import { migrationRemedy } from "../repair/migration-remedies.ts";
import { uncallDecorator } from "../repair/uncall-decorator.ts";
import { writePath } from "../signature/likely-path.ts";
import { applicationArgumentRemedy } from "./application-argument-remedies.ts";
import { enterRemedy, wrapGenerator } from "./context-remedies.ts";
import { coroutineRemedy } from "./coroutine-remedies.ts";
import { enumRemedy } from "./enum-remedies.ts";
import { callObjectPlainly, fitCall, plainHeader } from "./fit-call.ts";
import { giveDefault } from "./give-default.ts";
import { nameAlgorithms } from "./name-algorithms.ts";
import { operationRemedy } from "./operation-remedies.ts";
import { passArgument } from "./pass-argument.ts";
import { valueRemedy } from "./value-remedies.ts";

interface Raised {
	readonly path: string;
	readonly range: TextRange;
	readonly detail: RaisesException;
	readonly error: string;
}

/** The change after which the line no longer raises, where one is certain or likely. */
export function exceptionRemedy(project: Project, { path, range, detail, error }: Raised): FixProposal | undefined {
	const module = project.modulesByPath.get(path);
	if (module === undefined) return undefined;
	if (detail.migrations !== undefined) return migrationRemedy(project, module, range, detail.migrations);
	if (detail.misuse !== undefined) return ofMisuse(project, module, range, detail.misuse);
	if (detail.by === "statement") return variableBehindRaise(project, module, range, error);
	if (detail.known !== undefined) return spellAttribute(module, range, detail.known);
	if (/__init_subclass__\(\) (takes no keyword|got an unexpected keyword|missing 1 required)/.test(error))
		return plainHeader(project, error);
	if (error.startsWith("TypeError: object.__init__() takes")) {
		const bare = nodeAt(module.tree, range, "Call");
		return bare === undefined ? undefined : callObjectPlainly(module, bare);
	}
	if (/a coroutine was expected, got|a coroutine or an awaitable is required$/.test(error))
		return coroutineRemedy(project, module, range);
	if (detail.by === "operation")
		return (
			applicationArgumentRemedy(project, module, range, error) ??
			enumRemedy(project, module, range, error) ??
			operationRemedy(project, module, range, error) ??
			valueRemedy(project, module, range, detail, error)
		);
	if (detail.by !== "call") return undefined;
	if (/^TypeError: model_validator\(\) (takes 0|missing 1 required keyword-only argument: 'mode')/.test(error))
		return sayMode(module, range);
	const call = nodeAt(module.tree, range, "Call");
	if (call === undefined) return undefined;
	if (detail.repeated !== undefined) return dropArgument(module, call, detail.repeated);
	if (error === "TypeError: load() missing 1 required positional argument: 'Loader'") return loadSafely(module, call);
	if (error.endsWith('pass in a value for the "algorithms" argument when calling decode().')) return nameAlgorithms(module, call);
	if (/^TypeError: (async)?contextmanager\(\) missing/.test(error)) return uncallDecorator(module, call);
	if (/^TypeError: (FastAPI|APIRouter)\.\w+\(\) missing 1 required positional argument: 'path'$/.test(error))
		return writePath(module, call) ?? makeTheObject(module, call);
	if (detail.keyword !== undefined)
		return (
			registerMethods(module, call, detail.keyword.name) ??
			spellKeyword(module, call, detail.keyword) ??
			fitCall(project, module, call, error)
		);
	return (
		registerEach(module, call) ??
		passTheFunction(module, call) ??
		passTheRouter(module, call, error) ??
		mountBelow(module, call, error) ??
		wrapMiddleware(module, call, error) ??
		completeScheme(project, module, call, error) ??
		applicationArgumentRemedy(project, module, range, error) ??
		fitCall(project, module, call, error) ??
		passArgument(project, module, call, error) ??
		giveDefault(project, error) ??
		releaseBefore(project, module, call, detail)
	);
}

/** A call that a package refuses only since a release: the releases before it. */
function releaseBefore(
	project: Project,
	{ text }: Module,
	{ callee }: ast.Call,
	{ since }: RaisesException,
): FixProposal | undefined {
	if (since === undefined) return undefined;
	const what = `${text.slice(callee.start, callee.end)} as it is called here`;
	return askForReleaseBefore(project, since.distribution, since.release, what) ?? undefined;
}

/** `@model_validator` without a mode: over a method of the object it runs after the fields, over one of the class before them. */
function sayMode(module: Module, range: TextRange): FixProposal | undefined {
	const method = decoratedBy(module.tree, range);
	const first = method?.type === "FunctionDef" ? method.parameters[0]?.name.name : undefined;
	if (first === undefined) return undefined;
	const mode = first === "self" ? "after" : "before";
	const place = nodeAt(module.tree, range, "Call")?.argumentsRange ?? { start: range.end, end: range.end };
	return {
		title: `Say mode="${mode}"`,
		explanation: `model_validator has to know when it runs. The method takes ${first}: ${mode === "after" ? "it checks the object once its fields are valid" : "it sees what is given before the fields are made of it"}.`,
		applicability: "review",
		edits: [replaceText(module, place.start, place.end, `(mode="${mode}")`)],
	};
}

/** `yaml.load(text)`: since PyYAML 6 it has to be told how far it may go; `safe_load` makes plain values only. */
function loadSafely(module: Module, { callee }: ast.Call): FixProposal | undefined {
	if (callee.type !== "Attribute") return undefined;
	const { start, end } = callee.attribute;
	return {
		title: "Load it with safe_load",
		explanation: "load wants to be told which loader to use; safe_load takes the one that makes plain values only.",
		applicability: "safe",
		edits: [replaceText(module, start, end, "safe_load")],
	};
}

/** `@app.get("/", methods=[…])`: the decorator that takes methods is api_route. */
function registerMethods(module: Module, call: ast.Call, keyword: string): FixProposal | undefined {
	const { callee } = call;
	if (
		keyword !== "methods" ||
		callee.type !== "Attribute" ||
		!/^(get|post|put|patch|delete|head|options)$/.test(callee.attribute.name)
	)
		return undefined;
	const { start, end } = callee.attribute;
	return {
		title: "Register the route with api_route",
		explanation: `${callee.attribute.name} stands for one method; api_route takes those that are listed.`,
		applicability: "safe",
		edits: [replaceText(module, start, end, "api_route")],
	};
}

function spellKeyword(
	module: Module,
	call: ast.Call,
	keyword: { name: string; parameters: readonly string[] },
): FixProposal | undefined {
	const renamed = renamedKeywords[keyword.name] ?? "";
	if (keyword.parameters.includes(renamed)) return renameKeyword(module, call, keyword.name, renamed);
	const meant = meantParameter(keyword.name, keyword.parameters);
	const given = [...call.keywords, ...(partialBehind(module, call)?.keywords ?? [])];
	const written = given.find(({ name }) => name?.name === keyword.name)?.name;
	if (meant === null || written == null) return undefined;
	return {
		title: `Spell the argument ${meant.name}`,
		explanation: `${keyword.name} is no parameter of what is called here; ${meant.name} is the only one ${meant.isAlike ? "of a like spelling" : "that nothing is given for"}.`,
		applicability: meant.isAlike ? "safe" : "review",
		edits: [replaceText(module, written.start, written.end, meant.name)],
	};
}

/** `send = partial(deliver, topic="news")` of a name that is called: what is given there comes with the call. */
function partialBehind({ tree }: Module, { callee }: ast.Call): ast.Call | undefined {
	const made = tree.body.flatMap((each) => {
		const [target] = each.type === "Assign" ? each.targets : [];
		const isOfName = callee.type === "Name" && target?.type === "Name" && target.id === callee.id;
		return isOfName && each.type === "Assign" && each.value.type === "Call" ? [each.value] : [];
	});
	const [only] = made;
	const name = only && made.length === 1 ? dottedName(only.callee) : null;
	return name === "partial" || name === "functools.partial" ? only : undefined;
}

/** Arguments of pydantic 1 by what pydantic 2 calls them (https://docs.pydantic.dev/latest/migration/), and parts of a URL by SQLAlchemy's names for them. */
const renamedKeywords: Readonly<Record<string, string>> = {
	user: "username",
	db: "database",
	dbname: "database",
	hostname: "host",
	driver: "drivername",
	dialect: "drivername",
	regex: "pattern",
	min_items: "min_length",
	max_items: "max_length",
	max_length: "length",
	len: "length",
	size: "length",
};

function renameKeyword(module: Module, call: ast.Call, name: string, renamed: string): FixProposal | undefined {
	// A call can hold several of them, and the first alone would not make it run.
	const edits = call.keywords.flatMap((keyword) => {
		const other = renamedKeywords[keyword.name?.name ?? ""];
		return keyword.name && other ? [replaceText(module, keyword.name.start, keyword.name.end, other)] : [];
	});
	const slash = name === "user" ? leadingSlash(module, call) : null;
	if (slash !== null) edits.push(replaceText(module, slash, slash + 1, ""));
	const path = slash === null ? "" : " The slash in front of the path is set by itself now.";
	return {
		title: `Call the argument ${renamed}`,
		explanation: `The installed version calls ${name} ${renamed}; it means the same.${path}`,
		applicability: "safe",
		edits,
	};
}

/** Where the `/` of `path="/app"` and of `path=f"/{name}"` stands: pydantic 1 wanted it, pydantic 2 would write two. */
function leadingSlash(module: Module, call: ast.Call): number | null {
	const path = call.keywords.find(({ name }) => name?.name === "path")?.value;
	const opening = path === undefined ? null : /^[rfRF]{0,2}["']{1,3}(?=\/)/.exec(module.text.slice(path.start, path.end));
	return path === undefined || opening === null ? null : path.start + opening[0].length;
}

/** An argument that the spread dict brings as well. */
function dropArgument(module: Module, call: ast.Call, name: string): FixProposal | undefined {
	const written = call.keywords.find((keyword) => keyword.name?.name === name);
	if (written === undefined) return undefined;
	const after = /^\s*,\s*/.exec(module.text.slice(written.end));
	const before = /,\s*$/.exec(module.text.slice(call.argumentsRange.start, written.start));
	const start = after === null && before !== null ? written.start - before[0].length : written.start;
	return {
		title: `Leave ${name} to what is spread`,
		explanation: `${name} is given twice: by name, and among what ** spreads. The other way is to take it out of the dict.`,
		applicability: "review",
		edits: [replaceText(module, start, written.end + (after?.[0].length ?? 0), "")],
	};
}

function spellAttribute(module: Module, range: TextRange, known: readonly string[]): FixProposal | undefined {
	const node = nodeAt(module.tree, range, "Attribute");
	const alike = node === undefined ? [] : known.filter((name) => isSimilarName(name, node.attribute.name));
	// What alone is set is meant, even by another name.
	const [meant, ...others] = alike.length > 0 ? alike : known;
	if (node === undefined || meant === undefined || others.length > 0) return undefined;
	return {
		title: `Write ${meant} instead of ${node.attribute.name}`,
		explanation: `${meant} is set before; nothing sets ${node.attribute.name}.`,
		applicability: alike.length > 0 ? "safe" : "review",
		edits: [replaceText(module, node.attribute.start, node.attribute.end, meant)],
	};
}

function ofMisuse(project: Project, module: Module, range: TextRange, misuse: AsyncMisuse): FixProposal | undefined {
	switch (misuse.type) {
		case "not-awaited":
			return awaitCall(project, misuse);
		case "needless-await": {
			const node = nodeAt(module.tree, range, "Await");
			if (node === undefined) return undefined;
			return {
				title: "Take the await away",
				explanation: "What is called is a plain function: it has run already when the await sees its result.",
				applicability: "safe",
				edits: [replaceText(module, node.start, node.value.start, "")],
			};
		}
		case "uncalled-await": {
			const node = nodeAt(module.tree, range, "Await");
			if (node === undefined) return undefined;
			return {
				title: "Call it",
				explanation: "The parentheses call the function; awaiting what that gives runs it.",
				applicability: "safe",
				edits: [replaceText(module, node.value.end, node.value.end, "()")],
			};
		}
		case "uncalled-with":
			return {
				title: "Call it",
				explanation: "The parentheses call the function; what that gives is entered.",
				applicability: "safe",
				edits: [replaceText(module, range.end, range.end, "()")],
			};
		case "missing-async-with":
		case "needless-async-with":
			return enterRemedy(project, module, range, misuse.type === "missing-async-with");
		case "needless-async-for":
			return loopPlainly(module, range);
		case "generator-with":
			return wrapGenerator(project, module, range, misuse.isAsync);
		case "generator-member":
			return firstOfGenerator(project, misuse);
	}
}

/** `db = get_db()` as `db = next(get_db())`. */
function firstOfGenerator(
	project: Project,
	{ path, call, isAsync }: AsyncMisuse & { type: "generator-member" },
): FixProposal | undefined {
	const module = project.modulesByPath.get(path);
	const node = module && nodeAt(module.tree, call, "Call");
	if (!module || !node) return undefined;
	const isPossible = project.environment.python.minor >= 10 && enclosingFunction(module.tree, node.start)?.isAsync === true;
	if (isAsync && !isPossible) return undefined;
	return {
		title: isAsync ? "Await the first value of the generator" : "Take the first value of the generator",
		explanation: `${isAsync ? "anext" : "next"} runs the function up to its yield and gives what stands there.`,
		applicability: "safe",
		edits: [
			replaceText(module, node.start, node.start, isAsync ? "await anext(" : "next("),
			replaceText(module, node.end, node.end, ")"),
		],
	};
}

function awaitCall(project: Project, { path, call }: AsyncMisuse & { type: "not-awaited" }): FixProposal | undefined {
	const module = project.modulesByPath.get(path);
	const node = module && nodeAt(module.tree, call, "Call");
	if (!module || !node) return undefined;
	if (enclosingFunction(module.tree, node.start)?.isAsync !== true) return makePlain(project, node);
	const isWhole = fillsStatement(enclosingStatement(module.tree, node.start), node);
	return {
		title: "Await the call",
		explanation: "Only await runs a coroutine function and gives its result.",
		applicability: "safe",
		edits: isWhole
			? [replaceText(module, node.start, node.start, "await ")]
			: [replaceText(module, node.start, node.start, "(await "), replaceText(module, node.end, node.end, ")")],
	};
}

function loopPlainly(module: Module, range: TextRange): FixProposal | undefined {
	let loop: ast.For | null = null;
	walk(module.tree, (node) => {
		if (node.type === "For" && node.iterable.start === range.start && node.iterable.end === range.end) loop = node;
		return node.start <= range.start && range.end <= node.end;
	});
	const { start, end } = loop ?? range;
	const async = loop === null ? null : /^async\s+/.exec(module.text.slice(start, end));
	if (async === null) return undefined;
	return {
		title: "Loop with a plain for",
		explanation: "What is gone through is there at once; a plain for works in async code, too.",
		applicability: "safe",
		edits: [replaceText(module, start, start + async[0].length, "")],
	};
}
