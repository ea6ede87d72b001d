import type { TextProps } from "ink";
import type { Tone } from "../src/session/view/line.ts";

type Look = Pick<TextProps, "color" | "bold" | "dimColor" | "underline" | "inverse">;

/**
 * How each tone looks. One accent, and red and green for the diff alone, always beside a sign or a word; only the sixteen
 * colours of the terminal's own palette, so that it suits light and dark backgrounds.
 */
export const theme: Readonly<Record<Tone, Look>> = {
	plain: {},
	dim: { dimColor: true },
	strong: { bold: true },
	accent: { color: "cyan" },
	warning: { color: "yellow" },
	removed: { color: "red" },
	"removed-word": { color: "red", bold: true, underline: true },
	added: { color: "green" },
	"added-word": { color: "green", bold: true, underline: true },
	cursor: { inverse: true },
};
