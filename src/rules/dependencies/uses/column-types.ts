import type { Value } from "../../../project/imports/values.ts";
import type { Project } from "../../../project/project.ts";
import type { OptionalUse } from "../../repair/packages/optional-use.ts";
import { isExternal } from "./names.ts";

type Need = Pick<OptionalUse, "providers" | "importName" | "error">;

/** What a type of sqlalchemy_utils asks for when it is made, and what it says where that is not there (sqlalchemy_utils/types/*.py). */
const needs: readonly (readonly [types: string, provider: string, importName: string, words: string])[] = [
	["StringEncryptedType EncryptedType", "cryptography", "cryptography", "'cryptography' is required to use StringEncryptedType"],
	["PasswordType", "passlib", "passlib", "'passlib' is required to use 'PasswordType'"],
	["PhoneNumberType", "phonenumbers", "phonenumbers", "The 'phonenumbers' package is required to use 'PhoneNumberType'"],
	["ArrowType", "arrow", "arrow", "'arrow' package is required to use 'ArrowType'"],
	["ColorType", "colour", "colour", "'colour' package is required to use 'ColorType'"],
	["LocaleType", "babel", "babel", "Babel packaged is required with LocaleType."],
	["CurrencyType", "babel", "babel", "'babel' package is required in order to use CurrencyType."],
	["WeekDaysType", "babel", "babel", "'babel' package is required to use 'WeekDaysType'"],
	[
		"DateTimeRangeType DateRangeType IntRangeType NumericRangeType",
		"intervals",
		"intervals",
		"RangeType needs intervals package installed.",
	],
];

const needOf = new Map(
	needs.flatMap(([types, provider, importName, words]) => {
		const need: Need = {
			providers: [provider],
			importName,
			error: `sqlalchemy_utils.exceptions.ImproperlyConfigured: ${words}`,
		};
		return types.split(" ").map((type): [string, Need] => [type, need]);
	}),
);

/** Columns whose type, one of sqlalchemy_utils, needs a package of its own. */
export function listColumnTypes(project: Project): OptionalUse[] {
	return project.trace.calls.flatMap(({ callee, args, module, node, reached, guarded, stage, order }) => {
		if (!reached || guarded) return [];
		// A column makes its type itself where it is given the class.
		const made = isExternal(callee, /^sqlalchemy\.(?:\w+\.)*(?:Column|mapped_column)$/) ? args : [callee];
		const type = made.map(typeNameOf).find((name) => needOf.has(name)) ?? "";
		const need = needOf.get(type);
		if (need === undefined) return [];
		const range = { start: node.callee.start, end: node.callee.end };
		return [{ ...need, extras: [], floor: null, what: `the column type ${type}`, module, range, stage, order }];
	});
}

function typeNameOf(value: Value): string {
	return value.kind === "external" && isExternal(value, /^sqlalchemy_utils\./) ? (value.name.split(".").at(-1) ?? "") : "";
}
