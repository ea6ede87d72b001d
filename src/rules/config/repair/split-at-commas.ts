import type { FixProposal } from "../../../audit/fix.ts";
import type { SettingsField } from "../../../project/settings/settings-class.ts";
import { insertAfter } from "../../../python/rewrite/statements.ts";

/** A validator that makes a list of the text of a field before pydantic looks at it; null where the class has no end to put it. */
export function splitAtCommas({ name, owner }: SettingsField): Required<Pick<FixProposal, "edits" | "needs">> | null {
	const { module, node } = owner;
	const last = node.body.at(-1);
	if (last === undefined) return null;
	const validator = `\n@field_validator("${name}", mode="before")\n@classmethod\ndef split_${name}(cls, value: object) -> object:\n    return [item.strip() for item in value.split(",")] if isinstance(value, str) else value`;
	return {
		edits: [insertAfter(module, last, validator)],
		needs: [{ path: module.path, module: "pydantic", name: "field_validator" }],
	};
}
