import type { FixProposal } from "../../../../audit/fix.ts";
import { referencesTo } from "../../../../python/references.ts";
import { removeImportedNames } from "../../../../python/rewrite/remove-imports.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { dottedName, walk } from "../../../../python/walk.ts";
import type { TextRange } from "../../../../text/range.ts";
import { attributeAt } from "../../../repair/attributes/attribute-at.ts";
import { type FailureOf, importedNameAt } from "../../../repair/trial/import-failures.ts";

/** What a module of the standard library says in a later Python, in words that every Python knows. */
interface OlderName {
	readonly since: number;
	/** The name of the same module that stands in for it. */
	readonly name: string;
	/** What is asked of that name to have the same. */
	readonly rest: string;
}

const olderNames: Readonly<Record<string, OlderName>> = {
	"datetime.UTC": { since: 11, name: "timezone", rest: ".utc" },
	"functools.cache": { since: 9, name: "lru_cache", rest: "(maxsize=None)" },
};

/** `from datetime import UTC`, before Python 3.11: `timezone.utc` is the same object. */
export function inOlderName(failure: FailureOf<"name-not-in-module">): FixProposal | null {
	const { detail, module } = failure;
	const older = olderNames[`${detail.source}.${detail.name}`];
	const found = importedNameAt(failure);
	if (older === undefined || found === null || found.alias.asName !== null) return null;
	return {
		...wordsOf(detail.source, detail.name, older),
		edits: [
			...removeImportedNames(module, [found.alias]),
			...referencesTo(module.tree, detail.name).map((use) => put(use, older.name + older.rest)),
		],
		needs: [{ path: module.path, module: detail.source, name: older.name }],
	};

	function put({ start, end }: TextRange, code: string) {
		return replaceText(module, start, end, code);
	}
}

/** `datetime.UTC`, of the module as a whole: everywhere in the file. */
export function inOlderAttribute(failure: FailureOf<"attribute-missing">): FixProposal | null {
	const { detail, module } = failure;
	const older = olderNames[`${detail.owner}.${detail.name}`];
	const read = attributeAt(failure);
	const written = read === null ? null : dottedName(read);
	if (older === undefined || read === null || written === null) return null;
	const places: TextRange[] = [];
	walk(module.tree, (node) => {
		if (node.type === "Attribute" && dottedName(node) === written)
			places.push({ start: node.attribute.start, end: node.attribute.end });
	});
	return {
		...wordsOf(detail.owner, detail.name, older),
		edits: places.map(({ start, end }) => replaceText(module, start, end, older.name + older.rest)),
	};
}

function wordsOf(source: string, name: string, { since, name: stand, rest }: OlderName): Omit<FixProposal, "edits"> {
	return {
		title: `Write ${stand}${rest}`,
		explanation: `${source} has ${name} since Python 3.${since}; ${stand}${rest} is the same in every version.`,
		applicability: "safe",
	};
}
