import { Box, Text } from "ink";
import Spinner from "ink-spinner";
import type { Line } from "../../src/session/view/line.ts";
import { theme } from "../theme.ts";
import { Rows } from "./Rows.tsx";

interface FootProps {
	/** What just happened, or what is going on. */
	readonly message: readonly Line[];
	readonly isBusy: boolean;
	readonly hints: readonly Line[];
	readonly width: number;
}

/** The last rows of every screen: one sentence, and the keys. */
export function Foot({ message, isBusy, hints, width }: FootProps) {
	return (
		<Box flexDirection="column" flexShrink={0}>
			{isBusy ? (
				<>
					<Rows lines={message.slice(0, -1)} width={width} />
					<Working words={message[message.length - 1] ?? []} width={width} />
				</>
			) : (
				<Rows lines={message} width={width} />
			)}
			<Rows lines={hints} width={width} />
		</Box>
	);
}

/** Something under way: a spinner beside its words. */
export function Working({ words, width }: { readonly words: Line; readonly width: number }) {
	return (
		<Box>
			<Text {...theme.accent}>
				<Spinner type="dots" />
			</Text>
			<Text> </Text>
			<Rows lines={[words]} width={width - 2} />
		</Box>
	);
}
