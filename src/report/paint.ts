/** Colours for text that goes to a terminal; without colour every function returns its argument. */
export interface Paint {
	bold(text: string): string;
	dim(text: string): string;
	red(text: string): string;
	green(text: string): string;
	yellow(text: string): string;
	accent(text: string): string;
}

/** Select Graphic Rendition codes of ECMA-48: what switches each style on, and what switches it off. */
const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39], accent: [36, 39] } as const;

/** A painter that colours, or one that leaves text as it is. */
export function paintWith(colour: boolean): Paint {
	const style = (name: keyof typeof codes) => {
		const [on, off] = codes[name];
		return (text: string) => (colour && text !== "" ? `\u001b[${on}m${text}\u001b[${off}m` : text);
	};
	return {
		bold: style("bold"),
		dim: style("dim"),
		red: style("red"),
		green: style("green"),
		yellow: style("yellow"),
		accent: style("accent"),
	};
}

/** Breaks a text between words so that no line is wider than `width`; lines after the first begin with `indent` blanks. */
export function wrap(text: string, width: number, indent = 0): string {
	const lines: string[] = [];
	for (const paragraph of text.split("\n")) {
		let line = "";
		for (const word of paragraph.split(" ")) {
			const room = width - (lines.length > 0 || line !== "" ? indent : 0);
			if (line !== "" && line.length + 1 + word.length > room) {
				lines.push(line);
				line = word;
			} else line = line === "" ? word : `${line} ${word}`;
		}
		lines.push(line);
	}
	return lines.join(`\n${" ".repeat(indent)}`);
}
