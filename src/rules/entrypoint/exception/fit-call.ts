import type { FixProposal } from "../../../audit/fix.ts";
import { isSimilarName } from "../../../project/imports/nearest-module.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { removeArguments } from "../../../python/rewrite/arguments.ts";
import { enclosingFunction } from "../../../python/rewrite/enclosing.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { insertBefore } from "../../../python/rewrite/statements.ts";
import { walk } from "../../../python/walk.ts";
import { removeFromHeader } from "../../repair/classes/class-arguments.ts";
import { uncallDecorator } from "../repair/uncall-decorator.ts";
import { makeLibraryObject } from "./make-library-object.ts";

/** Makes a call fit a function of the project that has changed: what it no longer takes goes, and the object stands first where it is handed over by hand. */
export function fitCall(project: Project, module: Module, call: ast.Call, error: string): FixProposal | undefined {
	return (
		decoratePlainly(module, call, error) ??
		handOverSelf(module, call, error) ??
		takeTheClass(project, call, error) ??
		makeTheObjectFirst(project, module, call, error) ??
		makeLibraryObject(project, module, call, error) ??
		nameSurplus(project, module, call, error) ??
		withoutSurplus(project, module, call, error) ??
		withoutKeyword(project, module, call, error)
	);
}

/** `super().__init__(name)` where nothing but `object` is above, which takes nothing. */
export function callObjectPlainly(module: Module, call: ast.Call): FixProposal {
	return {
		title: "Call it without arguments",
		explanation: "Above this class there is only object, whose __init__ takes no arguments.",
		applicability: "safe",
		edits: removeArguments(module, call, [...call.args, ...call.keywords]),
	};
}

/** A keyword in the header of a class that no `__init_subclass__` above takes. */
export function plainHeader(project: Project, error: string): FixProposal | undefined {
	const name = /^TypeError: (?:[\w.]+\.)?(\w+)\.__init_subclass__/.exec(error)?.[1];
	const lacking = /missing 1 required (?:positional|keyword-only) argument: '(\w+)'/.exec(error)?.[1];
	if (lacking !== undefined) return spellInHeader(project, lacking);
	const written = /unexpected keyword argument '(\w+)'/.exec(error)?.[1];
	// Where a keyword is not known to the function itself, Python names the base that has it.
	const owner = project.trace.classes.find(
		({ value }) =>
			value.keywords.size > 0 && (written === undefined ? value.node.name.name === name : value.keywords.has(written)),
	)?.value;
	const found = owner?.node;
	const doomed =
		found?.keywords.filter((each) => each.name !== null && (written === undefined || each.name.name === written)) ?? [];
	if (owner === undefined || found === undefined || doomed.length === 0) return undefined;
	const names = doomed.map(({ name }) => name?.name).join(", ");
	return {
		title: `Take ${names} out of the header of ${found.name.name}`,
		explanation: "No base of the class takes it.",
		applicability: "review",
		edits: removeFromHeader(owner.module, found, doomed),
	};
}

/** `class Ping(Command, nme="ping")`, and the base asks for `name`. */
function spellInHeader(project: Project, wanted: string): FixProposal | undefined {
	for (const { value } of project.trace.classes) {
		const written = value.node.keywords.find(({ name }) => name !== null && isSimilarName(name.name, wanted))?.name;
		if (!written || written.name === wanted) continue;
		return {
			title: `Spell it ${wanted}`,
			explanation: `The base of ${value.node.name.name} asks for ${wanted}, which ${written.name} is nearest to.`,
			applicability: "safe",
			edits: [replaceText(value.module, written.start, written.end, wanted)],
		};
	}
	return undefined;
}

/** `@timed()` of a decorator that takes the function itself. */
function decoratePlainly(module: Module, call: ast.Call, error: string): FixProposal | undefined {
	if (!error.includes("missing 1 required positional argument")) return undefined;
	let isDecorator = false;
	walk(module.tree, (node) => {
		if (node.type === "FunctionDef" || node.type === "ClassDef") isDecorator ||= node.decorators.includes(call);
		return !isDecorator;
	});
	return isDecorator ? uncallDecorator(module, call) : undefined;
}

/** `Base.__init__(name)` in a method: called on the class, it is not handed the object. */
function handOverSelf(module: Module, call: ast.Call, error: string): FixProposal | undefined {
	const { callee } = call;
	if (callee.type !== "Attribute" || callee.attribute.name !== "__init__" || !error.includes("missing 1 required positional"))
		return undefined;
	const self = enclosingFunction(module.tree, call.start)?.parameters[0]?.name.name;
	const [first] = call.args;
	if (self === undefined || callee.value.type === "Call" || (first?.type === "Name" && first.id === self)) return undefined;
	const at = call.argumentsRange.start + 1;
	return {
		title: `Hand ${self} over`,
		explanation: "A method that is called on its class gets the object as its first argument.",
		applicability: "safe",
		edits: [replaceText(module, at, at, call.args.length + call.keywords.length > 0 ? `${self}, ` : self)],
	};
}

/** `Settings.load()` where `def load(cls)` lacks the decorator: by the name of its parameter it is a method of the class. */
function takeTheClass(project: Project, { callee }: ast.Call, error: string): FixProposal | undefined {
	if (!error.endsWith("missing 1 required positional argument: 'cls'")) return undefined;
	if (callee.type !== "Attribute" || callee.value.type !== "Name") return undefined;
	const name = callee.attribute.name;
	const owner = /^TypeError: (?:\w+\.)*(\w+)\.\w+\(\)/.exec(error)?.[1] ?? callee.value.id;
	const [found, ...others] = project.trace.classes.filter(({ value }) => value.node.name.name === owner);
	const method = found?.value.node.body.find(
		(each): each is ast.FunctionDef => each.type === "FunctionDef" && each.name.name === name,
	);
	if (found === undefined || others.length > 0 || method === undefined || method.decorators.length > 0) return undefined;
	return {
		title: `Make ${name} a class method`,
		explanation: "It takes the class as its first argument and is called on the class: @classmethod hands it over.",
		applicability: "safe",
		edits: [insertBefore(found.value.module, method, "@classmethod")],
	};
}

/** `Service.create("x")`, a method for objects: made without arguments, an object can be asked. */
function makeTheObjectFirst(project: Project, module: Module, call: ast.Call, error: string): FixProposal | undefined {
	const { callee } = call;
	const missing = /missing 1 required positional argument/.test(error);
	if (!missing || callee.type !== "Attribute" || callee.value.type !== "Name") return undefined;
	const { id } = callee.value;
	const [owner, ...others] = project.trace.classes.filter(({ value }) => value.node.name.name === id);
	const method = owner?.value.node.body.find(
		(each): each is ast.FunctionDef => each.type === "FunctionDef" && each.name.name === callee.attribute.name,
	);
	if (owner === undefined || others.length > 0 || method === undefined || method.decorators.length > 0) return undefined;
	const init = owner.value.node.body.find((each) => each.type === "FunctionDef" && each.name.name === "__init__");
	const required = init?.type === "FunctionDef" ? init.parameters.filter((each) => each.default === null).length : 1;
	if (method.parameters[0]?.name.name !== "self" || required !== 1 || owner.value.bases.length > 0) return undefined;
	return {
		title: `Make a ${id} and call ${method.name.name} of it`,
		explanation: `${method.name.name} is a method for objects of ${id}; on the class itself the first argument is taken for the object.`,
		applicability: "review",
		edits: [replaceText(module, callee.value.end, callee.value.end, "()")],
	};
}

/** `convert(10, 1.2)` of `def convert(amount, *, rate)`: what stands behind the star is given by its name. */
function nameSurplus(project: Project, module: Module, call: ast.Call, error: string): FixProposal | undefined {
	const counts = /^TypeError: (?:\w+\.)*(\w+)\(\) takes (?:from \d+ to )?(\d+) positional arguments? but (\d+)/.exec(error);
	const definitions = project.trace.functions.flatMap(({ value: { node } }) =>
		node.type === "FunctionDef" && node.name.name === counts?.[1] ? [node] : [],
	);
	const [only, ...others] = new Set(definitions);
	if (counts === null || only === undefined || others.length > 0) return undefined;
	const surplus = call.args.slice(call.args.length - (Number(counts[3]) - Number(counts[2])));
	const given = new Set(call.keywords.map(({ name }) => name?.name));
	const free = only.parameters.filter(({ kind, name }) => kind === "keyword-only" && !given.has(name.name));
	const [first] = surplus;
	if (first === undefined || surplus.length > free.length || surplus.some(({ type }) => type === "Starred")) return undefined;
	const names = free.slice(0, surplus.length).map(({ name }) => name.name);
	return {
		title: `Give ${names.join(" and ")} by name`,
		explanation: `What stands behind the star in ${only.name.name}'s parameters is taken by its name only.`,
		applicability: surplus.length === free.length ? "safe" : "review",
		edits: surplus.map(({ start }, index) => replaceText(module, start, start, `${names[index]}=`)),
	};
}

function withoutSurplus(project: Project, module: Module, call: ast.Call, error: string): FixProposal | undefined {
	const counts = /^TypeError: (.+)\(\) takes (?:from \d+ to )?(\d+) positional arguments? but (\d+)/.exec(error);
	if (counts === null || call.args.some((each) => each.type === "Starred") || !isOwn(project, counts[1] ?? "")) return undefined;
	const surplus = Number(counts[3]) - Number(counts[2]);
	const doomed = call.args.slice(call.args.length - surplus);
	if (surplus < 1 || doomed.length < surplus) return undefined;
	const written = doomed.map((each) => module.text.slice(each.start, each.end)).join(", ");
	return {
		title: `Call ${counts[1]} without ${written}`,
		explanation: `${counts[1]} takes fewer arguments. If it is to have this one, it needs a parameter for it.`,
		applicability: "review",
		edits: removeArguments(module, call, doomed),
	};
}

function withoutKeyword(project: Project, module: Module, call: ast.Call, error: string): FixProposal | undefined {
	const refused = refusedKeyword(project, error);
	const written = refused === null ? undefined : call.keywords.find(({ name }) => name?.name === refused.keyword);
	if (refused === null || written === undefined) return undefined;
	const callee = refused.callee ?? module.text.slice(call.callee.start, call.callee.end);
	return {
		title: `Call ${callee} without ${refused.keyword}`,
		explanation: refused.because,
		applicability: "review",
		edits: removeArguments(module, call, [written]),
	};
}

interface RefusedKeyword {
	readonly keyword: string;
	/** As Python names it; null where the line does not. */
	readonly callee: string | null;
	readonly because: string;
}

/** The keyword that a call stumbles over, and why; null where it is another matter, or where the call may be right and the rest wrong. */
function refusedKeyword(project: Project, error: string): RefusedKeyword | null {
	// Some packages look through their keywords themselves: `Unknown option: ssl_cert_reqs.`, `Unknown option 'request_bodies'`.
	const option = /^[\w.]+: Unknown option:? '?(\w+)/.exec(error)?.[1];
	if (option !== undefined) return { keyword: option, callee: null, because: `The version at hand has no option ${option}.` };
	const [, callee, problem, keyword] =
		/^TypeError: (.+)\(\) got (an unexpected keyword argument|multiple values for argument) '(\w+)'/.exec(error) ?? [];
	if (callee === undefined || keyword === undefined) return null;
	const own = isOwn(project, callee);
	if (problem === "multiple values for argument")
		return own ? { keyword, callee, because: `${keyword} is given by its place already.` } : null;
	const because = own
		? `${callee} has no such parameter. If it is to have this one, it needs a parameter for it.`
		: `In the version at hand ${callee} has no such parameter.`;
	return { keyword, callee, because };
}

/** Does the project define what Python calls by this name: `Service.create`, `create_app`? */
function isOwn(project: Project, qualified: string): boolean {
	const parts = qualified.split(".").filter((part) => part !== "<locals>");
	const [last = "", owner] = parts.toReversed();
	const isClass = owner !== undefined && project.trace.classes.some(({ value }) => value.node.name.name === owner);
	return (
		isClass || project.trace.functions.some(({ value }) => value.node.type === "FunctionDef" && value.node.name.name === last)
	);
}
