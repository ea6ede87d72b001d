import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** What the processes of one run have had of the machine: told by a folder that all of them bear in their environment, arguments or place. */
export interface Footprint {
	/** Ports on which they have listened so far. */
	readonly ports: ReadonlySet<number>;
	/** How many processes there have been so far. */
	readonly processes: number;
	/** Processes that are still there and ports that are still open, in words. */
	left(): readonly string[];
	/** Ends the watch. */
	stop(): void;
}

/** Watches the processes that bear `folder`, an absolute path, until it is told to stop; ourselves left out. Linux only (proc(5)). */
export function watchFootprint(folder: string): Footprint {
	const pids = new Set<string>();
	const sockets = new Map<string, number>();
	const look = (): void => {
		const listening = listeningSockets();
		for (const pid of processesOf(folder)) {
			pids.add(pid);
			for (const inode of socketsOf(pid)) {
				const port = listening.get(inode);
				if (port !== undefined) sockets.set(inode, port);
			}
		}
	};
	const timer = setInterval(look, 200);
	return {
		get ports() {
			return new Set(sockets.values());
		},
		get processes() {
			return pids.size;
		},
		left() {
			const listening = listeningSockets();
			const open = [...sockets].filter(([inode]) => listening.has(inode)).map(([, port]) => `port ${port}`);
			return [...processesOf(folder).map((pid) => `process ${pid}: ${argumentsOf(pid)}`), ...open];
		},
		stop: () => clearInterval(timer),
	};
}

function processesOf(folder: string): string[] {
	return readdirSync("/proc").filter((pid) => {
		if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
		const place = attempt(() => readlinkSync(`/proc/${pid}/cwd`)) ?? "";
		if (place === folder || place.startsWith(`${folder}/`)) return true;
		return ["environ", "cmdline"].some((file) => attempt(() => readFileSync(`/proc/${pid}/${file}`, "utf8"))?.includes(folder));
	});
}

function argumentsOf(pid: string): string {
	return (attempt(() => readFileSync(`/proc/${pid}/cmdline`, "utf8")) ?? "").split("\0").join(" ").trim();
}

function socketsOf(pid: string): string[] {
	const descriptors = attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
	return descriptors.flatMap((descriptor) => {
		const inode = /^socket:\[(\d+)\]$/.exec(attempt(() => readlinkSync(`/proc/${pid}/fd/${descriptor}`)) ?? "")?.[1];
		return inode === undefined ? [] : [inode];
	});
}

/** Inode → port of every TCP socket that listens. */
function listeningSockets(): ReadonlyMap<string, number> {
	const listen = "0A";
	return new Map(
		["tcp", "tcp6"].flatMap((table) =>
			(attempt(() => readFileSync(`/proc/net/${table}`, "utf8")) ?? "").split("\n").flatMap((row): [string, number][] => {
				const [, local, , state, , , , , , inode] = row.trim().split(/\s+/);
				const port = local?.split(":")[1];
				return state === listen && inode !== undefined && port !== undefined ? [[inode, Number.parseInt(port, 16)]] : [];
			}),
		),
	);
}

/** Processes come and go while they are looked at. */
function attempt<T>(look: () => T): T | null {
	try {
		return look();
	} catch {
		return null;
	}
}
