import type { SessionState } from "../session.ts";
import type { Proposal } from "./issue.ts";
import type { Item } from "./items.ts";
import type { UiState } from "./state.ts";

/** Size of the terminal in cells. */
export interface ScreenSize {
	readonly columns: number;
	readonly rows: number;
}

/** What every part of a screen is drawn from. */
export interface Frame {
	readonly state: SessionState;
	readonly ui: UiState;
	readonly items: readonly Item[];
	/** The chosen issue and the ways to mend it. */
	readonly item: Item | null;
	readonly proposals: readonly Proposal[];
	/** Cells inside the margin. */
	readonly width: number;
	readonly size: ScreenSize;
}

/** Is there room for rows that only keep things apart? */
export function isRoomy(size: ScreenSize): boolean {
	return size.rows >= 24;
}
