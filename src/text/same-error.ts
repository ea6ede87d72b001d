/**
 * Is the line that was foretold the one that Python printed? An ellipsis in the foretold one, and the dots of a hidden secret, stand for
 * what differs from run to run or is nobody's to see. Paths, suggestions and the exception's own module are no part of the comparison.
 */
export function isSameError(foretold: string, printed: string): boolean {
	const [first = "", ...rest] = plain(foretold).split(unforeseeable);
	const text = plain(printed);
	const last = rest.pop();
	if (last === undefined) return text === first;
	if (!text.startsWith(first) || !text.endsWith(last)) return false;
	let from = first.length;
	for (const part of rest) {
		const found = text.indexOf(part, from);
		if (found < 0) return false;
		from = found + part.length;
	}
	return from <= text.length - last.length;
}

const unforeseeable = /…|•{2,}/;

function plain(error: string): string {
	return (error.split("\n")[0] ?? "")
		.replace(/ \([^()]*\.(py|so)\)$| \(unknown location\)$/, "")
		.replace(/[.?]? Did you mean: '[^']*'\?$/, "")
		.replace(/^(?:\w+\.)+(?=\w+(:|$))/, "")
		.trim();
}
