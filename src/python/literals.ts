/** Decodes the content of a string token as Python does (language reference 2.4.1). Unknown escapes stay as they are. */
export function decodeString(content: string, isRaw: boolean): string {
	if (isRaw || !content.includes("\\")) return content.replace(/\r\n?/g, "\n");
	return content.replace(/\r\n?/g, "\n").replace(escapes, (whole, kind: string) => {
		const simple = simpleEscapes[kind];
		if (simple !== undefined) return simple;
		const first = kind[0] ?? "";
		if (first === "x" || first === "u" || first === "U") return fromCodePoint(Number.parseInt(kind.slice(1), 16), whole);
		if (first >= "0" && first <= "7") return fromCodePoint(Number.parseInt(kind, 8), whole);
		return whole;
	});
}

const escapes = /\\(\n|[\\'"abfnrtv]|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/g;

const simpleEscapes: Readonly<Record<string, string>> = {
	"\n": "",
	"\\": "\\",
	"'": "'",
	'"': '"',
	a: "\x07",
	b: "\b",
	f: "\f",
	n: "\n",
	r: "\r",
	t: "\t",
	v: "\v",
};

function fromCodePoint(code: number, otherwise: string): string {
	return code <= 0x10ffff ? String.fromCodePoint(code) : otherwise;
}

/** The value of a number token; integers beyond 2^53 as bigint, imaginary ones NaN. */
export function decodeNumber(text: string): number | bigint {
	const plain = text.replace(/_/g, "");
	if (/[jJ]$/.test(plain)) return Number.NaN;
	if (/^0[xXoObB]/.test(plain) || /^\d+$/.test(plain)) {
		try {
			const exact = BigInt(plain.toLowerCase());
			return exact <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(exact) : exact;
		} catch {
			return Number.NaN;
		}
	}
	return Number(plain);
}
