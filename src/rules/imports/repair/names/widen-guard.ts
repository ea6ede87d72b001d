import type { FixProposal } from "../../../../audit/fix.ts";
import type { Failure } from "../../../../project/imports/trace.ts";
import type { Module } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { addArgument } from "../../../../python/rewrite/arguments.ts";
import { blocksOf } from "../../../../python/rewrite/blocks.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { dottedName } from "../../../../python/walk.ts";
import type { TextEdit } from "../../../../text/range.ts";

/** The import stands in a `try` or a `with suppress(...)` that is there for its absence, but catches another error: let it catch this one. */
export function widenGuard({ module, statement }: Failure): FixProposal | null {
	if (statement?.type !== "Import" && statement?.type !== "ImportFrom") return null;
	for (const { owner, statements } of blocksOf(module.tree)) {
		if (!statements.includes(statement)) continue;
		const edit =
			owner?.type === "Try"
				? handlerEdit(module, owner, statements)
				: owner?.type === "With"
					? suppressEdit(module, owner)
					: null;
		return (
			edit && {
				title: "Catch the ImportError of the guarded import",
				explanation: "The import is guarded, against another error than the one that Python raises when it fails (ImportError).",
				applicability: "review",
				edits: [edit],
			}
		);
	}
	return null;
}

/** The first handler with a way to go on; one that only raises again is no fallback. */
function handlerEdit(module: Module, guard: ast.Try, block: readonly ast.Statement[]): TextEdit | null {
	if (block !== guard.body) return null;
	const handler = guard.handlers.find(({ body }) => !body.some((each) => each.type === "Raise"));
	const caught = handler?.exception;
	if (!caught) return null;
	if (caught.type === "Sequence")
		return replaceText(module, caught.items.at(-1)?.end ?? caught.end, caught.items.at(-1)?.end ?? caught.end, ", ImportError");
	const name = dottedName(caught);
	if (name === null) return null;
	const wider = name === "ModuleNotFoundError" ? "ImportError" : `(${module.text.slice(caught.start, caught.end)}, ImportError)`;
	return replaceText(module, caught.start, caught.end, wider);
}

function suppressEdit(module: Module, guard: ast.With): TextEdit | null {
	for (const { context } of guard.items) {
		if (context.type === "Call" && /(^|\.)suppress$/.test(dottedName(context.callee) ?? ""))
			return addArgument(module, context, "ImportError");
	}
	return null;
}
