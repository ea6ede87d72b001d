import type { FixProposal } from "../../../../audit/fix.ts";
import type { Module, Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { indentAt, lineBreakOf, lineStartAt, nextLineAt, replaceText } from "../../../../python/rewrite/source.ts";
import { insertAfter, insertBefore, isTypeCheckingTest, removeStatements } from "../../../../python/rewrite/statements.ts";
import { boundNames } from "../../../../python/scopes.ts";
import { dottedName, walk } from "../../../../python/walk.ts";

/** Ways to make a module bind a name that its text mentions and its run does not leave behind, the plainest first. */
export function* bindAgain(project: Project, source: Module, name: string): Generator<FixProposal> {
	yield* keepDeleted(source, name);
	yield* assignAnnotated(source, name);
	yield* declareGlobal(source, name);
	yield* liftCondition(source, name);
	yield* versionOfManifest(project, source, name);
}

/** `del name` at the end of a module. */
function* keepDeleted(source: Module, name: string): Generator<FixProposal> {
	for (const statement of source.tree.body) {
		if (statement.type !== "Delete") continue;
		const target = statement.targets.find((each) => each.type === "Name" && each.id === name);
		if (!target) continue;
		const rest = statement.targets.filter((each) => each !== target).map((each) => source.text.slice(each.start, each.end));
		yield {
			title: `Keep ${name}`,
			explanation: `The module deletes ${name} after it has defined it, and it is needed.`,
			applicability: "review",
			edits:
				rest.length === 0
					? removeStatements(source, [statement])
					: [replaceText(source, statement.start, statement.end, `del ${rest.join(", ")}`)],
		};
	}
}

/** `engine: AsyncEngine` binds nothing; the one function that gives such a thing does. */
function* assignAnnotated(source: Module, name: string): Generator<FixProposal> {
	const declared = source.tree.body.find(
		(each): each is ast.AnnAssign =>
			each.type === "AnnAssign" && each.value === null && each.target.type === "Name" && each.target.id === name,
	);
	if (declared === undefined) return;
	const type = source.text.slice(declared.annotation.start, declared.annotation.end);
	const makers = source.tree.body.filter(
		(each): each is ast.FunctionDef =>
			each.type === "FunctionDef" &&
			!each.isAsync &&
			each.returns !== null &&
			source.text.slice(each.returns.start, each.returns.end) === type &&
			each.parameters.every((parameter) => parameter.default !== null),
	);
	const [maker] = makers;
	if (maker === undefined || makers.length > 1) return;
	const call = `${maker.name.name}()`;
	yield {
		title: `Make ${name} with ${call}`,
		explanation: `An annotation without a value binds no name. ${maker.name.name} gives what the annotation promises.`,
		applicability: "review",
		edits:
			maker.end < declared.start
				? [replaceText(source, declared.end, declared.end, ` = ${call}`)]
				: [...removeStatements(source, [declared]), insertAfter(source, maker, `\n\n${name}: ${type} = ${call}`)],
	};
}

/** A function that the module calls assigns a local of that name. */
function* declareGlobal(source: Module, name: string): Generator<FixProposal> {
	const called = new Set<string>();
	for (const statement of source.tree.body) {
		if (statement.type === "FunctionDef" || statement.type === "ClassDef") continue;
		walk(statement, (node) => {
			if (node.type === "Call") called.add(dottedName(node.callee) ?? "");
			return node.type !== "Lambda";
		});
	}
	for (const statement of source.tree.body) {
		if (statement.type !== "FunctionDef" || !called.has(statement.name.name)) continue;
		const isParameter = statement.parameters.some((parameter) => parameter.name.name === name);
		const [first] = statement.body;
		if (isParameter || first === undefined || !assigns(statement, name)) continue;
		yield {
			title: `Declare ${name} global in ${statement.name.name}`,
			explanation: `${statement.name.name} assigns ${name} as a name of its own, which ends with the function; declared global, the assignment binds the module's.`,
			applicability: "review",
			edits: [insertBefore(source, first, `global ${name}`)],
		};
	}
}

function assigns(host: ast.FunctionDef, name: string): boolean {
	return host.body.some(
		(statement) =>
			statement.type === "Assign" && statement.targets.some((target) => target.type === "Name" && target.id === name),
	);
}

/** The definition stands in a branch that is not taken, and there is no other: take it always. */
function* liftCondition(source: Module, name: string): Generator<FixProposal> {
	for (const statement of source.tree.body) {
		if (statement.type !== "If" || statement.orelse.length > 0 || isTypeCheckingTest(statement.test)) continue;
		const [first] = statement.body;
		const last = statement.body.at(-1);
		if (first === undefined || last === undefined || !boundNames(statement.body).has(name)) continue;
		const eol = lineBreakOf(source.text);
		const start = lineStartAt(source.text, startOf(first));
		const indent = indentAt(source.text, startOf(first));
		const end = nextLineAt(source.text, last.end);
		const body = source.text
			.slice(start, end)
			.split(/\r\n|\r|\n/)
			.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
			.join(eol);
		if (start <= statement.start || /["']{3}/.test(body)) continue;
		yield {
			title: `Define ${name} on every platform and version`,
			explanation: `The condition around the definition of ${name} is false here, and nothing else defines it.`,
			applicability: "review",
			edits: [replaceText(source, lineStartAt(source.text, statement.start), end, body)],
		};
	}
}

function startOf(statement: ast.Statement): number {
	if (statement.type !== "FunctionDef" && statement.type !== "ClassDef") return statement.start;
	return Math.min(statement.start, ...statement.decorators.map((decorator) => decorator.start));
}

/** `__version__` of a package: the manifest has it. */
function* versionOfManifest(project: Project, source: Module, name: string): Generator<FixProposal> {
	if (!/^(__version__|VERSION|version)$/.test(name)) return;
	const manifest = [...project.files.values()].find(
		(file) => /(^|\/)pyproject\.toml$/.test(file.path) && source.path.startsWith(file.path.replace(/pyproject\.toml$/, "")),
	);
	const section = /^\[(?:project|tool\.poetry)\][^[]*/m.exec(manifest?.text ?? "")?.[0] ?? "";
	const version = /^version\s*=\s*["']([^"'\r\n]+)["']/m.exec(section)?.[1];
	if (version === undefined) return;
	const eol = lineBreakOf(source.text);
	const [first] = source.tree.body;
	const isDocstring = first?.type === "ExpressionStatement" && first.value.type === "Constant";
	const line = `${name} = "${version}"`;
	yield {
		title: `Define ${name} in ${source.name}`,
		explanation: `The module has no ${name}; ${version} is the version that ${manifest?.path} states.`,
		applicability: "review",
		edits: [
			isDocstring
				? insertAfter(source, first, `\n${line}`)
				: replaceText(source, 0, 0, `${line}${eol}${source.text === "" ? "" : eol}`),
		],
	};
}
