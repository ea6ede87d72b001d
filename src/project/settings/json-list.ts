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

/** Pairs as people write them by hand (`beta:true,limit=5`) as a JSON object; null where that would be a guess. */
export function asJsonObject(text: string): string | null {
	const inner = /^\{(.*)\}$/s.exec(text.trim())?.[1] ?? text.trim();
	if (/[[\]{}]/.test(inner)) return null;
	const pairs = inner.split(/[,;]/).filter((pair) => pair.trim() !== "");
	const entries = pairs.map((pair): readonly [string, string] | null => {
		const parts = /^(['"]?)([\w.-]+)\1\s*[:=]\s*(.*)/s.exec(pair.trim());
		return parts === null ? null : [JSON.stringify(parts[2]), asJsonItem(parts[3] ?? "")];
	});
	return entries.every((entry) => entry !== null) ? `{${entries.map(([key, item]) => `${key}:${item}`).join(",")}}` : null;
}

function asJsonItem(text: string): string {
	const plain = text.replace(/^(['"])(.*)\1$/s, "$2");
	if (/^(true|false)$/i.test(plain)) return plain.toLowerCase();
	return plain === text && /^-?(0|[1-9]\d*)(\.\d+)?$/.test(plain) ? plain : JSON.stringify(plain);
}
