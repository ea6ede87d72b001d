import { Box, Text } from "ink";
import Spinner from "ink-spinner";
import type { Line } from "../../src/session/view-line.ts";
import { theme } from "../theme.ts";
import { Row, Rows } from "./Rows.tsx";

interface FootProps {
	/** What just happened, or what is going on. */
	readonly message: readonly Line[];
	readonly isBusy: boolean;
	readonly hints: readonly Line[];
}

/** The last rows of every screen: one sentence, and the keys. */
export function Foot({ message, isBusy, hints }: FootProps) {
	return (
		<Box flexDirection="column" flexShrink={0}>
			{isBusy ? (
				<>
					<Rows lines={message.slice(0, -1)} />
					<Working words={message[message.length - 1] ?? []} />
				</>
			) : (
				<Rows lines={message} />
			)}
			<Rows lines={hints} />
		</Box>
	);
}

/** Something under way: a spinner beside its words. */
export function Working({ words }: { readonly words: Line }) {
	return (
		<Box>
			<Text {...theme.accent}>
				<Spinner type="dots" />
			</Text>
			<Text> </Text>
			<Row line={words} />
		</Box>
	);
}
