import { isSimilarName } from "../../../project/imports/nearest-module.ts";

/** A parameter that a wrong keyword likely stands for. */
export interface MeantParameter {
	readonly name: string;
	/** Is it spelt much like the keyword? Else it is the only one that nothing is given for. */
	readonly isAlike: boolean;
}

/** The parameter that was meant by a keyword that a call's function does not take, out of those that nothing is given for; null where several may be. */
export function meantParameter(keyword: string, free: readonly string[]): MeantParameter | null {
	const alike = free.filter(
		(name) =>
			isSimilarName(name, keyword) ||
			name.startsWith(`${keyword}_`) ||
			name.endsWith(`_${keyword}`) ||
			keyword.startsWith(`${name}_`) ||
			keyword.endsWith(`_${name}`),
	);
	// `allow_origin` is `allow_origins` misspelt rather than `allow_origin_regex` cut short.
	const spelt = alike.filter((name) => isSimilarName(name, keyword));
	const candidates = spelt.length === 1 ? spelt : alike.length > 0 ? alike : free;
	const [only, ...others] = candidates;
	return only === undefined || others.length > 0 ? null : { name: only, isAlike: alike.length > 0 };
}
