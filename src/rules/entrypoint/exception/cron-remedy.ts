import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { TextRange } from "../../../text/range.ts";

/** `hour=24` and `day_of_week="monday"`: the time that was meant, as APScheduler writes it. */
export function cronRemedy(module: Module, range: TextRange, error: string): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	const [, refused] =
		/^ValueError: (?:Error validating expression '|Invalid (?:weekday|month) name ")([^'"]+)['"]/.exec(error) ?? [];
	if (call === undefined || call === null || refused === undefined) return undefined;
	const places = [...call.args.slice(0, 1), ...call.keywords.map(({ value }) => value)].flatMap((value) => {
		const field = call.keywords.find((keyword) => keyword.value === value)?.name?.name ?? "crontab";
		return placesIn(module, value, field, refused);
	});
	const [place, ...others] = places;
	const meant = place === undefined ? null : meantTime(place.field, refused);
	if (place === undefined || others.length > 0 || meant === null) return undefined;
	return {
		title: `Write ${meant} instead of ${refused}`,
		explanation:
			"Hours go from 0 to 23, minutes and seconds from 0 to 59, days of the week from mon, which is 0, to sun, which is 6; names are the first three letters.",
		applicability: "review",
		edits: [replaceText(module, place.start, place.end, place.isNumber && /\D/.test(meant) ? `"${meant}"` : meant)],
	};
}

interface Place extends TextRange {
	readonly field: string;
	readonly isNumber: boolean;
}

/** Where the refused word stands in a value: all of a number, or a word of a text, of which the place in a crontab tells the field. */
function placesIn(module: Module, value: ast.Expression, field: string, refused: string): readonly Place[] {
	const { start, end } = value;
	if (value.type !== "Constant") return [];
	if (value.content === null) return module.text.slice(start, end) === refused ? [{ start, end, field, isNumber: true }] : [];
	const fields = ["minute", "hour", "day", "month", "day_of_week"];
	const text = module.text.slice(value.content.start, value.content.end);
	const from = value.content.start;
	return [...text.matchAll(/[^\s,]+/g)].flatMap((word, place) =>
		[...word[0].matchAll(/\*\/\d+|[a-z]+|\d+/gi)].flatMap((part) => {
			if (part[0] !== refused) return [];
			const at = from + word.index + part.index;
			const named = field === "crontab" ? (fields[place] ?? "") : field;
			return [{ start: at, end: at + refused.length, field: named, isNumber: false }];
		}),
	);
}

function meantTime(field: string, refused: string): string | null {
	const unit = field === "hour" ? "24" : field === "minute" || field === "second" ? "60" : "";
	if (unit !== "" && (refused === unit || refused === `*/${unit}`)) return "0";
	if (field === "day_of_week" && refused === "7") return "sun";
	const name = refused.toLowerCase();
	const full = field === "month" ? months : field === "day_of_week" ? weekdays : [];
	return full.includes(name) || (name.length > 3 && full.some((each) => each.startsWith(name))) ? name.slice(0, 3) : null;
}

const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const months = [
	"january",
	"february",
	"march",
	"april",
	"may",
	"june",
	"july",
	"august",
	"september",
	"october",
	"november",
	"december",
];
