import type { FixProposal } from "../../../audit/fix.ts";
import { raisedAnswers } from "../../../project/fastapi/middleware/raised-answers.ts";
import type { FunctionValue } from "../../../project/imports/values.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { TextEdit } from "../../../text/range.ts";

/** `raise HTTPException(401, "no")` → `return JSONResponse(status_code=401, content={"detail": "no"})`, throughout a middleware. */
export function returnTheAnswers(project: Project, owner: FunctionValue, node: ast.FunctionDef): FixProposal | undefined {
	const { module } = owner;
	const edits: TextEdit[] = [];
	for (const { statement, call } of raisedAnswers(project, owner, node)) {
		const code = answerFor(module.text, call);
		if (code === null) return undefined;
		edits.push(replaceText(module, statement.start, statement.end, `return ${code}`));
	}
	return {
		title: "Return a JSONResponse",
		explanation: "A middleware answers by what it returns; the answer is the one that FastAPI would have made of the exception.",
		applicability: "safe",
		edits,
		needs: [{ path: module.path, module: "fastapi.responses", name: "JSONResponse" }],
	};
}

/** Null where what the exception says cannot be read from its call. */
function answerFor(text: string, call: ast.Call): string | null {
	const source = (part: ast.Expression | undefined): string | null =>
		part === undefined || part.type === "Starred" ? null : text.slice(part.start, part.end);
	const [status, detail, headers] = ["status_code", "detail", "headers"].map((name, place) =>
		source(findKeyword(call, name)?.value ?? call.args[place]),
	);
	if (status == null || detail == null || call.keywords.some(({ name }) => name === null)) return null;
	const last = headers == null ? "" : `, headers=${headers}`;
	return `JSONResponse(status_code=${status}, content={"detail": ${detail}}${last})`;
}
