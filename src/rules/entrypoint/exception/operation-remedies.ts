import type { FixProposal } from "../../../audit/fix.ts";
import { scopeOfModule } from "../../../project/models/name-scope.ts";
import { valueOfName } from "../../../project/models/type-form.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { indentAt, isFirstOnLine, lineStartAt, replaceText } from "../../../python/rewrite/source.ts";
import { insertBefore } from "../../../python/rewrite/statements.ts";
import { boundNames } from "../../../python/scopes.ts";
import { walk } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";
import { numberInEnvironment } from "../../config/repair/number-in-environment.ts";
import { itemsOfDict, tupleOfText } from "../../loop-remedies.ts";
import { joinedDicts, plainZip } from "../repair/older-operations.ts";
import { inBrackets, inParentheses } from "./in-brackets.ts";
import { jobRemedy } from "./job-remedies.ts";
import { isOfLogging, loggingRemedy } from "./logging-remedies.ts";
import { inOlderForm } from "./older-typing.ts";
import { relativeImportByName } from "./relative-import-by-name.ts";
import { withoutStringUnion } from "./string-union.ts";
import { tupleOfOne } from "./tuple-of-one.ts";
import { typeArgumentRemedy } from "./type-argument-remedies.ts";
import { fallBackVersion } from "./version-fallback.ts";

/** The change after which an operation on values that cannot do it no longer raises, by what Python says of it; undefined where only a person knows. */
export function operationRemedy(project: Project, module: Module, range: TextRange, error: string): FixProposal | undefined {
	if (error.includes("'builtin_function_or_method'")) return typingNames(module, range) ?? printToFile(module, range);
	if (/'(tuple|str|list|dict|set)' object is not callable$/.test(error)) return missingComma(module, range);
	if (/^(TypeError: func must be a callable or|LookupError: No trigger by the name)/.test(error))
		return jobRemedy(module, range, error);
	if (error === "RuntimeError: generator didn't yield") return yieldBeforeReturns(module, range);
	if (error.includes('only middleware("http")')) return nameHttp(module, range);
	if (error.startsWith("AssertionError: either 'directory' or 'env'")) return sayFolder(project, module, range);
	if (error.startsWith("ValueError: Unknown level: ")) return upperCase(module, range);
	if (/^ValueError: too many values to unpack/.test(error))
		return itemsOfDict(project, module, range) ?? restOfValues(module, range);
	if (error.startsWith("TypeError: cannot unpack non-iterable ")) return itemsOfDict(project, module, range);
	if (isOfLogging(error)) return loggingRemedy(module, range, error);
	if (error.startsWith("importlib.metadata.PackageNotFoundError: ")) return fallBackVersion(module, range);
	if (error.includes("for +: 'PosixPath' and")) return joinedPath(module, range);
	if (/^KeyError: '.'$/u.test(error)) return tupleOfText(module, range, [...error].at(-2) ?? "");
	if (error.includes("argument is required to perform a relative import for"))
		return relativeImportByName(project, module, range, error);
	if (error.startsWith("ValueError: ")) return numberInEnvironment(project, module, range, error);
	if (error.startsWith("UnboundLocalError: ")) return declareGlobal(module, range, /'(\w+)'/.exec(error)?.[1] ?? "");
	if (error.includes("can only concatenate str (not ")) return toText(module, range);
	if (error.endsWith("for |: 'dict' and 'dict'")) return joinedDicts(module, range);
	if (error === "TypeError: zip() takes no keyword arguments") return plainZip(module, range);
	if (error.startsWith("TypeError: Unable to evaluate type annotation")) return inOlderForm(project, module, range);
	if (error.includes("unsupported operand type(s) for |: "))
		return withoutStringUnion(project, module, range) ?? inOlderForm(project, module, range);
	if (error === "TypeError: 'type' object is not subscriptable") {
		const older = inOlderForm(project, module, range);
		if (older !== undefined) return older;
	}
	if (error.startsWith("TypeError: Expected first argument to be an integer, a callable")) return sizeOfCache(module, range);
	if (error.includes("cannot be parametrized because"))
		return makeGeneric(project, module, range) ?? withoutSubscript(module, range);
	if (error === "TypeError: 'function' object is not subscriptable") {
		const generic = inParentheses(project, module, range) ?? genericOfTyping(module, range);
		if (generic !== undefined) return generic;
	}
	if (
		/^TypeError: (?:Too (?:few|many) (?:arguments|parameters) for|Parameter(?:s| list) to Generic|Callable must be used|Cannot inherit from plain Generic)/.test(
			error,
		)
	)
		return typeArgumentRemedy(module, range, error);
	if (error.endsWith("is not subscriptable") || error.endsWith("is not a generic class")) return withoutSubscript(module, range);
	if (error.startsWith("TypeError: typing.Optional requires a single type")) return unionWithNone(module, range);
	if (/^TypeError: unsupported type for timedelta \w+ component: str$/.test(error))
		return numberForDuration(module, range, error);
	if (error.startsWith("TypeError: Annotated[...] should be used")) return bareType(module, range);
	if (error.startsWith("TypeError: Cannot instantiate typing.")) return inSquareBrackets(module, range);
	if (/'(?:ModelMetaclass|type)' object is not iterable$|^TypeError: Type \w+ cannot be instantiated/.test(error))
		return inBrackets(module, range);
	if (/'function' object is not (?:an iterator|iterable)$/.test(error)) return callTheFunction(module, range);
	if (error.endsWith("object is not iterable")) return tupleOfOne(module, range);
	return undefined;
}

/** `first, second = three()`: what comes behind goes into a list that nobody reads. */
function restOfValues(module: Module, range: TextRange): FixProposal | undefined {
	const statement = nodesIn(module, range).find(
		(node): node is ast.Assign => node.type === "Assign" && node.start === range.start,
	);
	const [target, ...more] = statement?.targets ?? [];
	const last = target?.type === "Sequence" ? target.items.at(-1) : undefined;
	if (target?.type !== "Sequence" || last === undefined || more.length > 0) return undefined;
	return {
		title: "Leave the other values out",
		explanation: "More values come than there are names; *_ takes the rest. If one of them is needed, give it a name.",
		applicability: "review",
		edits: [replaceText(module, last.end, last.end, ", *_")],
	};
}

/** `timedelta(minutes=os.getenv("TTL", "30"))`: what comes from the environment is a text. */
function numberForDuration(module: Module, range: TextRange, error: string): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	const name = /timedelta (\w+) component/.exec(error)?.[1];
	const given =
		call?.keywords.find((keyword) => keyword.name?.name === name)?.value ?? (name === "days" ? call?.args[0] : undefined);
	if (given === undefined) return undefined;
	return {
		title: `Make a number of the ${name}`,
		explanation: "A duration is made of numbers; int() reads one from the text.",
		applicability: "safe",
		edits: [replaceText(module, given.start, given.start, "int("), replaceText(module, given.end, given.end, ")")],
	};
}

/** `Optional[int, float]`: a union with None takes several types. */
function unionWithNone(module: Module, range: TextRange): FixProposal | undefined {
	const found = nodeAt(module.tree, range, "Subscript");
	if (found === undefined) return undefined;
	const types = module.text.slice(found.index.start, found.index.end).replace(/,\s*$/, "");
	return {
		title: `Write Union[${types}, None]`,
		explanation: "Optional takes one type; Union with None says that it is one of several, or None.",
		applicability: "safe",
		edits: [replaceText(module, found.start, found.end, `Union[${types}, None]`)],
		needs: [{ path: module.path, module: "typing", name: "Union" }],
	};
}

/** `Annotated[int]` says no more than `int`. */
function bareType(module: Module, range: TextRange): FixProposal | undefined {
	const found = nodeAt(module.tree, range, "Subscript");
	if (found === undefined) return undefined;
	const type = module.text.slice(found.index.start, found.index.end);
	return {
		title: `Write ${type}`,
		explanation: "Annotated adds something to a type; here it adds nothing.",
		applicability: "safe",
		edits: [replaceText(module, found.start, found.end, type)],
	};
}

/** `Literal("net", "gross")`: the forms of typing take their types in square brackets. */
function inSquareBrackets(module: Module, range: TextRange): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	if (call === undefined || call.args.length === 0 || call.keywords.length > 0) return undefined;
	const { start, end } = call.argumentsRange;
	return {
		title: "Write square brackets",
		explanation: "What belongs to a form of typing stands in square brackets; parentheses call it.",
		applicability: "safe",
		edits: [replaceText(module, start, start + 1, "["), replaceText(module, end - 1, end, "]")],
	};
}

/** `lru_cache("none")`: how many results are kept is a number, or None for all of them. */
function sizeOfCache(module: Module, range: TextRange): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	const given = call?.args[0] ?? call?.keywords.find(({ name }) => name?.name === "maxsize")?.value;
	if (given?.type !== "Constant" || typeof given.value !== "string") return undefined;
	const text = given.value.trim();
	const size = /^\d+$/.test(text)
		? String(Number(text))
		: /^(?:none|null|unlimited|inf(?:inity)?|max)?$/i.test(text)
			? "None"
			: null;
	if (size === null) return undefined;
	return {
		title: `Write ${size} without quotes`,
		explanation: "How many results are kept is a number, or None for all of them.",
		applicability: "safe",
		edits: [replaceText(module, given.start, given.end, size)],
	};
}

/** `next(numbers)` of a generator function: what it gives when it is called is meant. */
function callTheFunction(module: Module, range: TextRange): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	const named = call?.args[0] ?? nodesIn(module, range).find(({ start, end }) => start === range.start && end === range.end);
	if (named === undefined || (named.type !== "Name" && named.type !== "Attribute")) return undefined;
	const name = module.text.slice(named.start, named.end);
	return {
		title: `Call ${name}`,
		explanation: `${name} is the function itself; what it gives when it is called is meant.`,
		applicability: "review",
		edits: [replaceText(module, named.end, named.end, "()")],
	};
}

/** `list[int]` below a function or a method that is called `list`: the type of typing has another name. */
function genericOfTyping(module: Module, range: TextRange): FixProposal | undefined {
	const shadowed: Readonly<Record<string, string>> = {
		list: "List",
		dict: "Dict",
		set: "Set",
		frozenset: "FrozenSet",
		tuple: "Tuple",
		type: "Type",
	};
	const [found] = nodesIn(module, range).filter((node): node is ast.Subscript => node.type === "Subscript");
	if (found?.value.type !== "Name") return undefined;
	const { id, start, end } = found.value;
	const name = Object.hasOwn(shadowed, id) ? shadowed[id] : undefined;
	if (name === undefined) return undefined;
	return {
		title: `Write ${name} instead of ${id}`,
		explanation: `By this place ${id} is a function of the file's own, and no longer the type; typing has it as ${name}.`,
		applicability: "safe",
		edits: [replaceText(module, start, end, name)],
		needs: [{ path: module.path, module: "typing", name }],
	};
}

/** `any` and `callable` are functions; the types are in `typing`. */
function typingNames(module: Module, range: TextRange): FixProposal | undefined {
	const types: Readonly<Record<string, string>> = { any: "Any", callable: "Callable" };
	const found = nodesIn(module, range).filter((node): node is ast.Name => node.type === "Name" && Object.hasOwn(types, node.id));
	const names = [...new Set(found.map((node) => types[node.id] ?? ""))];
	if (names.length === 0) return undefined;
	return {
		title: `Write ${names.join(" and ")}`,
		explanation: "In small letters it is a built-in function; the type comes from typing.",
		applicability: "safe",
		edits: found.map((node) => replaceText(module, node.start, node.end, types[node.id] ?? "")),
		needs: names.map((name) => ({ path: module.path, module: "typing", name })),
	};
}

/** `print >> out, text` of Python 2. */
function printToFile(module: Module, range: TextRange): FixProposal | undefined {
	const statement = nodesIn(module, module.tree).find(
		(node): node is ast.ExpressionStatement => node.type === "ExpressionStatement" && node.start === range.start,
	);
	if (statement?.value.type !== "Sequence") return undefined;
	const [target, ...printed] = statement.value.items;
	if (target?.type !== "BinOp" || target.operator !== ">>") return undefined;
	const text = (node: ast.Node) => module.text.slice(node.start, node.end);
	const args = [...printed.map(text), `file=${text(target.right)}`].join(", ");
	return {
		title: "Print with file=",
		explanation: "`print >> file` is Python 2.",
		applicability: "safe",
		edits: [replaceText(module, statement.start, statement.end, `print(${args})`)],
	};
}

function missingComma(module: Module, range: TextRange): FixProposal | undefined {
	const call = nodesIn(module, range).find((node): node is ast.Call => node.type === "Call" && node.start === range.start);
	if (call === undefined || call.callee.type === "Name" || call.callee.type === "Attribute") return undefined;
	return {
		title: "Put the missing comma",
		explanation: "Without a comma between them, the parentheses call what stands before them.",
		applicability: "safe",
		edits: [replaceText(module, call.callee.end, call.callee.end, ",")],
	};
}

/** A lifespan that may return before its yield yields there, too: the server then runs, and ends without what follows. */
function yieldBeforeReturns(module: Module, range: TextRange): FixProposal | undefined {
	const lifespan = nodesIn(module, module.tree).find(
		(node): node is ast.FunctionDef => node.type === "FunctionDef" && node.name.start === range.start,
	);
	if (lifespan === undefined) return undefined;
	const returns: ast.Return[] = [];
	let firstYield = lifespan.end;
	walk(lifespan.body, (node) => {
		if (node.type === "Return") returns.push(node);
		if (node.type === "Yield") firstYield = Math.min(firstYield, node.start);
		return node.type !== "FunctionDef" && node.type !== "Lambda" && node.type !== "ClassDef";
	});
	const early = returns.filter((node) => node.start < firstYield && isFirstOnLine(module.text, node.start));
	if (early.length === 0) return undefined;
	return {
		title: "Yield before the early return",
		explanation: "The server waits for the yield: where the function is done before it, it has to yield all the same.",
		applicability: "review",
		edits: early.map((node) => insertBefore(module, node, "yield")),
	};
}

/** `@app.middleware("https")`: there is one kind, whatever the scheme. */
/** `Jinja2Templates()`: the one folder of the project that is called after templates. */
function sayFolder(project: Project, module: Module, range: TextRange): FixProposal | undefined {
	const below = project.workingDirectory === "" ? "" : `${project.workingDirectory}/`;
	const folders = [...(project.listings?.keys() ?? [])].filter(
		(each) => each.startsWith(below) && /(^|\/)(templates?|views|html|pages)$/.test(each),
	);
	const [only, ...others] = folders;
	if (only === undefined || others.length > 0) return undefined;
	const folder = only.slice(below.length);
	return {
		title: `Take the templates from ${folder}`,
		explanation: "Jinja2Templates has to be told a folder, or an environment of Jinja.",
		applicability: "review",
		edits: [replaceText(module, range.end - 1, range.end - 1, `directory="${folder}"`)],
	};
}

function nameHttp(module: Module, range: TextRange): FixProposal | undefined {
	const call = nodesIn(module, range).find((node): node is ast.Call => node.type === "Call" && node.end === range.end);
	const kind = call?.args[0] ?? call?.keywords[0]?.value;
	if (kind === undefined) return undefined;
	return {
		title: 'Write middleware("http")',
		explanation: "It stands for HTTP in general, with and without TLS, and is the only kind there is.",
		applicability: "safe",
		edits: [replaceText(module, kind.start, kind.end, '"http"')],
	};
}

/** The names of levels are written in capitals. */
function upperCase(module: Module, range: TextRange): FixProposal | undefined {
	const call = nodesIn(module, range).find((node): node is ast.Call => node.type === "Call" && node.end === range.end);
	const level = call?.keywords.find((keyword) => keyword.name?.name === "level")?.value ?? call?.args[0];
	if (level === undefined) return undefined;
	const words = {
		title: "Write the level in capitals",
		explanation: "logging looks a level up by its name, which is in capitals.",
		applicability: "safe" as const,
	};
	if (level.type !== "Constant") return { ...words, edits: [replaceText(module, level.end, level.end, ".upper()")] };
	return {
		...words,
		edits: [replaceText(module, level.start, level.end, module.text.slice(level.start, level.end).toUpperCase())],
	};
}

/** A function that changes a name of its module has to say so. */
function declareGlobal(module: Module, range: TextRange, name: string): FixProposal | undefined {
	const owner = nodesIn(module, module.tree).findLast(
		(node): node is ast.FunctionDef => node.type === "FunctionDef" && node.start <= range.start && range.end <= node.end,
	);
	const [first] = owner?.body ?? [];
	if (first === undefined || !boundNames(module.tree.body).has(name)) return undefined;
	const indent = indentAt(module.text, first.start);
	const at = lineStartAt(module.text, first.start);
	return {
		title: `Declare ${name} global`,
		explanation: `The function assigns ${name}, which makes it a name of its own; with global it is the module's.`,
		applicability: "review",
		edits: [replaceText(module, at, at, `${indent}global ${name}\n`)],
	};
}

/** `BASE / "data" + ".db"`: a text is added to the text of a path. */
function joinedPath(module: Module, range: TextRange): FixProposal | undefined {
	const sum = nodeAt(module.tree, range, "BinOp");
	if (sum === undefined) return undefined;
	const { left } = sum;
	return {
		title: "Make a text of the path",
		explanation: "A path and a text do not add up; str() gives the text of the path.",
		applicability: "review",
		edits: [replaceText(module, left.start, left.start, "str("), replaceText(module, left.end, left.end, ")")],
	};
}

function toText(module: Module, range: TextRange): FixProposal | undefined {
	const sum = nodesIn(module, range).find((node): node is ast.BinOp => node.type === "BinOp" && node.end === range.end);
	if (sum === undefined) return undefined;
	const { start, end } = sum.right;
	return {
		title: "Make a text of it",
		explanation: "Only a text can be added to a text.",
		applicability: "review",
		edits: [replaceText(module, start, end, `str(${module.text.slice(start, end)})`)],
	};
}

/** A model whose fields are typed by a TypeVar was meant to take types: `class Page(BaseModel, Generic[T])`. */
function makeGeneric(project: Project, module: Module, range: TextRange): FixProposal | undefined {
	const subscript = nodesIn(module, range).find(
		(node): node is ast.Subscript => node.type === "Subscript" && node.end === range.end,
	);
	const scope = scopeOfModule(project, module);
	const owner = subscript === undefined || scope === null ? null : valueOfName(subscript.value, scope);
	const inner = owner?.kind === "class" ? scopeOfModule(project, owner.module) : null;
	if (owner?.kind !== "class" || inner === null) return undefined;
	const variables = new Set<string>();
	for (const statement of owner.node.body)
		if (statement.type === "AnnAssign")
			walk(statement.annotation, (node) => {
				const value = node.type === "Name" ? valueOfName(node, inner) : null;
				const isVariable = value?.kind === "instance" && value.of.kind === "external" && value.of.canonical === "typing.TypeVar";
				if (node.type === "Name" && isVariable) variables.add(node.id);
			});
	const last = owner.node.bases.at(-1);
	if (variables.size === 0 || last === undefined) return undefined;
	const base = `Generic[${[...variables].join(", ")}]`;
	return {
		title: `Derive ${owner.node.name.name} from ${base}, too`,
		explanation: "Its fields are typed by what stands in the brackets; only a generic class takes that.",
		applicability: "safe",
		edits: [replaceText(owner.module, last.end, last.end, `, ${base}`)],
		needs: [{ path: owner.module.path, module: "typing", name: "Generic" }],
	};
}

/** `Page[Item]` of a class that takes no types. */
function withoutSubscript(module: Module, range: TextRange): FixProposal | undefined {
	const node = nodesIn(module, range).find(
		(each): each is ast.Subscript => each.type === "Subscript" && each.start === range.start && each.end === range.end,
	);
	if (node?.value.type !== "Name" && node?.value.type !== "Attribute") return undefined;
	if (!/^[A-Z]/.test(module.text.slice(node.value.start, node.value.end).split(".").at(-1) ?? "")) return undefined;
	const name = module.text.slice(node.value.start, node.value.end);
	return {
		title: `Write ${name} without types`,
		explanation: `${name} is not generic: it does not derive from typing.Generic, so it takes no types in brackets.`,
		applicability: "review",
		edits: [replaceText(module, node.value.end, node.end, "")],
	};
}

function nodesIn(module: Module, range: TextRange): readonly ast.TypedNode[] {
	const found: ast.TypedNode[] = [];
	walk(module.tree, (node) => {
		if (node.end <= range.start || node.start >= range.end) return false;
		if (node.start >= range.start && node.end <= range.end) found.push(node);
		return true;
	});
	return found;
}
