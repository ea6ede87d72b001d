/** A list as people write it by hand (`a,b`, `['a', 'b']`, one item alone) as a JSON list; null where that would be a guess. */
export function asJsonList(text: string, itemType: string | null): string | null {
	const trimmed = text.trim();
	const inner = /^\[(.*)\]$/s.exec(trimmed)?.[1] ?? (/^\((.*)\)$/s.exec(trimmed)?.[1] || trimmed);
	if (/[[\]{}]/.test(inner)) return null;
	const items = inner
		.split(inner.includes(";") && !inner.includes(",") ? ";" : ",")
		.map((item) => item.trim().replace(/^(['"])(.*)\1$/s, "$2"))
		.filter((item) => item !== "");
	const areNumbers = itemType === "int" || itemType === "float";
	if (areNumbers) return items.every((item) => /^-?\d+(\.\d+)?$/.test(item)) ? `[${items.join(",")}]` : null;
	return `[${items.map((item) => JSON.stringify(item)).join(",")}]`;
}
