/** A variable that a Makefile sets. */
interface MakeVariable {
	readonly value: string;
	/** Offset of the value in the file. */
	readonly start: number;
}

/** The variables that a Makefile sets once, without what it computes (https://www.gnu.org/software/make/manual/html_node/Setting.html). */
export function makeVariables(text: string): ReadonlyMap<string, MakeVariable> {
	const found = new Map<string, MakeVariable | null>();
	for (const match of text.matchAll(
		/^((?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*(?:\?|::?)?=[ \t]*)([^\s#$][^\n#$]*)?(?=[\n#]|$)/gm,
	)) {
		const [, opening = "", name = "", value = ""] = match;
		found.set(name, found.has(name) ? null : { value: value.trim(), start: match.index + opening.length });
	}
	return new Map([...found].flatMap(([name, variable]) => (variable === null ? [] : [[name, variable] as const])));
}

export const makeFile = /(^|\/)(?:GNU)?Makefile$/i;

/** A part of a Makefile with the values of its variables; what nothing in the file sets stays as it is. */
export function filledIn(text: string, variables: ReadonlyMap<string, MakeVariable>): string {
	return text.replace(/\$[({](\w+)[)}]/g, (whole, name: string) => variables.get(name)?.value ?? whole);
}
