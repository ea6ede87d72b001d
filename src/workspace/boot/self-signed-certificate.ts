import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** A certificate that a server on this machine shows, and the key that goes with it, both as PEM. */
export interface Certificate {
	readonly certificate: string;
	readonly key: string;
}

const dayLength = 86_400_000;

/** Makes a certificate for `localhost` and 127.0.0.1 that signs itself and is good for two days (RFC 5280, in DER by hand: Node makes none). */
export function makeSelfSignedCertificate(now: Date = new Date()): Certificate {
	const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
	// ecdsa-with-SHA256, RFC 5758.
	const algorithm = sequence(objectId([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]));
	const name = sequence(set(sequence(objectId([0x55, 0x04, 0x03]), tagged(0x0c, Buffer.from("localhost")))));
	const validity = sequence(utcTime(new Date(now.getTime() - dayLength)), utcTime(new Date(now.getTime() + dayLength)));
	const alternativeNames = sequence(tagged(0x82, Buffer.from("localhost")), tagged(0x87, Buffer.from([127, 0, 0, 1])));
	const extensions = tagged(
		0xa3,
		sequence(
			sequence(objectId([0x55, 0x1d, 0x11]), tagged(0x04, alternativeNames)),
			sequence(
				objectId([0x55, 0x1d, 0x13]),
				tagged(0x01, Buffer.from([0xff])),
				tagged(0x04, sequence(tagged(0x01, Buffer.from([0xff])))),
			),
		),
	);
	const serial = Buffer.concat([Buffer.from([0x01]), randomBytes(8)]);
	const toBeSigned = sequence(
		tagged(0xa0, tagged(0x02, Buffer.from([0x02]))),
		tagged(0x02, serial),
		algorithm,
		name,
		validity,
		name,
		publicKey.export({ type: "spki", format: "der" }),
		extensions,
	);
	const signature = tagged(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", toBeSigned, privateKey)]));
	return {
		certificate: pem("CERTIFICATE", sequence(toBeSigned, algorithm, signature)),
		key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
	};
}

/** Tag, length, content (X.690). */
function tagged(tag: number, content: Buffer): Buffer {
	const { length } = content;
	const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
	return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
	return tagged(0x30, Buffer.concat(parts));
}

function set(...parts: readonly Buffer[]): Buffer {
	return tagged(0x31, Buffer.concat(parts));
}

function objectId(encoded: readonly number[]): Buffer {
	return tagged(0x06, Buffer.from(encoded));
}

/** `YYMMDDHHMMSSZ`. */
function utcTime(date: Date): Buffer {
	const digits = date.toISOString().replace(/[-:T]|\.\d+/g, "");
	return tagged(0x17, Buffer.from(digits.slice(2)));
}

function pem(label: string, der: Buffer): string {
	const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
	return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
