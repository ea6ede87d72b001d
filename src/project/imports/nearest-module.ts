/** Damerau–Levenshtein distance (optimal string alignment) between two names, in single-character edits. */
export function editDistance(a: string, b: string): number {
	const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const cost = a[i - 1] === b[j - 1] ? 0 : 1;
			let best = Math.min((rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (rows[i - 1]?.[j - 1] ?? 0) + cost);
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
				best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
			row.push(best);
		}
		rows.push(row);
	}
	return rows[a.length]?.[b.length] ?? Math.max(a.length, b.length);
}

/** Are two names likely the same word: a typo, another case, singular and plural? */
export function isSimilarName(a: string, b: string): boolean {
	const x = a.toLowerCase().replace(/_/g, "");
	const y = b.toLowerCase().replace(/_/g, "");
	if (x === y) return true;
	if (x === `${y}s` || y === `${x}s` || x === `${y}es` || y === `${x}es`) return true;
	if (x.replace(/y$/, "ies") === y || y.replace(/y$/, "ies") === x) return true;
	const shorter = Math.min(x.length, y.length);
	const most = shorter >= 9 ? 3 : shorter >= 6 ? 2 : shorter >= 3 ? 1 : 0;
	// Every character more is an edit.
	return Math.abs(x.length - y.length) <= most && editDistance(x, y) <= most;
}

/** One module that an import may have meant, with how sure that is (higher is better). */
export interface ModuleGuess {
	readonly name: string;
	readonly score: number;
}

/**
 * Real modules that an unresolvable absolute name may stand for, best first. `definesAll(module)` tells whether the module has all
 * the names that the statement asks for (null: unknown), which decides between candidates of like spelling.
 */
export function guessModules(
	requested: string,
	candidates: readonly string[],
	definesAll: (module: string) => boolean | null,
): ModuleGuess[] {
	const wanted = requested.split(".");
	const guesses: ModuleGuess[] = [];
	for (const name of candidates) {
		const parts = name.split(".");
		const spelling = spellingScore(wanted, parts);
		if (spelling === 0) continue;
		const defines = definesAll(name);
		if (defines === false && spelling < 60) continue;
		guesses.push({ name, score: spelling + (defines === true ? 40 : defines === false ? -30 : 0) });
	}
	return guesses.sort((a, b) => b.score - a.score || a.name.length - b.name.length || (a.name < b.name ? -1 : 1)).slice(0, 5);
}

/** 0 where the names have nothing in common; 100 where they are one path under different roots. */
function spellingScore(wanted: readonly string[], parts: readonly string[]): number {
	const last = wanted.at(-1) ?? "";
	const own = parts.at(-1) ?? "";
	let common = 0;
	while (
		common < Math.min(wanted.length, parts.length) &&
		wanted[wanted.length - 1 - common] === parts[parts.length - 1 - common]
	)
		common++;
	// The same path under another root, or with a part more or less in the middle: `app.core.config` and `src.core.config`.
	if (common === wanted.length) return 95 - (parts.length - common);
	if (common === parts.length && common > 0) return 90;
	const sameLength = wanted.length === parts.length;
	// One part of the path is misspelt: `src.catalogue.router` and `src.catalog.router`.
	const misspelt = sameLength ? wanted.filter((part, index) => part !== parts[index]).length : 0;
	if (common > 0 && misspelt === 1 && wanted.every((part, index) => isSimilarName(part, parts[index] ?? ""))) return 84;
	if (common > 0) return 50 + 10 * common - Math.abs(wanted.length - parts.length);
	const sameParent = sameLength && wanted.slice(0, -1).every((part, index) => part === parts[index]);
	if (isSimilarName(last, own)) return sameParent ? 85 : 45;
	// A middle part that is misspelt was caught by `common`; a last part of quite another name needs the names to decide.
	return sameParent ? 10 : 5;
}
