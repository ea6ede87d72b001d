import type * as ast from "../ast.ts";

/** A sequence of statements, with the statement it belongs to; null for a module's own. */
export interface Block {
	readonly owner: ast.Statement | null;
	readonly statements: readonly ast.Statement[];
}

/** All blocks of a file, outer ones first. */
export function* blocksOf(tree: ast.Module): Generator<Block> {
	const pending: Block[] = [{ owner: null, statements: tree.body }];
	for (let block = pending.pop(); block; block = pending.pop()) {
		yield block;
		for (const statement of [...block.statements].reverse()) {
			for (const statements of innerBlocks(statement).reverse()) pending.push({ owner: statement, statements });
		}
	}
}

/** The block that holds a statement. */
export function blockOf(tree: ast.Module, statement: ast.Statement): Block | null {
	for (const block of blocksOf(tree)) if (block.statements.includes(statement)) return block;
	return null;
}

/** All statements of a file, nested ones too, in the order of the text. */
export function* statementsOf(tree: ast.Module): Generator<ast.Statement> {
	yield* nested(tree.body);
}

function* nested(statements: readonly ast.Statement[]): Generator<ast.Statement> {
	for (const statement of statements) {
		yield statement;
		for (const block of innerBlocks(statement)) yield* nested(block);
	}
}

function innerBlocks(statement: ast.Statement): (readonly ast.Statement[])[] {
	switch (statement.type) {
		case "FunctionDef":
		case "ClassDef":
		case "With":
			return [statement.body];
		case "For":
		case "While":
		case "If":
			return [statement.body, statement.orelse];
		case "Try":
			return [statement.body, ...statement.handlers.map((handler) => handler.body), statement.orelse, statement.finalbody];
		case "Match":
			return statement.cases.map((branch) => branch.body);
		default:
			return [];
	}
}
