import type { FixProposal } from "../../../../audit/fix.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { attributeAt } from "../../../repair/attributes/attribute-at.ts";
import type { FailureOf } from "../../../repair/trial/import-failures.ts";

/** `settings.secret_key.encode()` of a SecretStr, which hands out its text only by `get_secret_value()`; and that asked of a plain text. */
export function readTheSecret(failure: FailureOf<"attribute-missing">): FixProposal | undefined {
	const { module, detail } = failure;
	const read = attributeAt(failure);
	if (read === null) return undefined;
	if (detail.owner === "SecretStr") {
		return {
			title: `Ask the secret for its text before ${detail.name}`,
			explanation:
				"A SecretStr hides its text from logs, and gives it by get_secret_value(): that is what has the methods of a text.",
			applicability: "safe",
			edits: [replaceText(module, read.value.end, read.value.end, ".get_secret_value()")],
		};
	}
	const call = module.text.slice(read.value.end).match(/^\s*\.\s*get_secret_value\s*\(\s*\)/)?.[0];
	if (detail.owner !== "str" || detail.name !== "get_secret_value" || call === undefined) return undefined;
	return {
		title: "Use the text as it is",
		explanation: "The setting is declared as str: it is the text already.",
		applicability: "safe",
		edits: [replaceText(module, read.value.end, read.value.end + call.length, "")],
	};
}
