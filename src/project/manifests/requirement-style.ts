import type { Manifest, Requirement } from "./manifest.ts";

/** A package to be declared, with what is known of its versions. */
export interface Addition {
	readonly name: string;
	readonly extras: readonly string[];
	/** The lowest version to ask for, for lists that ask so; null: any. */
	readonly floor: string | null;
	/** The version to pin, for lists that pin; null: as `floor`. */
	readonly exact: string | null;
	/** A PEP 440 specifier that is asked for whatever the list's habit: `<82`. */
	readonly specifier?: string;
}

/** How versions are asked for: `>=1.0`, `==1.0`, `~=1.0`, `^1.0`, or not at all. */
export type OperatorStyle = ">=" | "==" | "~=" | "^" | "";

/** The operator of a single requirement, in the hand that wrote it. */
export function operatorOf(written: string): OperatorStyle {
	const match = /(\^|~=|>=|===?|~)/.exec(written.replace(/;.*/s, ""));
	switch (match?.[1]) {
		case "^":
			return "^";
		case "~=":
		case "~":
			return "~=";
		case ">=":
			return ">=";
		case "==":
		case "===":
			return "==";
		default:
			return "";
	}
}

/** The operator that most requirements of a list use; the first of equals. */
export function dominantOperator(texts: readonly string[]): OperatorStyle {
	const counts = new Map<OperatorStyle, number>();
	for (const text of texts) {
		const operator = operatorOf(text);
		counts.set(operator, (counts.get(operator) ?? 0) + 1);
	}
	const most = Math.max(0, ...counts.values());
	for (const [operator, count] of counts) if (count === most) return operator;
	return "";
}

/** The specifier of an addition: `>=0.29.0`, or `""` where no version is known or the list names none. */
function specifierFor(addition: Addition, operator: OperatorStyle): string {
	if (addition.specifier !== undefined) return addition.specifier;
	const version = operator === "==" ? (addition.exact ?? addition.floor) : (addition.floor ?? addition.exact);
	if (version === null || operator === "") return "";
	if (operator === "~=") return `~=${compatiblePrefix(version)}`;
	return `${operator === "^" ? "^" : operator}${version}`;
}

/** `~=0.29.0` would allow only 0.29.x; as a floor within the major, `~=0.29` says what is meant. */
function compatiblePrefix(version: string): string {
	const release = version.split(".");
	return release.length > 2 ? release.slice(0, 2).join(".") : version;
}

/** `name[extra]>=1.0`, with the list's spaces around the operator. */
export function renderPep508(addition: Addition, operator: OperatorStyle, spaced: boolean): string {
	// Outside poetry a caret is no operator.
	const specifier = specifierFor(addition, operator === "^" ? ">=" : operator);
	const extras = addition.extras.length === 0 ? "" : `[${addition.extras.join(",")}]`;
	const gap = spaced && specifier !== "" ? " " : "";
	return `${addition.name}${extras}${gap}${spaced ? specifier.replace(/^([~=!<>]+)/, "$1 ") : specifier}`;
}

/** The value of `name = …` in poetry's tables and a Pipfile: `"^1.0"`, or a table where there are extras. */
export function renderKeyedValue(addition: Addition, operator: OperatorStyle, notation: "poetry" | "pipfile"): string {
	const style = notation === "pipfile" && operator === "^" ? ">=" : operator;
	const version = specifierFor(addition, style) || "*";
	// poetry writes an exact version without an operator.
	const written = notation === "poetry" && version.startsWith("==") ? version.slice(2) : version;
	if (addition.extras.length === 0) return `"${written}"`;
	return `{extras = [${addition.extras.map((extra) => `"${extra}"`).join(", ")}], version = "${written}"}`;
}

/** The named requirements of a manifest's main list that stand in one file, in the order of the file. */
export function mainList(manifest: Manifest, path: string): Requirement[] {
	return manifest.requirements
		.filter((requirement) => requirement.path === path && requirement.group === "" && requirement.name !== "")
		.toSorted((a, b) => a.range.start - b.range.start);
}

/** Is a list sorted by name? Fewer than three say nothing. */
export function isSorted(requirements: readonly Requirement[]): boolean {
	if (requirements.length < 3) return false;
	return requirements.every((requirement, i) => {
		const before = requirements[i - 1];
		return (
			before === undefined ||
			before.name.toLowerCase() <= requirement.name.toLowerCase() ||
			before.normalized <= requirement.normalized
		);
	});
}
