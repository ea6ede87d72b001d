import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Writes a report to a file of the person's choice, and makes its folder. Returns why it could not, or null. */
export function writeReport(absolute: string, text: string): string | null {
	try {
		mkdirSync(dirname(absolute), { recursive: true });
		writeFileSync(absolute, text);
		return null;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}
