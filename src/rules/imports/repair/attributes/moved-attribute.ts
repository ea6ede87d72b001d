import type { FixProposal } from "../../../../audit/fix.ts";
import type { Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { importsOf } from "../../../../python/rewrite/remove-imports.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { dottedName, walk } from "../../../../python/walk.ts";
import { attributeAt } from "../../../repair/attributes/attribute-at.ts";
import { hasSymbol } from "../../../repair/names/symbol-homes.ts";
import type { FailureOf } from "../../../repair/trial/import-failures.ts";

/** What the standard library has taken away, by what does the same (https://docs.python.org/3/whatsnew/3.11.html#removed). */
const successors: Readonly<Record<string, string>> = {
	"inspect.getargspec": "getfullargspec",
	"inspect.formatargspec": "signature",
	"asyncio.async": "ensure_future",
	"asyncio.get_event_loop_polic": "get_event_loop_policy",
	"time.clock": "perf_counter",
	"platform.linux_distribution": "freedesktop_os_release",
	"string.letters": "ascii_letters",
	"string.lowercase": "ascii_lowercase",
	"string.uppercase": "ascii_uppercase",
	"os.getcwdu": "getcwd",
	"datetime.datetime.utc_now": "utcnow",
};

/** An attribute that another module or a class beside has: `collections.Mapping`, `datetime.now()` of the module, `datetime.timedelta` of the class. */
export function movedAttribute(project: Project, failure: FailureOf<"attribute-missing">): FixProposal | null {
	const { owner, name } = failure.detail;
	const node = attributeAt(failure);
	if (node === null) return null;
	const { environment } = project;
	const successor = successors[`${owner}.${name}`];
	const home = owner.slice(owner.lastIndexOf(".") + 1);
	if (successor !== undefined && hasSymbol(environment, owner, successor))
		return {
			...writeInstead(failure, node, `.${successor}`),
			explanation: `This Python has no ${owner}.${name} any more; ${successor} does the same.`,
		};
	if (owner === "asyncio" && name === "coroutine") return asyncFunction(failure, node);
	if (owner === "collections" && hasSymbol(environment, "collections.abc", name))
		return {
			...writeInstead(failure, node, `.abc.${name}`),
			explanation: `${name} lives in collections.abc; collections itself has it no more since Python 3.10.`,
			needs: [{ path: failure.module.path, module: "", name: "collections.abc" }],
		};
	// The module is asked for what its class of the same name has: `import datetime`, `datetime.now()`.
	if (failure.detail.via === "module" && environment.isStdlib(owner) && hasMember(project, `${owner}.${home}`, name))
		return {
			...writeInstead(failure, node, `.${home}.${name}`),
			explanation: `${owner} is the module here; its class ${home} has ${name}.`,
		};
	return siblingOfClass(project, failure, node);
}

function writeInstead({ module, detail }: FailureOf<"attribute-missing">, node: ast.Attribute, code: string): FixProposal {
	const written = dottedName(node);
	const places: ast.Attribute[] = [];
	walk(module.tree, (each) => {
		if (each.type === "Attribute" && (each === node || (written !== null && dottedName(each) === written))) places.push(each);
	});
	return {
		title: `Write ${code.slice(1)} instead of ${detail.name}`,
		explanation: "",
		applicability: "safe",
		edits: places.map((each) => replaceText(module, each.value.end, each.end, code)),
	};
}

function hasMember(project: Project, dotted: string, name: string): boolean {
	const at = dotted.lastIndexOf(".");
	const found = project.environment.findModule(dotted.slice(0, at));
	const lookup = found.found === "present" ? found.module.lookup(dotted.slice(at + 1)) : null;
	if (lookup?.found !== "present") return false;
	if (lookup.entry.kind === "class") return Object.hasOwn(lookup.entry.members, name);
	return dotted === "datetime.datetime" && /^(now|utcnow|today|fromtimestamp|strptime|fromisoformat|combine|min|max)$/.test(name);
}

/** `from datetime import datetime`, then `datetime.timedelta(…)`: the module of the class has it, beside the class. */
function siblingOfClass(project: Project, failure: FailureOf<"attribute-missing">, node: ast.Attribute): FixProposal | null {
	const { module, detail } = failure;
	if (node.value.type !== "Name" || detail.via !== "instance") return null;
	const { id } = node.value;
	const statement = importsOf(module.tree).find(
		(each): each is ast.ImportFrom =>
			each.type === "ImportFrom" && each.level === 0 && each.names.some((alias) => (alias.asName ?? alias.name).name === id),
	);
	const names =
		statement && project.environment.isStdlib(statement.module) && hasSymbol(project.environment, statement.module, detail.name);
	if (!statement || !names) return null;
	const places: ast.Attribute[] = [];
	walk(module.tree, (each) => {
		if (each.type === "Attribute" && dottedName(each) === `${id}.${detail.name}`) places.push(each);
	});
	return {
		title: `Import ${detail.name} from ${statement.module}`,
		explanation: `${id} is the class here; ${detail.name} stands beside it in ${statement.module}.`,
		applicability: "safe",
		edits: places.map((each) => replaceText(module, each.start, each.end, detail.name)),
		needs: [{ path: module.path, module: statement.module, name: detail.name }],
	};
}

/** `@asyncio.coroutine` over a generator, of Python 3.3: `async def`, and `await` for each `yield from`. */
function asyncFunction({ module }: FailureOf<"attribute-missing">, node: ast.Attribute): FixProposal | null {
	let owner: ast.FunctionDef | null = null;
	walk(module.tree, (each) => {
		if (each.type === "FunctionDef" && each.decorators.some((decorator) => decorator.start === node.start)) owner = each;
	});
	const found = owner as ast.FunctionDef | null;
	if (found === null || found.isAsync) return null;
	const lineStart = module.text.lastIndexOf("\n", node.start) + 1;
	const lineEnd = module.text.indexOf("\n", node.end) + 1;
	const def = module.text.slice(node.end, found.name.start).search(/\bdef\s+$/);
	if (lineEnd === 0 || def < 0) return null;
	const edits = [replaceText(module, lineStart, lineEnd, ""), replaceText(module, node.end + def, node.end + def, "async ")];
	let isPlain = true;
	walk(found.body, (each) => {
		if (each.type === "FunctionDef" || each.type === "Lambda") return false;
		if (each.type !== "Yield") return true;
		const text = module.text.slice(each.start, each.end);
		const from = /^yield\s+from\b/.exec(text);
		if (from === null) isPlain &&= text === "yield";
		else edits.push(replaceText(module, each.start, each.start + from[0].length, "await"));
		if (text === "yield") edits.push(replaceText(module, each.start, each.end, "await asyncio.sleep(0)"));
		return true;
	});
	if (!isPlain) return null;
	return {
		title: `Make ${found.name.name} an async function`,
		explanation: "asyncio.coroutine is gone since Python 3.11; async def and await mean the same (PEP 492).",
		applicability: "safe",
		edits,
	};
}
