import type { Value } from "../../values.ts";
import type { LibraryCall } from "./library-call.ts";
import { failOnUnset, unsetVariable } from "./unset-variable.ts";

/** Services that are asked by region; each was asked for without one. S3, IAM, STS, Route 53 and CloudFront are the world's. */
const regional = new Set(
	(
		"sqs sns dynamodb ses sesv2 secretsmanager ssm lambda cloudwatch logs kms bedrock bedrock-runtime bedrock-agent-runtime cognito-idp cognito-identity textract " +
		"rekognition polly transcribe translate comprehend stepfunctions events kinesis firehose athena glue ecs ecr eks ec2 rds rds-data redshift elasticache apigateway " +
		"apigatewaymanagementapi batch codebuild codepipeline cloudformation cloudtrail config opensearch sagemaker sagemaker-runtime pinpoint iot iot-data mq acm " +
		"autoscaling elbv2 efs scheduler"
	).split(" "),
);

/** Variables by which a machine has a region, or a file of its own that may name one (botocore/configprovider.py). */
const variables = ["AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE"];

/**
 * Notes a client of boto3 that is given a region which nothing sets: `region_name=os.getenv("AWS_REGION")`. Without a word about regions the
 * machine's own `~/.aws/config` may name one, and nothing is said.
 */
export function failOnMissingRegion({ machine, frame, canonical, args, node, receiver }: LibraryCall): void {
	if (args.open || machine.environDynamic || variables.some((name) => machine.environ.has(name))) return;
	const isPlain = /^boto3\.(?:client|resource)$/.test(canonical);
	if (!isPlain && !/^boto3\.(?:session\.)?Session\.(?:client|resource)$/.test(canonical)) return;
	const [service, positional] = args.args;
	const name = service ?? args.keywords.get("service_name");
	if (name?.kind !== "constant" || !regional.has(String(name.value)) || args.keywords.has("config")) return;
	const given = args.keywords.get("region_name") ?? positional ?? ofSession(receiver);
	const variable = unsetVariable(given);
	if (variable === null) return;
	failOnUnset(machine, frame, node, {
		variable,
		consequence: `${String(name.value)} is asked for without a region`,
		exception: "botocore.exceptions.NoRegionError",
		message: "You must specify a region.",
	});
}

/** The region that a session was made with; undefined where it says nothing, or names a profile. */
function ofSession(receiver: LibraryCall["receiver"]): Value | undefined {
	const call = receiver?.call ?? null;
	return call === null || call.open || call.keywords.has("profile_name") ? undefined : call.keywords.get("region_name");
}
