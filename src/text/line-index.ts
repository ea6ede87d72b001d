/** A place in a text as people name it: both numbers count from 1, columns in UTF-16 code units. */
export interface Position {
	readonly line: number;
	readonly column: number;
}

/** Converts between offsets and lines of one text. `\n`, `\r\n` and a lone `\r` all end a line, as in Python. */
export class LineIndex {
	/** Offset of the first character of each line. */
	readonly starts: readonly number[];

	constructor(readonly text: string) {
		const starts = [0];
		for (let i = 0; i < text.length; i++) {
			const code = text.charCodeAt(i);
			if (code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
		}
		this.starts = starts;
	}

	get lineCount(): number {
		return this.starts.length;
	}

	/** The line and column of an offset; offsets beyond the text give its end. */
	positionAt(offset: number): Position {
		let low = 0;
		let high = this.starts.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if ((this.starts[middle] ?? 0) <= offset) low = middle;
			else high = middle - 1;
		}
		return { line: low + 1, column: offset - (this.starts[low] ?? 0) + 1 };
	}

	/** Offset of the start of a line that counts from 1; past the last line, the end of the text. */
	lineStart(line: number): number {
		return this.starts[line - 1] ?? this.text.length;
	}

	/** Offset just after a line's last character, its line break not included. */
	lineEnd(line: number): number {
		let end = this.lineStart(line + 1);
		if (line >= this.starts.length) return this.text.length;
		if (this.text.charCodeAt(end - 1) === 10) end--;
		if (this.text.charCodeAt(end - 1) === 13) end--;
		return end;
	}

	/** A line's text without its line break. */
	lineText(line: number): string {
		return this.text.slice(this.lineStart(line), this.lineEnd(line));
	}
}
