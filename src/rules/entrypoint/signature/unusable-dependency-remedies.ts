import type { FixProposal } from "../../../audit/fix.ts";
import type { UnusableDependency } from "../../../project/fastapi/signature/unusable-dependency.ts";
import { findInClass } from "../../../project/imports/simulator/classes/class-members.ts";
import type { ClassValue, FunctionValue } from "../../../project/imports/values.ts";
import { lookUpName, scopeOfModule } from "../../../project/models/name-scope.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { referencesTo } from "../../../python/references.ts";
import { importsOf, removeImportedNames } from "../../../python/rewrite/remove-imports.ts";
import { lineStartAt, nextLineAt, replaceText } from "../../../python/rewrite/source.ts";
import { dottedName, walk } from "../../../python/walk.ts";

/** The smallest change after which the dependency gives what is asked of it; undefined where none is certain. */
export function unusableDependencyRemedy(fault: UnusableDependency, project: Project): FixProposal | undefined {
	const { value, node, module } = fault;
	switch (fault.type) {
		case "context-manager":
			return value.kind === "function" && value.node.type === "FunctionDef" ? undecorate(value, value.node, project) : undefined;
		case "abstract":
			return value.kind === "class" ? implement(fault, value, project) : undefined;
		case "scheme-class": {
			const given = schemeArguments[fault.named];
			if (given === undefined || node.type === "Call") return undefined;
			return {
				title: `Make an object of ${fault.named}`,
				explanation: `FastAPI calls the object for each request, and it gives the credentials.${given === "" ? "" : ` Check ${given}: it has to name what the clients use.`}`,
				applicability: "review",
				edits: [replaceText(module, node.end, node.end, `(${given})`)],
			};
		}
		case "unbound-method": {
			if (node.type !== "Attribute" || value.kind !== "function") return undefined;
			const owner = scopeOfModule(project, module);
			const found = owner !== null && node.value.type === "Name" ? lookUpName(owner, node.value.id) : "unbound";
			if (found === "unbound" || found.value.kind !== "class" || !isMadePlainly(found.value)) return undefined;
			const shown = module.text.slice(node.value.start, node.value.end);
			return {
				title: `Hand over the method of an object of ${shown}`,
				explanation: "The object is made once; FastAPI then calls its method for each request.",
				applicability: "review",
				edits: [replaceText(module, node.value.end, node.value.end, "()")],
			};
		}
		case "not-awaited":
			return value.kind === "function" && value.node.type === "FunctionDef" ? awaitResult(value, value.node, project) : undefined;
	}
}

const schemeArguments: Readonly<Record<string, string>> = {
	HTTPBasic: "",
	HTTPBearer: "",
	HTTPDigest: "",
	OAuth2PasswordBearer: 'tokenUrl="token"',
	APIKeyHeader: 'name="X-API-Key"',
};

/** Takes the decorator of contextlib away, and its import with it, where nothing enters the function with `with`. */
function undecorate({ module }: FunctionValue, node: ast.FunctionDef, project: Project): FixProposal | undefined {
	const [decorator] = node.decorators;
	if (decorator === undefined || isEnteredAnywhere(node.name.name, project)) return undefined;
	const start = lineStartAt(module.text, decorator.start);
	const edits = [replaceText(module, start, nextLineAt(module.text, decorator.end), "")];
	if (decorator.type === "Name" && referencesTo(module.tree, decorator.id).length === 1) {
		const alias = importsOf(module.tree)
			.flatMap(({ names }) => names)
			.find(({ name, asName }) => asName === null && name.name === decorator.id);
		if (alias !== undefined) edits.unshift(...removeImportedNames(module, [alias]));
	}
	return {
		title: `Leave ${node.name.name} a plain generator`,
		explanation: "FastAPI runs a generator up to its yield for each request, and the rest of it after the answer.",
		applicability: "safe",
		edits,
	};
}

function isEnteredAnywhere(name: string, project: Project): boolean {
	const isCall = (node: ast.Expression | undefined) =>
		node?.type === "Call" && dottedName(node.callee)?.split(".").at(-1) === name;
	let isEntered = false;
	for (const { tree, text } of project.modules.values()) {
		if (!text.includes(name)) continue;
		walk(tree, (node) => {
			if (node.type === "With") isEntered ||= node.items.some(({ context }) => isCall(context));
			if (node.type === "Call" && node.callee.type === "Attribute" && /^enter(_async)?_context$/.test(node.callee.attribute.name))
				isEntered ||= isCall(node.args[0]);
			return !isEntered;
		});
	}
	return isEntered;
}

/** The only class of the project that derives from the abstract one and can be made without arguments. */
function implement({ node, module }: UnusableDependency, value: ClassValue, project: Project): FixProposal | undefined {
	const concrete = project.trace.classes
		.map((each) => each.value)
		.filter((each) => each !== value && each.bases.includes(value) && isMadePlainly(each));
	const [only, ...others] = concrete;
	if (only === undefined || others.length > 0 || !only.module.tree.body.includes(only.node)) return undefined;
	const { name } = only.node.name;
	const scope = scopeOfModule(project, module);
	const found = scope === null ? "unbound" : lookUpName(scope, name);
	if (found !== "unbound" && found.value !== only) return undefined;
	if (only.module === module && only.node.start > node.start) return undefined;
	const edit =
		node.type === "Call"
			? replaceText(module, node.end - 1, node.end - 1, name)
			: replaceText(module, node.start, node.end, name);
	return {
		title: `Hand over ${name}`,
		explanation: `It is the only class of the project that implements ${value.node.name.name}.`,
		applicability: "review",
		edits: [edit],
		needs: found === "unbound" ? [{ path: module.path, module: only.module.name, name }] : [],
	};
}

/** Can an object be made without arguments, as far as the project's own classes say? */
function isMadePlainly(value: ClassValue): boolean {
	const init = findInClass(value, "__init__")?.value;
	if (init === undefined) return true;
	if (init.kind !== "function") return false;
	return init.node.parameters.slice(1).every((each) => each.default !== null || each.kind.startsWith("var-"));
}

/** `def current(…): return load(…)` → `async def` with `await`, where nothing else calls it. */
function awaitResult({ module }: FunctionValue, node: ast.FunctionDef, project: Project): FixProposal | undefined {
	const last = node.body.at(-1);
	const { name } = node.name;
	if (last?.type !== "Return" || last.value === null || isCalled(name, project)) return undefined;
	const from = node.decorators.at(-1)?.end ?? node.start;
	const at = from + Math.max(0, module.text.slice(from).search(/\bdef\b/));
	return {
		title: `Await the result in ${name}`,
		explanation: "FastAPI awaits a dependency that is a coroutine function, and hands its result on.",
		applicability: "safe",
		edits: [replaceText(module, at, at, "async "), replaceText(module, last.value.start, last.value.start, "await ")],
	};
}

function isCalled(name: string, project: Project): boolean {
	let found = false;
	for (const { tree, text } of project.modules.values()) {
		if (!text.includes(name)) continue;
		walk(tree, (each) => {
			if (each.type !== "Call") return !found;
			const { callee } = each;
			if ((callee.type === "Name" && callee.id === name) || (callee.type === "Attribute" && callee.attribute.name === name))
				found = true;
			return !found;
		});
	}
	return found;
}
