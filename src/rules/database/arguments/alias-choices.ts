import type { Call } from "../../../project/imports/trace.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { CallFault } from "./call-fault.ts";

/** `Field(validation_alias=["DB_URL", "DATABASE_URL"])`: several names stand in AliasChoices. */
export function aliasChoices({ keywords, node, module }: Call): CallFault | null {
	const alias = keywords.get("validation_alias");
	const written = findKeyword(node, "validation_alias")?.value;
	if (alias?.kind !== "sequence" || written === undefined || (alias.complete && alias.items.length === 0)) return null;
	const inner = written.type === "Sequence" ? module.text.slice(written.start, written.end).replace(/^[[({]|[\])}]$/g, "") : null;
	return {
		problem: "The aliases of a field are a plain list",
		rootCause: "pydantic takes one name as text, and several of them in AliasChoices.",
		error: "TypeError: Invalid `validation_alias` type. it should be `str`, `AliasChoices`, or `AliasPath`",
		fixes: [
			{
				title: "Put the names in AliasChoices",
				explanation: "The field then takes its value from the first of them that is set.",
				applicability: "safe",
				edits: [
					replaceText(
						module,
						written.start,
						written.end,
						`AliasChoices(${inner ?? `*${module.text.slice(written.start, written.end)}`})`,
					),
				],
				needs: [{ path: module.path, module: "pydantic", name: "AliasChoices" }],
			},
		],
	};
}
