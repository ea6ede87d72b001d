import type { FixProposal } from "../../../audit/fix.ts";
import { isSimilarName } from "../../../project/imports/nearest-module.ts";
import type { Call } from "../../../project/imports/trace.ts";
import type { Value } from "../../../project/imports/values.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { addArgument, findKeyword, removeArguments } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { CallFault } from "./call-fault.ts";
import { wrongPart } from "./column-part.ts";

/** Keyword arguments of `Column` and `mapped_column`, of all versions. */
const known = (
	"name type_ autoincrement default insert_default doc key index unique info nullable onupdate primary_key server_default server_onupdate " +
	"quote system comment insert_sentinel init repr default_factory compare kw_only hash use_existing_column deferred deferred_group deferred_raiseload " +
	"active_history sort_order dataclass_metadata quote_name _constraints _proxies"
).split(" ");

/** An option that Column does not know, or something that is no part of a column among its positional arguments. */
export function columnArguments(_project: Project, call: Call): CallFault | null {
	return unknownOption(call) ?? typeWithoutItems(call) ?? wrongPart(call) ?? wrongServerDefault(call);
}

/** `Column(ARRAY)`: SQLAlchemy makes an object of a type that is given as a class, and this one has to be told of what. */
function typeWithoutItems({ args, keywords, node, module }: Call): CallFault | null {
	const isArray = (value: Value | undefined) => value?.kind === "external" && /^sqlalchemy\.[\w.]+\.ARRAY$/.test(value.canonical);
	const index = args.findIndex(isArray);
	const written = index >= 0 ? node.args[index] : isArray(keywords.get("type_")) ? findKeyword(node, "type_")?.value : undefined;
	if (written === undefined || written.type === "Starred" || index > 1) return null;
	return {
		problem: "A column is an ARRAY of nothing",
		rootCause: "An array has items of one type, which ARRAY is to be given: ARRAY(String).",
		error: "TypeError: ARRAY.__init__() missing 1 required positional argument: 'item_type'",
		fixes: [
			{
				title: "Make it an array of texts",
				explanation: "If its items are numbers, write Integer in the place of String.",
				applicability: "review",
				edits: [replaceText(module, written.end, written.end, "(String)")],
				needs: [{ path: module.path, module: "sqlalchemy", name: "String" }],
			},
		],
	};
}

/** Options of dialects have the dialect's name before an underscore: what has none is a mistake. */
function unknownOption({ keywords, node, module }: Call): CallFault | null {
	const name = [...keywords.keys()].find((each) => !known.includes(each) && !/._./.test(each));
	const keyword = name === undefined ? null : findKeyword(node, name);
	if (name === undefined || keyword?.name == null) return null;
	const place = keyword.name;
	const meant = known.filter(
		(each) => isSimilarName(each, name) || each.replaceAll("_", "") === name || each.split("_")[0] === name,
	);
	const [only] = meant;
	return {
		problem: `A column is given ${name}, which is no option of a column`,
		rootCause: "Column takes its own options, and those of a dialect with the dialect's name in front (postgresql_using).",
		error: `TypeError: Additional arguments should be named <dialectname>_<argument>, got '${name}'`,
		fixes: [
			...keyOption(module, node, name, keyword),
			...(only !== undefined && meant.length === 1
				? [
						{
							title: `Spell the option ${only}`,
							explanation: `${only} is the option of Column whose name is nearest.`,
							applicability: "safe" as const,
							edits: [replaceText(module, place.start, place.end, only)],
						},
					]
				: []),
			{
				title: `Take ${name} out`,
				explanation: "The column is then made without it.",
				applicability: "review",
				edits: removeArguments(module, node, [keyword]),
			},
		],
	};
}

/** `ondelete` belongs to the foreign key. */
function keyOption(module: Call["module"], node: ast.Call, name: string, keyword: ast.Keyword): readonly FixProposal[] {
	if (!["ondelete", "onupdate", "deferrable", "initially"].includes(name)) return [];
	const key = node.args.find((arg) => arg.type === "Call" && arg.callee.type === "Name" && arg.callee.id === "ForeignKey");
	if (key?.type !== "Call") return [];
	const value = module.text.slice(keyword.value.start, keyword.value.end);
	return [
		{
			title: `Give ${name} to the ForeignKey`,
			explanation: `${name} says what happens when the row that the key refers to changes: it is an option of the foreign key.`,
			applicability: "safe",
			edits: [...removeArguments(module, node, [keyword]), addArgument(module, key, `${name}=${value}`)],
		},
	];
}

/** `server_default` is SQL: a text or an expression, no Python value and no function of Python. */
function wrongServerDefault({ keywords, node, module }: Call): CallFault | null {
	const given = keywords.get("server_default");
	const written = findKeyword(node, "server_default")?.value;
	if (given === undefined || written === undefined) return null;
	const found = serverDefault(given, module.text.slice(written.start, written.end));
	if (found === null) return null;
	const keyword = findKeyword(node, "server_default");
	const inPython = {
		title: "Write default instead of server_default",
		explanation: "Python then makes the value for each new row, as the function or the value says.",
		applicability: "review" as const,
		edits: keyword?.name == null ? [] : [replaceText(module, keyword.name.start, keyword.name.end, "default")],
	};
	return {
		problem: `server_default is given ${module.text.slice(written.start, written.end)}, which is no SQL`,
		rootCause:
			"The database makes this default: it is an expression such as func.now(), or a text that stands in the table's definition.",
		error: `sqlalchemy.exc.ArgumentError: Argument 'arg' is expected to be one of type '<class 'str'>' or '<class 'sqlalchemy.sql.elements.ClauseElement'>' or '<class 'sqlalchemy.sql.elements.TextClause'>', got '<class '${found.type}'>'`,
		fixes:
			found.code === null
				? keywords.has("default")
					? []
					: [inPython]
				: [
						{
							title: `Write ${found.code}`,
							explanation: "The database then gives the same default.",
							applicability: "safe",
							edits: [replaceText(module, written.start, written.end, found.code)],
							needs: found.need === null ? [] : [{ path: module.path, module: "sqlalchemy", name: found.need }],
						},
					],
	};
}

/** The type that SQLAlchemy complains of, and what says the same in SQL; null for what it takes or what cannot be told. */
function serverDefault(
	value: Value,
	written: string,
): { readonly type: string; readonly code: string | null; readonly need: string | null } | null {
	if (value.kind === "external" && /^datetime\.datetime\.(utc)?now$/.test(value.canonical))
		return { type: "builtin_function_or_method", code: "func.now()", need: "func" };
	if (value.kind === "instance" && value.of.kind === "external" && /^datetime\.datetime\.(utc)?now$/.test(value.of.canonical))
		return { type: "datetime.datetime", code: "func.now()", need: "func" };
	if (value.kind === "external" && /(^|\.)func\.\w+$/.test(value.name) && value.name.startsWith("sqlalchemy."))
		return {
			type: "sqlalchemy.sql.functions._FunctionGenerator",
			code: `${written}()`,
			need: null,
		};
	if (value.kind === "function" && value.decorators.length === 0) return { type: "function", code: null, need: null };
	if (value.kind === "external" && value.canonical === "uuid.uuid4") return { type: "function", code: null, need: null };
	if (value.kind === "dict" && value.complete && value.entries.size === 0) return { type: "dict", code: `"{}"`, need: null };
	if (value.kind === "sequence" && value.type === "list" && value.complete && value.items.length === 0)
		return { type: "list", code: `"[]"`, need: null };
	if (value.kind !== "constant") return null;
	if (typeof value.value === "boolean") return { type: "bool", code: `${value.value}()`, need: String(value.value) };
	if (typeof value.value !== "number") return null;
	return { type: Number.isInteger(value.value) ? "int" : "float", code: `"${value.value}"`, need: null };
}
