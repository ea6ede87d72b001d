import { Text } from "ink";
import { fitLine, type Line, type Span, span } from "../../src/session/view/line.ts";
import { theme } from "../theme.ts";

interface RowsProps {
	readonly lines: readonly Line[];
	/** Cells; what is wider is cut. */
	readonly width: number;
}

const lineBreak = span("\n");

/**
 * Rows of the view model, one below the other, each on exactly one row of the terminal. All of them are one text to Ink: laying
 * out a box for each row takes longer than a frame on a large terminal.
 */
export function Rows({ lines, width }: RowsProps) {
	if (lines.length === 0) return null;
	const pieces = lines.flatMap((line, index) => [...(index > 0 ? [lineBreak] : []), ...rowPieces(line, width)]);
	return (
		<Text>
			{pieces.map((piece, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a piece is its place on the screen
				<Piece key={index} piece={piece} />
			))}
		</Text>
	);
}

/** An empty row takes its place all the same. */
function rowPieces(line: Line, width: number): Line {
	return line.length === 0 ? [span(" ")] : fitLine(line, width);
}

function Piece({ piece }: { readonly piece: Span }) {
	return piece.tone === "plain" ? piece.text : <Text {...theme[piece.tone]}>{piece.text}</Text>;
}
