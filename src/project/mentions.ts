import type { Module } from "./project.ts";

const known = new WeakMap<Module, Map<string, boolean>>();

/** Does a module's text hold a word anywhere? Looked for once, however many functions of the module are asked about. */
export function mentions(module: Module, word: string): boolean {
	const words = known.get(module) ?? new Map<string, boolean>();
	known.set(module, words);
	let found = words.get(word);
	if (found === undefined) {
		found = module.text.includes(word);
		words.set(word, found);
	}
	return found;
}
