import type { FixProposal } from "../../../audit/fix.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { addArgument, findKeyword, removeArguments } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { walk } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";
import { findSimilarName } from "../../repair/names/similar-name.ts";
import { enclosing } from "./enclosing-node.ts";
import { mergeConfigs } from "./merge-configs.ts";
import type { RefusedUse } from "./refusal.ts";
import { rootModel } from "./root-model.ts";
import { fieldValidator, infoInstead } from "./to-field-validator.ts";

/** The ways to write a refused use for pydantic 2, the smallest first; empty where none is certain. */
export function remediesOf(use: RefusedUse, module: Module, range: TextRange, project: Project): readonly FixProposal[] {
	switch (use.type) {
		case "keyword":
			return use.keyword === "regex"
				? [patternInstead(module, range)]
				: use.keyword === "const"
					? optional(literalInstead(module, range))
					: optional(withoutUniqueItems(module, range));
		case "root-validator":
			return [skipOnFailure(module, range)];
		case "root-validator-method":
		case "validator-method":
			return optional(classInstead(module, range));
		case "root-field":
			return optional(rootModel(module, range, project));
		case "two-configs":
			return optional(mergeConfigs(module, range));
		case "validator-parameter":
			return optional(fieldValidator(module, range));
		case "validator-signature":
			return optional(infoInstead(module, range, use.mode));
		case "bare-validator":
			return optional(likelyField(use, module, range));
		case "unknown-field":
			return otherField(use, module, range);
		case "validator-of-list":
			return optional(separateFields(module, range));
		default:
			return [];
	}
}

function optional(proposal: FixProposal | undefined): readonly FixProposal[] {
	return proposal === undefined ? [] : [proposal];
}

function patternInstead(module: Module, { start }: TextRange): FixProposal {
	return {
		title: "Call the keyword pattern",
		explanation: "pydantic 2 has the same check under the name pattern.",
		applicability: "safe",
		edits: [replaceText(module, start, start + "regex".length, "pattern")],
	};
}

function skipOnFailure(module: Module, range: TextRange): FixProposal {
	const call = findNode(module, range, "Call");
	return {
		title: "Add skip_on_failure=True",
		explanation: "pydantic 2 runs a root validator after the fields only where these were valid, and wants that said.",
		applicability: "safe",
		edits: [
			call
				? addArgument(module, call, "skip_on_failure=True")
				: replaceText(module, range.end, range.end, "(skip_on_failure=True)"),
		],
	};
}

/** `kind: str = Field("x", const=True)` becomes `kind: Literal["x"] = Field("x")`. */
function literalInstead(module: Module, range: TextRange): FixProposal | undefined {
	const found = enclosing(module, range, "AnnAssign");
	const call = found?.value;
	if (!found || call?.type !== "Call") return undefined;
	const value = call.args[0] ?? findKeyword(call, "default")?.value;
	const keyword = findKeyword(call, "const");
	if (value?.type !== "Constant" || !keyword) return undefined;
	const literal = module.text.slice(value.start, value.end);
	return {
		title: `Annotate the field with Literal[${literal}]`,
		explanation: "Literal allows this one value, as const did.",
		applicability: "safe",
		edits: [
			replaceText(module, found.annotation.start, found.annotation.end, `Literal[${literal}]`),
			...removeArguments(module, call, [keyword]),
		],
		needs: [{ path: module.path, module: "typing", name: "Literal" }],
	};
}

function withoutUniqueItems(module: Module, range: TextRange): FixProposal | undefined {
	const call = enclosing(module, range, "Call");
	const keyword = call && findKeyword(call, "unique_items");
	if (!call || !keyword) return undefined;
	return {
		title: "Take unique_items out",
		explanation: "pydantic 2 does not check lists for repeated items; annotate the field as a set where they must not repeat.",
		applicability: "review",
		edits: removeArguments(module, call, [keyword]),
	};
}

/** `def check(self, value)` under a validator becomes `def check(cls, value)`. */
function classInstead(module: Module, range: TextRange): FixProposal | undefined {
	const method = enclosing(module, range, "FunctionDef");
	const [self] = method?.parameters ?? [];
	if (!method || self?.name.name !== "self") return undefined;
	const uses: TextRange[] = [];
	for (const statement of method.body) {
		walk(statement, (node) => {
			if (node.type === "Name" && node.id === "self") uses.push(node);
			return true;
		});
	}
	return {
		title: "Call the first parameter cls",
		explanation: "Validators run before there is an object; they are handed the class.",
		applicability: uses.length === 0 ? "safe" : "review",
		edits: [self.name, ...uses].map(({ start, end }) => replaceText(module, start, end, "cls")),
	};
}

function otherField(use: RefusedUse & { type: "unknown-field" }, module: Module, range: TextRange): readonly FixProposal[] {
	const call = findNode(module, range, "Call");
	const argument = call?.args.find((each) => each.type === "Constant" && each.value === use.field);
	if (!call || argument?.type !== "Constant") return [];
	const proposals: FixProposal[] = [];
	const similar = findSimilarName(use.field, use.fields);
	if (similar !== null && argument.content !== null) {
		proposals.push({
			title: `Name the field ${similar.name}`,
			explanation: `The model has a field ${similar.name}; ${use.field} is none of its fields.`,
			applicability: "review",
			edits: [replaceText(module, argument.content.start, argument.content.end, similar.name)],
		});
	}
	if (call.args.length > 1) {
		proposals.push({
			title: `Take ${use.field} out of the validator's fields`,
			explanation: "The model has no such field, so nothing is checked less than before.",
			applicability: "review",
			edits: removeArguments(module, call, [argument]),
		});
	} else {
		proposals.push({
			title: "Add check_fields=False",
			explanation:
				"The validator then waits for a model that derives from this one and has the field; in this one it does nothing.",
			applicability: "review",
			edits: [addArgument(module, call, "check_fields=False")],
		});
	}
	return proposals;
}

/** `@field_validator def check_email(...)`: the field that the method's name tells, or the only one that there is. */
function likelyField(
	{ decorator, fields }: RefusedUse & { type: "bare-validator" },
	module: Module,
	range: TextRange,
): FixProposal | undefined {
	const method = enclosing(module, range, "FunctionDef");
	const words = method?.name.name.split("_") ?? [];
	const isTold = (field: string) => ` ${words.join(" ")} `.includes(` ${field.split("_").join(" ")} `);
	const told = fields.filter(isTold).sort((a, b) => b.length - a.length);
	const [field, other] = told.length > 0 ? told : fields;
	if (field === undefined || (other !== undefined && !field.includes(other))) return undefined;
	return {
		title: `Name the field ${field}`,
		explanation: `${decorator} wants to know which fields it is for; ${told.length > 0 ? "the method's name tells" : "the model has this one"}.`,
		applicability: "review",
		edits: [replaceText(module, range.end, range.end, `("${field}")`)],
	};
}

/** `@validator(["a", "b"])` becomes `@validator("a", "b")`. */
function separateFields(module: Module, range: TextRange): FixProposal | undefined {
	const call = findNode(module, range, "Call");
	const [list] = call?.args ?? [];
	const [first] = list?.type === "Sequence" ? list.items : [];
	const last = list?.type === "Sequence" ? list.items.at(-1) : undefined;
	if (!list || !first || !last) return undefined;
	return {
		title: "Pass the fields one by one",
		explanation: "The decorator takes each field's name as an argument of its own.",
		applicability: "safe",
		edits: [replaceText(module, list.start, list.end, module.text.slice(first.start, last.end))],
	};
}

function findNode<Type extends ast.TypedNode["type"]>(
	module: Module,
	range: TextRange,
	type: Type,
): Extract<ast.TypedNode, { type: Type }> | null {
	const found = enclosing(module, range, type);
	return found !== null && found.start === range.start && found.end === range.end ? found : null;
}
