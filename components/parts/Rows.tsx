import { Box, Text } from "ink";
import type { Line, Span } from "../../src/session/view-line.ts";
import { theme } from "../theme.ts";

interface RowsProps {
	readonly lines: readonly Line[];
	/** Cells; the width of the parent unless told. */
	readonly width?: number;
}

/** Rows of the view model, one below the other, each on exactly one row of the terminal. */
export function Rows({ lines, width }: RowsProps) {
	return (
		<Box flexDirection="column" flexShrink={0} {...(width === undefined ? {} : { width })}>
			{lines.map((line, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a row is its place on the screen
				<Row key={index} line={line} />
			))}
		</Box>
	);
}

/** One row. An empty one takes its place all the same. */
export function Row({ line }: { readonly line: Line }) {
	if (line.length === 0) return <Text> </Text>;
	return (
		<Text wrap="truncate-end">
			{line.map((piece, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a piece is its place in the row
				<Piece key={index} piece={piece} />
			))}
		</Text>
	);
}

function Piece({ piece }: { readonly piece: Span }) {
	return <Text {...theme[piece.tone]}>{piece.text}</Text>;
}
