import type { FixProposal } from "../../../audit/fix.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { nodeAt, nodesIn } from "../../../python/node-at.ts";
import { indentAt, isFirstOnLine, lineStartAt, replaceText } from "../../../python/rewrite/source.ts";
import { insertBefore } from "../../../python/rewrite/statements.ts";
import { boundNames } from "../../../python/scopes.ts";
import { walk } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";
import { itemsOfDict, tupleOfText } from "../../repair/calls/loop-remedies.ts";
import { numberInEnvironment } from "../../repair/settings/number-in-environment.ts";
import { joinedDicts, plainZip } from "../repair/older-operations.ts";
import { callTheUrl, listenToSyncEngine, readTheFirst, readTheKey } from "./argument-remedies.ts";
import { calledDecorator } from "./called-decorator.ts";
import { compareWithNone } from "./compare-with-none.ts";
import { computedProperty } from "./computed-property.ts";
import { secondNameForType } from "./field-named-as-type.ts";
import { askEnvironment, inBrackets, inParentheses } from "./in-brackets.ts";
import { jobRemedy } from "./job-remedies.ts";
import { isOfLogging, loggingRemedy } from "./logging-remedies.ts";
import { madeUuid } from "./made-uuid.ts";
import { methodForCollection, methodOfLimiter } from "./method-for-collection.ts";
import { inOlderForm } from "./older-typing.ts";
import { numberOfText, pathOfText, textForVariable, textOfPath } from "./operand-remedies.ts";
import { relativeImportByName } from "./relative-import-by-name.ts";
import { withoutStringUnion } from "./string-union.ts";
import { tupleOfOne } from "./tuple-of-one.ts";
import { typeArgumentRemedy } from "./type-argument-remedies.ts";
import {
	bareType,
	genericOfTyping,
	inSquareBrackets,
	makeGeneric,
	typingNames,
	unionWithNone,
	withoutSubscript,
} from "./typing-form-remedies.ts";
import { urlPartRemedy } from "./url-builder-remedies.ts";
import { fallBackVersion } from "./version-fallback.ts";

/** What was raised, and where. */
interface Raised {
	readonly project: Project;
	readonly module: Module;
	readonly range: TextRange;
	readonly error: string;
}

/** By what Python says: the changes after which it no longer does, the first that there is. */
const remedies: readonly (readonly [says: RegExp, mend: (raised: Raised) => FixProposal | undefined])[] = [
	[/'builtin_function_or_method'/, ({ module, range }) => typingNames(module, range) ?? printToFile(module, range)],
	[
		/'(tuple|str|list|dict|set)' object is not callable$/,
		({ module, range }) => missingComma(module, range) ?? methodForCollection(module, range),
	],
	[/'Limiter' object is not callable$/, ({ module, range }) => methodOfLimiter(module, range)],
	[/'PydanticDescriptorProxy' object is not callable$/, ({ project, module, range }) => computedProperty(project, module, range)],
	[/'_Environ' object is not callable$/, ({ module, range }) => askEnvironment(module, range)],
	[
		/^(TypeError: func must be a callable or|LookupError: No trigger by the name)/,
		({ module, range, error }) => jobRemedy(module, range, error),
	],
	[/^RuntimeError: generator didn't yield$/, ({ module, range }) => yieldBeforeReturns(module, range)],
	[/only middleware\("http"\)/, ({ module, range }) => nameHttp(module, range)],
	[/^AssertionError: either 'directory' or 'env'/, ({ project, module, range }) => sayFolder(project, module, range)],
	[/^TypeError: optional argument must be a context$/, ({ module, range }) => numericColumn(module, range)],
	[/do not implement truth value testing or bool\(\)/, ({ module, range }) => compareWithNone(module, range)],
	[/^ValueError: Unknown level: /, ({ module, range }) => upperCase(module, range)],
	[
		/^ValueError: too many values to unpack/,
		({ project, module, range }) => itemsOfDict(project, module, range) ?? restOfValues(module, range),
	],
	[/^TypeError: cannot unpack non-iterable /, ({ project, module, range }) => itemsOfDict(project, module, range)],
	[/^/, ({ module, range, error }) => (isOfLogging(error) ? loggingRemedy(module, range, error) : undefined)],
	[/^importlib\.metadata\.PackageNotFoundError: /, ({ module, range }) => fallBackVersion(module, range)],
	[/for \+: 'PosixPath' and/, ({ module, range }) => textOfPath(module, range)],
	[/^TypeError: str expected, not (?:int|float|bool)$/, ({ module, range }) => textForVariable(module, range)],
	[/for \/: 'str' and 'str'$/, ({ module, range }) => pathOfText(module, range)],
	[
		/^TypeError: (?:'[<>]=?' not supported between instances of|unsupported operand type\(s\) for \S+:) '(?:str' and '(?:int|float)|(?:int|float)' and 'str)'$/,
		({ module, range, error }) => numberOfText(module, range, error),
	],
	[/^KeyError: '.'$/u, ({ module, range, error }) => tupleOfText(module, range, [...error].at(-2) ?? "")],
	[
		/argument is required to perform a relative import for/,
		({ project, module, range, error }) => relativeImportByName(project, module, range, error),
	],
	[/^ValueError: /, ({ project, module, range, error }) => numberInEnvironment(project, module, range, error)],
	[/^UnboundLocalError: /, ({ module, range, error }) => declareGlobal(module, range, /'(\w+)'/.exec(error)?.[1] ?? "")],
	[/can only concatenate str \(not /, ({ module, range }) => toText(module, range)],
	[/for \|: 'dict' and 'dict'$/, ({ module, range }) => joinedDicts(module, range)],
	[
		/^TypeError: (UUID objects are immutable|one of the hex, bytes, bytes_le, fields, or int arguments must be given)$/,
		({ module, range }) => madeUuid(module, range),
	],
	[/ takes no arguments$/, ({ module, range }) => calledDecorator(module, range)],
	[/^TypeError: zip\(\) takes no keyword arguments$/, ({ module, range }) => plainZip(module, range)],
	[
		/^TypeError: Unable to evaluate type annotation|MappedAnnotationError: Could not resolve all types within/,
		({ project, module, range }) => inOlderForm(project, module, range),
	],
	[
		/unsupported operand type\(s\) for \|: /,
		({ project, module, range }) =>
			secondNameForType(module, range) ?? withoutStringUnion(project, module, range) ?? inOlderForm(project, module, range),
	],
	[/^TypeError: 'type' object is not subscriptable$/, ({ project, module, range }) => inOlderForm(project, module, range)],
	[/^TypeError: Expected first argument to be an integer, a callable/, ({ module, range }) => sizeOfCache(module, range)],
	[
		/cannot be parametrized because/,
		({ project, module, range }) => makeGeneric(project, module, range) ?? withoutSubscript(module, range),
	],
	[
		/^TypeError: 'function' object is not subscriptable$/,
		({ project, module, range }) => inParentheses(project, module, range) ?? genericOfTyping(module, range),
	],
	[
		/^TypeError: (?:Too (?:few|many) (?:arguments|parameters) for|Parameter(?:s| list) to Generic|Callable must be used|Cannot inherit from plain Generic)/,
		({ module, range, error }) => typeArgumentRemedy(module, range, error),
	],
	[/is not (?:subscriptable|a generic class)$/, ({ module, range }) => withoutSubscript(module, range)],
	[/^TypeError: typing\.Optional requires a single type/, ({ module, range }) => unionWithNone(module, range)],
	[
		/^TypeError: unsupported type for timedelta \w+ component: str$/,
		({ module, range, error }) => numberForDuration(module, range, error),
	],
	[
		/^TypeError: (?:argument '\w+': )?(?:'str' object cannot be interpreted as an integer|'SecretStr' object (?:is not an instance of 'str'|cannot be converted))/,
		({ module, range, error }) => urlPartRemedy(module, range, error),
	],
	[/^TypeError: Annotated\[\.\.\.\] should be used/, ({ module, range }) => bareType(module, range)],
	[/^TypeError: Cannot instantiate typing\./, ({ module, range }) => inSquareBrackets(module, range)],
	[
		/'(?:\w*Metaclass|DeclarativeMeta|DeclarativeAttributeIntercept|type)' object is not iterable$|^TypeError: Type \w+ cannot be instantiated/,
		({ module, range }) => inBrackets(module, range),
	],
	[/asynchronous events are not implemented at this time/, ({ module, range }) => listenToSyncEngine(module, range)],
	[/Expected string or URL object, got <(?:bound method|function) /, ({ module, range }) => callTheUrl(module, range)],
	[
		/: Expect(?:ed a string or bytes value|ing a string- or bytes-formatted key)/,
		({ module, range }) => readTheKey(module, range),
	],
	[/ASCII string, not 'SecretStr'$/, ({ module, range }) => readTheFirst(module, range)],
	[/'function' object is not (?:an iterator|iterable)$/, ({ module, range }) => callTheFunction(module, range)],
	[/object is not iterable$/, ({ module, range }) => tupleOfOne(module, range)],
];

/** The change after which an operation on values that cannot do it no longer raises, by what Python says of it; undefined where only a person knows. */
export function operationRemedy(project: Project, module: Module, range: TextRange, error: string): FixProposal | undefined {
	for (const [says, mend] of remedies) {
		const proposal = says.test(error) ? mend({ project, module, range, error }) : undefined;
		if (proposal !== undefined) return proposal;
	}
	return undefined;
}

/** `Column(Decimal(10, 2))`: the type of a column is SQLAlchemy's Numeric. */
function numericColumn(module: Module, range: TextRange): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	if (call === undefined || !module.text.includes("sqlalchemy")) return undefined;
	return {
		title: "Write Numeric for the type of the column",
		explanation: "Decimal is the class of Python's numbers; a column of that many digits has SQLAlchemy's type Numeric.",
		applicability: "safe",
		edits: [replaceText(module, call.callee.start, call.callee.end, "Numeric")],
		needs: [{ path: module.path, module: "sqlalchemy", name: "Numeric" }],
	};
}

/** `first, second = three()`: what comes behind goes into a list that nobody reads. */
function restOfValues(module: Module, range: TextRange): FixProposal | undefined {
	const statement = nodesIn(module.tree, range).find(
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
	const named = call?.args[0] ?? nodesIn(module.tree, range).find(({ start, end }) => start === range.start && end === range.end);
	if (named === undefined || (named.type !== "Name" && named.type !== "Attribute")) return undefined;
	const name = module.text.slice(named.start, named.end);
	return {
		title: `Call ${name}`,
		explanation: `${name} is the function itself; what it gives when it is called is meant.`,
		applicability: "review",
		edits: [replaceText(module, named.end, named.end, "()")],
	};
}

/** `print >> out, text` of Python 2. */
function printToFile(module: Module, range: TextRange): FixProposal | undefined {
	const statement = nodesIn(module.tree, module.tree).find(
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
	const call = nodesIn(module.tree, range).find((node): node is ast.Call => node.type === "Call" && node.start === range.start);
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
	const lifespan = nodesIn(module.tree, module.tree).find(
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

/** `@app.middleware("https")`: there is one kind, whatever the scheme. */
function nameHttp(module: Module, range: TextRange): FixProposal | undefined {
	const call = nodesIn(module.tree, range).find((node): node is ast.Call => node.type === "Call" && node.end === range.end);
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
	const call = nodesIn(module.tree, range).find((node): node is ast.Call => node.type === "Call" && node.end === range.end);
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
	const owner = nodesIn(module.tree, module.tree).findLast(
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

function toText(module: Module, range: TextRange): FixProposal | undefined {
	const sum = nodesIn(module.tree, range).find((node): node is ast.BinOp => node.type === "BinOp" && node.end === range.end);
	if (sum === undefined) return undefined;
	const { start, end } = sum.right;
	return {
		title: "Make a text of it",
		explanation: "Only a text can be added to a text.",
		applicability: "review",
		edits: [replaceText(module, start, end, `str(${module.text.slice(start, end)})`)],
	};
}
