/** Offset of the first token behind `from`; where there is none, of the last character, on whose line CPython sees the end of a file. */
export function nextToken(text: string, from: number): number {
	for (let at = from; at < text.length; at++) {
		const char = text.charAt(at);
		if (char === "#") while (at + 1 < text.length && !"\r\n".includes(text.charAt(at + 1))) at++;
		else if (!" \t\f\r\n".includes(char)) return at;
	}
	return Math.max(0, text.length - 1);
}
