/** The visible part of something longer; rows count from 0. */
export interface Scroll {
	readonly top: number;
	/** Row after the last visible one. */
	readonly bottom: number;
	readonly total: number;
}

export const unscrolled: Scroll = { top: 0, bottom: 0, total: 0 };

/** First row in sight after a scrolling key; null for any other key. */
export function scrolled({ top, bottom, total }: Scroll, name: string): number | null {
	const page = Math.max(1, bottom - top - 1);
	const last = Math.max(0, total - (bottom - top));
	const moves: Readonly<Record<string, number>> = {
		j: top + 1,
		down: top + 1,
		k: top - 1,
		up: top - 1,
		" ": top + page,
		pagedown: top + page,
		"ctrl-d": top + page,
		b: top - page,
		pageup: top - page,
		"ctrl-u": top - page,
		g: 0,
		home: 0,
		G: last,
		end: last,
	};
	const target = moves[name];
	return target === undefined ? null : Math.max(0, Math.min(target, last));
}

/** First row in sight one page further down. */
export function nextPage(scroll: Scroll): number {
	return scrolled(scroll, "pagedown") ?? 0;
}
