import type { ConstantValue, UnknownValue, Value } from "../../values.ts";

/** Bytes are not kept; of which text they were made is, for those who take either. */
const texts = new WeakMap<Value, ConstantValue>();

/** What `text.encode()` gives, in UTF-8. */
export function encoded(text: ConstantValue): Value {
	const bytes: UnknownValue = { kind: "unknown" };
	texts.set(bytes, text);
	return bytes;
}

/** The text that bytes were made of; null where it is not known. */
export function textOfBytes(bytes: Value): ConstantValue | null {
	return texts.get(bytes) ?? null;
}

/** How many bytes they are; null where that is not known. */
export function lengthOfBytes(bytes: Value): number | null {
	const text = textOfBytes(bytes);
	const value = text?.isConverted === true ? null : text?.value;
	return typeof value === "string" ? Buffer.byteLength(value, "utf8") : null;
}
