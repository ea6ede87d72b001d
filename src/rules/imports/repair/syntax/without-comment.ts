/** A line up to its comment and the blanks in front of it. A `#` that a quote follows may stand in a string and counts as code. */
export function withoutComment(line: string): string {
	const quoted = Math.max(line.lastIndexOf('"'), line.lastIndexOf("'")) + 1;
	const comment = line.indexOf("#", quoted);
	return (comment === -1 ? line : line.slice(0, comment)).trimEnd();
}
