/** A clause `except …:` around imports. */
export interface ImportHandler {
	/** The tokens between `except` and the colon. */
	readonly catches: readonly string[];
	/** Does it end by raising? */
	readonly leaves: boolean;
	/** Source of its block. */
	readonly body: string;
}

/**
 * What a failed import ends in where the module around it cannot go on: the error line that a handler raises, or null for
 * the import's own error. Undefined where a handler may swallow it.
 */
export function refusalOf(handlers: readonly ImportHandler[]): string | null | undefined {
	for (const { catches, leaves, body } of handlers) {
		if (!catchesImportErrors(catches)) {
			if (!leaves && catches.length > 0 && !isOtherError(catches)) return undefined;
			continue;
		}
		return leaves ? raisedLine(body) : undefined;
	}
	return null;
}

function catchesImportErrors(catches: readonly string[]): boolean {
	return (
		catches.length === 0 || catches.some((name) => /^(?:ImportError|ModuleNotFoundError|Exception|BaseException)$/.test(name))
	);
}

/** Names of nothing but other exceptions of Python's own: they let an ImportError through. */
function isOtherError(catches: readonly string[]): boolean {
	const names = catches.slice(0, catches.includes("as") ? catches.indexOf("as") : undefined).filter((text) => /\w/.test(text));
	return names.every((name) =>
		/^(?:AttributeError|KeyError|LookupError|NameError|OSError|RuntimeError|SyntaxError|TypeError|ValueError)$/.test(name),
	);
}

/** The line that the last `raise` of a block prints; null for a bare `raise`, and for what only running it would tell. */
function raisedLine(body: string): string | null {
	const raise =
		/\braise\s+([A-Za-z_][\w.]*)\s*\(((?:\s*[rRuU]?(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))+)\s*(?:,\s*)?\)(?:\s*from\s+[\w.]+)?\s*$/.exec(
			body,
		);
	if (raise === null) return null;
	const [, exception = "", literals = ""] = raise;
	const message = [...literals.matchAll(/"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'/g)]
		.map((match) => match[1] ?? match[2] ?? "")
		.join("")
		.replace(/\\(["'\\])/g, "$1");
	return `${exception}: ${message.split("\\n")[0]}`;
}
