import type { ClassValue } from "../../values.ts";

const valueBases = new Set(["enum.Enum", "enum.IntEnum", "enum.StrEnum"]);
const flagBases = new Set(["enum.Flag", "enum.IntFlag"]);

/** The classes of the standard library that enumerations derive from. */
export const enumBases: ReadonlySet<string> = new Set([...valueBases, ...flagBases]);

/** Is the class an enumeration, of flags perhaps? */
export function isEnum(owner: ClassValue): boolean {
	return derivesFrom(owner, enumBases);
}

/** Is it an enumeration that has no values but those of its members? Flags can be combined. */
export function isValueEnum(owner: ClassValue): boolean {
	return derivesFrom(owner, valueBases);
}

/** Is it an enumeration whose members are nothing else besides: no texts, no numbers? */
export function isPlainEnum({ bases, keywords }: ClassValue): boolean {
	const [only, ...others] = bases;
	return only?.kind === "external" && only.canonical === "enum.Enum" && others.length === 0 && keywords.size === 0;
}

function derivesFrom({ bases }: ClassValue, wanted: ReadonlySet<string>): boolean {
	return bases.some((base) =>
		base.kind === "class" ? derivesFrom(base, wanted) : base.kind === "external" && wanted.has(base.canonical),
	);
}
