import { Box, useInput, useStdout } from "ink";
import { useEffect, useSyncExternalStore } from "react";
import { span, wrapLine } from "../src/session/view/line.ts";
import { smallestSize } from "../src/session/view/view.ts";
import { keyPresses } from "./keys.ts";
import { Foot, Working } from "./parts/Foot.tsx";
import { Rows } from "./parts/Rows.tsx";
import type { Runner, Snapshot } from "./runner.ts";
import { AuditScreen } from "./screens/AuditScreen.tsx";
import { CheckpointScreen } from "./screens/CheckpointScreen.tsx";
import { IssuesScreen } from "./screens/IssuesScreen.tsx";

interface AppProps {
	readonly runner: Runner;
}

/** The whole screen: what the runner knows, painted; what is pressed, handed to the runner. */
export function App({ runner }: AppProps) {
	const snapshot = useRunner(runner);
	const { columns, rows } = snapshot.size;
	// A frame as high as the terminal would make Ink clear everything, scrollback included, each time.
	return (
		<Box width={columns} height={Math.max(1, rows - 1)} paddingX={1} flexDirection="column" overflow="hidden">
			<Content snapshot={snapshot} runner={runner} />
		</Box>
	);
}

function Content({ snapshot, runner }: AppProps & { readonly snapshot: Snapshot }) {
	const { size, view } = snapshot;
	if (size.columns < smallestSize.columns || size.rows < smallestSize.rows)
		return <Rows lines={tooSmall(size.columns)} width={size.columns - 2} />;
	if (view === null) return <AuditScreen steps={snapshot.steps} width={size.columns - 2} />;
	const { body } = view;
	return (
		<>
			<Rows lines={view.isBooting ? view.top.slice(0, -1) : view.top} width={view.width} />
			{view.isBooting && <Working words={view.top[view.top.length - 1] ?? []} width={view.width} />}
			<Box height={view.bodyHeight} flexDirection="column" overflow="hidden">
				{body.type === "columns" && <IssuesScreen body={body} width={view.width} height={view.bodyHeight} />}
				{body.type === "page" && <Rows lines={body.lines} width={view.width} />}
				{body.type === "menu" && (
					<CheckpointScreen body={body} width={view.width} isActive={!view.isBusy} onChoose={runner.choose} />
				)}
			</Box>
			<Box flexGrow={1} />
			<Foot message={view.message} isBusy={view.isBusy} hints={view.hints} width={view.width} />
		</>
	);
}

/** The one hook that ties the screen to the world: the runner's snapshots, the keys, and the terminal's size. */
function useRunner(runner: Runner): Snapshot {
	const { stdout, write } = useStdout();
	useInput((input, key) => runner.receive(keyPresses(input, key)));
	useEffect(() => runner.attach(write), [runner, write]);
	useEffect(() => {
		const resize = () => runner.resize({ columns: stdout.columns, rows: stdout.rows });
		stdout.on("resize", resize);
		return () => {
			stdout.off("resize", resize);
		};
	}, [runner, stdout]);
	return useSyncExternalStore(runner.subscribe, runner.snapshot);
}

function tooSmall(columns: number) {
	const { columns: wanted, rows } = smallestSize;
	const words = `This window is a little too small for me; ${wanted}x${rows} will do. q quits, and everything is kept.`;
	return wrapLine([span(words)], columns - 2);
}
