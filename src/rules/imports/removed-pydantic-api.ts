import type { FixProposal } from "../../audit/fix.ts";
import { defineRule, type Match } from "../../audit/rule.ts";
import { versionSatisfies } from "../../project/manifests/version.ts";
import type { Module, Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { addArgument, findKeyword, removeArguments } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { walk } from "../../python/walk.ts";
import type { TextRange } from "../../text/range.ts";

/** What of pydantic 1 is written there. */
type Removed = "regex" | "const" | "root-validator";

interface Evidence {
	readonly removed: Removed;
	/** Of the installed pydantic. */
	readonly version: string;
	readonly stage: "import" | "startup";
	readonly order: number;
}

const errors: Readonly<Record<Removed, string>> = {
	regex: "`regex` is removed. use `pattern` instead",
	const: "`const` is removed, use `Literal` instead",
	"root-validator":
		"If you use `@root_validator` with pre=False (the default) you MUST specify `skip_on_failure=True`. Note that `@root_validator` is deprecated and should be replaced with `@model_validator`.",
};

const requirements = "fastapi\npydantic>=2\nuvicorn\n";
const model = (field: string) =>
	`from fastapi import FastAPI\nfrom pydantic import BaseModel, Field\n\napp = FastAPI()\n\n\nclass Item(BaseModel):\n    name: str = ${field}\n`;

export default defineRule<Evidence>({
	name: "removed-pydantic-api",
	category: "IMPORT",
	summary: "A model uses what pydantic 2 refuses",
	story:
		"The models were written for pydantic 1, and pydantic 2 is installed. It raises when the class is defined, so the server does not come up.",
	references: ["https://docs.pydantic.dev/latest/migration/"],
	example: {
		before: { "requirements.txt": requirements, "main.py": model('Field("item", regex="^[a-z]+$")') },
		after: { "requirements.txt": requirements, "main.py": model('Field("item", pattern="^[a-z]+$")') },
	},

	*detect(project) {
		const version = project.environment.distributions.get("pydantic")?.version;
		if (version === undefined || !versionSatisfies(version, ">=2")) return;
		yield* fieldsWithRemovedKeywords(project, version);
		yield* unconditionalRootValidators(project, version);
	},

	describe({ evidence }) {
		const { removed, version, stage, order } = evidence;
		return {
			severity: "CRITICAL",
			stage,
			problem: removed === "root-validator" ? "root_validator lacks skip_on_failure" : `Field no longer takes ${removed}`,
			rootCause: `This is the spelling of pydantic 1; pydantic ${version} raises when the class is defined.`,
			expectedError: `pydantic.errors.PydanticUserError: ${errors[removed]}`,
			order,
			manualSteps: removed === "const" ? ["Annotate the field with Literal and the value it may have, and take const out."] : [],
		};
	},

	fix({ path, range, evidence }, project) {
		const module = project.modulesByPath.get(path);
		return module && proposalOf(module, range, evidence.removed);
	},
});

function* fieldsWithRemovedKeywords(project: Project, version: string): Generator<Match<Evidence>> {
	for (const { callee, node, module, stage, order, guarded } of project.trace.calls) {
		if (callee.kind !== "external" || callee.canonical !== "pydantic.fields.Field" || guarded) continue;
		for (const removed of ["regex", "const"] as const) {
			const keyword = findKeyword(node, removed);
			if (keyword === null) continue;
			const subject = `${module.name}:${module.text.slice(node.start, node.end)}`;
			yield { subject, path: module.path, range: placeOf(keyword), evidence: { removed, version, stage, order } };
		}
	}
}

/** `@root_validator` and `@root_validator()`; with `pre=True` or `skip_on_failure=True` it still works. */
function* unconditionalRootValidators(project: Project, version: string): Generator<Match<Evidence>> {
	for (const { value, stage, order } of project.trace.functions) {
		if (value.node.type !== "FunctionDef") continue;
		for (const decorator of value.node.decorators) {
			const callee = decorator.type === "Call" ? decorator.callee : decorator;
			if (!isRootValidator(project, value.module, callee)) continue;
			if (decorator.type === "Call" && (decorator.keywords.length > 0 || decorator.args.length > 0)) continue;
			const subject = `${value.module.name}:${value.node.name.name}`;
			const evidence: Evidence = { removed: "root-validator", version, stage, order };
			yield { subject, path: value.module.path, range: placeOf(decorator), evidence };
		}
	}
}

function isRootValidator(project: Project, module: Module, callee: ast.Expression): boolean {
	if (callee.type !== "Name") return false;
	const bound = project.trace.runs.get(module.name)?.namespace.names.get(callee.id)?.value;
	return bound?.kind === "external" && bound.canonical.startsWith("pydantic.") && bound.canonical.endsWith(".root_validator");
}

function proposalOf(module: Module, range: TextRange, removed: Removed): FixProposal | undefined {
	const explanation = `pydantic 2 says: ${errors[removed]}`;
	if (removed === "regex") {
		return {
			title: "Call the keyword pattern",
			explanation,
			applicability: "safe",
			edits: [replaceText(module, range.start, range.start + removed.length, "pattern")],
		};
	}
	if (removed === "root-validator") {
		const title = "Add skip_on_failure=True";
		const call = findCall(module.tree, range);
		const edit = call
			? addArgument(module, call, "skip_on_failure=True")
			: replaceText(module, range.end, range.end, "(skip_on_failure=True)");
		return { title, explanation, applicability: "safe", edits: [edit] };
	}
	return literalInstead(module, range, explanation);
}

/** `kind: str = Field("x", const=True)` becomes `kind: Literal["x"] = Field("x")`. */
function literalInstead(module: Module, range: TextRange, explanation: string): FixProposal | undefined {
	let field: ast.AnnAssign | null = null;
	walk(module.tree, (node) => {
		if (node.type === "AnnAssign" && node.start <= range.start && range.end <= node.end) field = node;
	});
	const found = field as ast.AnnAssign | null;
	const call = found?.value;
	if (!found || call?.type !== "Call") return undefined;
	const [value] = call.args;
	const keyword = findKeyword(call, "const");
	if (value?.type !== "Constant" || !keyword) return undefined;
	const literal = module.text.slice(value.start, value.end);
	return {
		title: `Annotate the field with Literal[${literal}]`,
		explanation,
		applicability: "safe",
		edits: [
			replaceText(module, found.annotation.start, found.annotation.end, `Literal[${literal}]`),
			...removeArguments(module, call, [keyword]),
		],
		needs: [{ path: module.path, module: "typing", name: "Literal" }],
	};
}

function findCall(tree: ast.Module, range: TextRange): ast.Call | null {
	let found: ast.Call | null = null;
	walk(tree, (node) => {
		if (node.type === "Call" && node.start === range.start && node.end === range.end) found = node;
	});
	return found;
}

function placeOf(node: TextRange): TextRange {
	return { start: node.start, end: node.end };
}
