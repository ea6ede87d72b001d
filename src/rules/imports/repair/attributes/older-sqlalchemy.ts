import type { FixProposal } from "../../../../audit/fix.ts";
import type { Module, Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { referencesTo } from "../../../../python/references.ts";
import { addArgument, findKeyword } from "../../../../python/rewrite/arguments.ts";
import { removeImportedNames } from "../../../../python/rewrite/remove-imports.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { walk } from "../../../../python/walk.ts";
import type { TextEdit } from "../../../../text/range.ts";
import { type FailureOf, importedNameAt } from "../../../repair/trial/import-failures.ts";

/**
 * A name that came with SQLAlchemy 2.0, asked of 1.4: the form that 1.4 has for the same
 * (https://docs.sqlalchemy.org/en/20/changelog/migration_20.html). Null where the file uses it in a way that 1.4 has no form for.
 */
export function inOlderSqlalchemy(project: Project, failure: FailureOf<"name-not-in-module">): FixProposal | null {
	const { detail, module } = failure;
	const found = importedNameAt(failure);
	if (found === null || !/^sqlalchemy\b/.test(detail.source)) return null;
	const version = project.environment.distributions.get("sqlalchemy")?.version ?? "";
	if (!version.startsWith("1.4")) return null;
	const uses = referencesTo(module.tree, found.alias.asName?.name ?? detail.name);
	switch (detail.name) {
		case "DeclarativeBase":
			return declarativeBase(module, found.alias, uses);
		case "async_sessionmaker":
			return sessionFactory(module, found.alias, uses);
		case "mapped_column":
			return column(module, found.alias, uses);
		default:
			return null;
	}
}

/** `class Base(DeclarativeBase): pass` is `Base = declarative_base()`. */
function declarativeBase(module: Module, alias: ast.Alias, uses: readonly ast.Name[]): FixProposal | null {
	const edits: TextEdit[] = [replaceText(module, alias.start, alias.end, "declarative_base")];
	for (const use of uses) {
		const owner = module.tree.body.find(
			(each): each is ast.ClassDef => each.type === "ClassDef" && each.bases.length === 1 && each.bases[0] === use,
		);
		const options =
			owner === undefined || owner.decorators.length > 0 || owner.keywords.length > 0 ? null : optionsOf(module, owner);
		if (owner === undefined || options === null) return null;
		edits.push(replaceText(module, owner.start, owner.end, `${owner.name.name} = declarative_base(${options})`));
	}
	return {
		title: "Make the base with declarative_base()",
		explanation: "DeclarativeBase came with SQLAlchemy 2.0; in 1.4 a function makes the same base class.",
		applicability: "safe",
		edits,
	};
}

/** The arguments of `declarative_base` that say what the body of a base class says; null where it says more. */
function optionsOf(module: Module, { body }: ast.ClassDef): string | null {
	const options: string[] = [];
	for (const statement of body) {
		if (statement.type === "Pass" || (statement.type === "ExpressionStatement" && statement.value.type === "Constant")) continue;
		const [target] = statement.type === "Assign" ? statement.targets : [];
		if (statement.type !== "Assign" || target?.type !== "Name" || target.id !== "metadata") return null;
		options.push(`metadata=${module.text.slice(statement.value.start, statement.value.end)}`);
	}
	return options.join(", ");
}

/** `async_sessionmaker(engine)` is `sessionmaker(engine, class_=AsyncSession)`. */
function sessionFactory(module: Module, alias: ast.Alias, uses: readonly ast.Name[]): FixProposal | null {
	const calls = callsOf(module, uses);
	if (calls === null) return null;
	const classless = calls.filter((call) => findKeyword(call, "class_") === null);
	return {
		title: "Make the sessions with sessionmaker(class_=AsyncSession)",
		explanation:
			"async_sessionmaker came with SQLAlchemy 2.0; in 1.4 sessionmaker gives async sessions where it is told their class.",
		applicability: "safe",
		edits: [
			...removeImportedNames(module, [alias]),
			...calls.map(({ callee }) => replaceText(module, callee.start, callee.end, "sessionmaker")),
			...classless.map((call) => addArgument(module, call, "class_=AsyncSession")),
		],
		needs: [
			{ path: module.path, module: "sqlalchemy.orm", name: "sessionmaker" },
			{ path: module.path, module: "sqlalchemy.ext.asyncio", name: "AsyncSession" },
		],
	};
}

/** `mapped_column(Integer)` without an annotation is `Column(Integer)`. */
function column(module: Module, alias: ast.Alias, uses: readonly ast.Name[]): FixProposal | null {
	const calls = callsOf(module, uses);
	if (calls === null) return null;
	const plain = new Set<ast.Node>();
	walk(module.tree, (node) => {
		if (node.type === "Assign") plain.add(node.value);
		return true;
	});
	if (!calls.every((call) => plain.has(call))) return null;
	return {
		title: "Write Column instead of mapped_column",
		explanation: "mapped_column came with SQLAlchemy 2.0; where the type is its argument, Column is the same in 1.4.",
		applicability: "safe",
		edits: [
			...removeImportedNames(module, [alias]),
			...calls.map(({ callee }) => replaceText(module, callee.start, callee.end, "Column")),
		],
		needs: [{ path: module.path, module: "sqlalchemy", name: "Column" }],
	};
}

/** The calls in which a name is used; null where it is used in another way, too. */
function callsOf(module: Module, uses: readonly ast.Name[]): readonly ast.Call[] | null {
	const calls: ast.Call[] = [];
	walk(module.tree, (node) => {
		if (node.type === "Call" && uses.some((use) => use === node.callee)) calls.push(node);
		return true;
	});
	return calls.length === uses.length ? calls : null;
}
