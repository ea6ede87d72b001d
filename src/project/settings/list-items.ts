import { isNoNumber, refusesFormat } from "./text-formats.ts";

/** How many of the values that a list setting brings as JSON pydantic certainly refuses: one where it brings no list at all. */
export function countRefusedItems(collection: string, itemType: string | null, text: string): number {
	const items = readJson(text);
	if (items === undefined) return 0;
	if (!Array.isArray(items)) return 1;
	// A tuple may have a type of its own for each place.
	if (itemType === null || /^tuple$/i.test(collection)) return 0;
	return items.filter((item) => isRefusedItem(itemType, item)).length;
}

/** The same list with each refused item put in a form that its type takes, where one is near; the others are left out. */
export function mendedItems(itemType: string | null, text: string): string | null {
	const items = readJson(text);
	if (!Array.isArray(items) || itemType === null) return null;
	const mended = items.flatMap((item) => {
		if (!isRefusedItem(itemType, item)) return [item];
		const candidates = typeof item === "string" ? [item.trim(), `http://${item.trim()}`] : [String(item)];
		return candidates.find((each) => !isRefusedItem(itemType, each)) ?? [];
	});
	return JSON.stringify(mended);
}

function isRefusedItem(type: string, item: unknown): boolean {
	if (typeof item === "string") return refusesFormat(type, item) || isNoNumber(type, item);
	const isNumber = typeof item === "number" || typeof item === "boolean";
	if (type === "str") return true;
	return !isNumber && ["int", "float", "bool"].includes(type);
}

function readJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** What the items of a list have to be, in words. */
export function listInWords(itemInWords: string | null): string {
	return itemInWords === null ? "a JSON list" : `a JSON list, each item ${itemInWords}`;
}
