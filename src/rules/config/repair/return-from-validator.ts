import type { FixProposal } from "../../../audit/fix.ts";
import type { ForgetfulValidator } from "../../../project/settings/forgetful-validators.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { insertAfter } from "../../../python/rewrite/statements.ts";

/** `return value` at the end of a validator; of one that ends in `value.strip()`, `return` before that. */
export function returnFromValidator({ validator, node }: ForgetfulValidator): FixProposal | undefined {
	const { module } = validator.function;
	const last = node.body.at(-1);
	const name = validatedName(validator.fields.length === 0 && validator.mode === "after", node);
	if (last === undefined || name === undefined) return undefined;
	const isMade = last.type === "ExpressionStatement" && isMadeOf(last.value, name);
	return {
		title: isMade ? `Return what ${node.name.name} makes` : `Return ${name} from ${node.name.name}`,
		explanation: `What a validator returns takes the place of what it was given; without a return that is None.`,
		applicability: "safe",
		edits: [isMade ? replaceText(module, last.start, last.start, "return ") : insertAfter(module, last, `return ${name}`)],
	};
}

/** The parameter that holds what is validated: the object itself, or what comes behind the class. */
function validatedName(isOfObject: boolean, { parameters, decorators }: ast.FunctionDef): string | undefined {
	const isStatic = decorators.some((each) => each.type === "Name" && each.id === "staticmethod");
	return parameters[isOfObject || isStatic ? 0 : 1]?.name.name;
}

/** Is it a call of a method of a text, which gives another text and leaves that one as it is? */
function isMadeOf(value: ast.Expression, name: string): boolean {
	if (value.type !== "Call" || value.callee.type !== "Attribute") return false;
	const { value: owner, attribute } = value.callee;
	return owner.type === "Name" && owner.id === name && /^(l|r)?strip$|^(lower|upper|split|replace|title)$/.test(attribute.name);
}
