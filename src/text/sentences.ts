/** With a capital letter. */
export function capitalised(text: string): string {
	return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** As a sentence begins: `The database URL`; a name of code stays as it is spelt. */
export function atStart(text: string): string {
	return text.startsWith("the ") ? capitalised(text) : text;
}

/** With a full stop, where it has no end of its own. */
export function sentence(text: string): string {
	const trimmed = text.trim();
	return /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
